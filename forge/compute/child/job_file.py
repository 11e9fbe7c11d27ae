"""A file of a job, as it is given to a process that may open none by itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class JobFile:
    """A file as a job gets it: its text, or a descriptor to read it by; neither for one that is no longer stored."""

    digest: str
    text: str | None = None
    descriptor: int | None = None
