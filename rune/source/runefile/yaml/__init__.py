"""YAML text as plain values with spans. Knows nothing of what a Runefile means."""
