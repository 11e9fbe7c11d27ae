"""The name that jobs of bins have everywhere."""

BINS_KIND = "bins"
"""The kind of the jobs that take bins (`forge.builds.bins.job`)."""
