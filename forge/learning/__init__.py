"""Models that come from training libraries: conversions and their environments, as jobs."""
