"""Notices for the people whom an event concerns: which ones there are, in which words, and which are emailed."""
