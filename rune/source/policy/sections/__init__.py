"""The sections of a `forge.yml`, each read with its errors."""
