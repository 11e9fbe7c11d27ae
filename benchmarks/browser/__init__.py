"""Measurements in a page of Chromium: a run of a rune and the cost of a call, beside other runtimes."""
