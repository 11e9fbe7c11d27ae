"""What the environment decides, read once by `forge.settings`. Nothing here knows Django."""
