"""The Runefile of a project: its usual name, and its largest size."""

from __future__ import annotations

DEFAULT_RUNEFILE = "Runefile.yml"
MAX_RUNEFILE_SIZE = 1024 * 1024
"""Bytes."""
