"""The ending of a training run, a search or a conversion, as its event states once, and the activity entry of its
person.

Events of what happens in between, and of what somebody does with a model later, are not their activity.
"""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from forge.core.events.announcements import ActivityEntry, ActivitySentence


class LearningEnding(StrEnum):
    """The ending by a change."""

    NONE = ""
    """Nothing ended: it goes on, or had ended before."""
    FINISHED = "finished"
    FAILED = "failed"


def ending_of(before: str, now: str, finished: str, failed: str) -> LearningEnding:
    """Returns how something ended by the change from one state to another."""
    if before == now:
        return LearningEnding.NONE
    return {finished: LearningEnding.FINISHED, failed: LearningEnding.FAILED}.get(now, LearningEnding.NONE)


def ending_sentences(kind: str, finished: str, noun: str, path: str) -> dict[str, ActivitySentence]:
    """The sentences of both endings: under `kind` for a model, and under another one where it failed."""
    return {
        kind: ActivitySentence(finished, path=path),
        _failed(kind): ActivitySentence(f"began a {noun} for", rest="· it failed", path=path),
    }


def ending_entry(kind: str, ending: str, person: UUID | None) -> ActivityEntry | None:
    """The entry of the person who began it; None before its end, and where nobody is left."""
    if not ending or person is None:
        return None
    return ActivityEntry(kind if ending == LearningEnding.FINISHED else _failed(kind), person=person)


def _failed(kind: str) -> str:
    return f"{kind}-failed"
