"""Monitoring of a running server for operators and their programs: metrics, readiness, traces."""
