"""From source records to the payloads a target should hold."""
