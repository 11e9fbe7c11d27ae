"""Builds: their rows, leases, logs, reports and artefacts, and previews. Computing is below, publishing above."""
