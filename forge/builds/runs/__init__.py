"""Builds at work: a job as a value, the steps that are missing, and what a worker tells of a numbered build."""
