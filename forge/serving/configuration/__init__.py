"""Settings from the environment, read once by `forge.settings`. Nothing here knows Django."""
