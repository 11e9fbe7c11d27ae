"""The end of a training run, a search or a conversion, as its event says it once, and the activity entry of its person.

Events of what happens in between, and of what somebody does with a model later, are not their activity.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from forge.core.events.announcements import ActivityAnnouncement, ActivityEntry, ActivitySentence, StoredEvent
from forge.learning.lab_jobs.models import LabJob
from forge.learning.lab_jobs.states import LabJobState


class LearningEnding(StrEnum):
    """The end of a run, a search or a conversion by a change."""

    NONE = ""
    """Nothing ended: it goes on, or had ended before."""
    FINISHED = "finished"
    FAILED = "failed"


_ENDINGS: dict[str, LearningEnding] = {
    LabJobState.FINISHED: LearningEnding.FINISHED,
    LabJobState.FAILED: LearningEnding.FAILED,
}


def ending_of(before: str, now: str) -> LearningEnding:
    """Returns how something ended by the change from one state to another."""
    return LearningEnding.NONE if before == now else _ENDINGS.get(now, LearningEnding.NONE)


def ending_activity(model: type[LabJob], kind: str, finished: str, noun: str, path: str) -> ActivityAnnouncement[Any]:
    """Returns the activity of the events of a kind: an entry of the person who began the run, the search or the
    conversion, of `kind` where it gave a model, and of another kind where it failed."""
    failed_kind = f"{kind}-failed"
    sentences = {
        kind: ActivitySentence(finished, path=path),
        failed_kind: ActivitySentence(f"began a {noun} for", rest="· it failed", path=path),
    }

    def entry(event: StoredEvent[Any]) -> ActivityEntry | None:
        """Returns None before its end, and where nobody is left."""
        ending = event.data.get("ending", "")
        if not ending:
            return None
        person = model.objects.filter(pk=event.data[model.SPEC_KEY]).values_list("person", flat=True).first()
        if person is None:
            return None
        return ActivityEntry(kind if ending == LearningEnding.FINISHED else failed_kind, person=person)

    return ActivityAnnouncement(sentences, entry)
