"""What other tools mark within a recording, and whose marks count."""
