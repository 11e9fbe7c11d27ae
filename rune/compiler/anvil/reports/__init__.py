"""What a compilation says of itself."""
