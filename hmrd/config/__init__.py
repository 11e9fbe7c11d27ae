"""The configuration that a person at the device writes, `hmrd.toml`. No server writes or reads it."""
