"""Builds: their rows, leases, logs and reports, and the child process that computes them. Publishing is above."""
