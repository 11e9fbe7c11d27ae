"""The names of what analyses register elsewhere."""

ANALYSIS_KIND = "data-analysis"
"""The kind of the jobs of analyses (`forge.datasets.analysis.job`)."""
