"""Limits of the system for this process and what it starts: memory, time, files."""

from __future__ import annotations

from collections.abc import Mapping

OPEN_FILES = 1024
"""A project has at most 500 files."""


def set_limits(limits: Mapping[int, int]) -> None:
    """Sets limits by their number in `resource`, such as `RLIMIT_DATA`; each at most the one that the process has
    already. Raises `ImportError` where the system has none."""
    import resource

    for kind, limit in limits.items():
        _, hard = resource.getrlimit(kind)
        lowest = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(kind, (lowest, lowest))
