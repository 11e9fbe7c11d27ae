"""The OCI registry, tags and publishing."""
