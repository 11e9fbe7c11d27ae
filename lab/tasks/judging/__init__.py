"""Judging finished runes: running them on recordings, their errors and figures, and the thresholds of alarms."""
