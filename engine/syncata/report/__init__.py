"""What a plan and a run look like to people and to programs."""
