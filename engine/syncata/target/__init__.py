"""The target API: look-ups, finding what exists, writing single records and bulk jobs."""
