"""The states of training runs, searches and conversions, and their names where a kind has its own."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from django.db.models import TextChoices


class LabJobState(TextChoices):
    """Where a training run, a search or a conversion is."""

    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Running"
    PAUSED = "paused", "Paused"
    FINISHED = "finished", "Finished"
    NEEDS = "needs", "Needs packages"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


UNFINISHED = (LabJobState.WAITING, LabJobState.RUNNING, LabJobState.PAUSED)
RESUMABLE = (LabJobState.PAUSED, LabJobState.FAILED, LabJobState.CANCELLED, LabJobState.NEEDS)
"""States from which it goes on, from its last checkpoint if it has one."""
RUN_STATES = tuple(each.value for each in LabJobState)
"""The states of training runs in the API."""
SEARCH_STATES = tuple(each for each in RUN_STATES if each != LabJobState.PAUSED)
"""The states of searches in the API."""
CONVERSION_NAMES: Mapping[LabJobState, tuple[str, str]] = MappingProxyType(
    {
        LabJobState.WAITING: ("waiting", "Waiting"),
        LabJobState.RUNNING: ("converting", "Converting"),
        LabJobState.NEEDS: ("needs", "Needs a converter"),
        LabJobState.FINISHED: ("ready", "Converted"),
        LabJobState.FAILED: ("failed", "Not converted"),
        LabJobState.CANCELLED: ("failed", "Not converted"),
    }
)
"""The states of conversions in the API, and on pages. A conversion is finished once its first forms are there."""
CONVERSION_STATES = tuple(dict.fromkeys(value for value, _ in CONVERSION_NAMES.values()))
