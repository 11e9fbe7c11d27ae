"""What a person at the device configures, in `hmrd.toml`. No server writes or reads it."""
