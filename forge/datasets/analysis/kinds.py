"""The names of what analyses register elsewhere."""

ANALYSIS_KIND = "data-analysis"
"""Of the jobs of analyses (`forge.datasets.analysis.job`)."""
