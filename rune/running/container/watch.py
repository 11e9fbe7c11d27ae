"""Writes what a rune counts, for a section of its own, as JSON."""

from __future__ import annotations

from typing import Any

from rune.source.runefile.pipeline import Pipeline
from rune.watch.record import WatchRecord


def watch_json(pipeline: Pipeline) -> dict[str, Any] | None:
    """Returns the record of what a pipeline counts, as JSON; None where it counts nothing."""
    watch = pipeline.watch
    return None if watch is None else WatchRecord(watch.layout, watch.reference, watch.right).to_json()
