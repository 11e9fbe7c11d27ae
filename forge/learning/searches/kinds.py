"""The names of what searches register elsewhere, and their limits."""

SEARCH_KIND = "model-search"
"""The kind of the jobs of searches (`forge.learning.searches.job`)."""
DEFAULT_BOARD = "raspberry-pi-pico"
MAX_SEARCHES = 50
"""The greatest number of searches of one project; each keeps its trials."""
MAX_UNFINISHED = 2
"""Searches of one project that wait or run."""
MAX_TRIALS = 500
MAX_MINUTES = 240
MAX_WORKERS = 4
"""Trials of one search at a time."""
DEFAULT_TRIALS, DEFAULT_MINUTES, DEFAULT_WORKERS, TRIALS_WITHOUT_IMPROVEMENT = 40, 30, 1, 30
"""`TRIALS_WITHOUT_IMPROVEMENT` trained trials in a row that bring nothing better end a search."""
MAX_LIMIT = 10**12
MAX_VALUES = 20
"""The greatest number of values of one argument."""
STOP = "stop"
"""The instruction to a search at work. `lab` knows this word."""
