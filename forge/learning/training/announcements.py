"""The event of training runs and its audit sentences."""

from __future__ import annotations

from typing import Annotated, NotRequired, TypedDict

from forge.core.api.json_types import Uuid, choices
from forge.core.audit.messages import AuditSentences, AuditTopic
from forge.core.audit.messages import declare as declare_sentences
from forge.core.events.announcements import ActivityAnnouncement, ActivityEntry, StoredEvent
from forge.core.events.declarations import EventType, StreamKind, declare
from forge.learning.endings import LearningEnding, ending_entry, ending_sentences
from forge.learning.training.models import TrainingRun, TrainingState
from forge.learning.training.running.lab_events import EpochJson


class TrainingChangedJson(TypedDict):
    """A training run began, went on, ended or was deleted."""

    run: Uuid
    number: int
    state: Annotated[str, choices("TrainingState", TrainingState.values)]
    epochs: Annotated[int, "how many epochs its curves have"]
    ending: Annotated[str, choices("JobEnding", LearningEnding), 'how it ended, in the event of its end; "" in others']
    points: NotRequired[Annotated[list[EpochJson], "the newest rows of the curves, the last of which is `epochs`"]]


def _activity(event: StoredEvent[TrainingChangedJson]) -> ActivityEntry | None:
    """Returns an entry of the person who began the run, once it has ended."""
    ending = event.data.get("ending", "")
    runs = TrainingRun.objects.filter(pk=event.data["run"]) if ending else TrainingRun.objects.none()
    return ending_entry("training", ending, runs.values_list("person", flat=True).first())


TRAINING_CHANGED = declare(
    EventType(
        "training.changed",
        StreamKind.PROJECT,
        TrainingChangedJson,
        ("training",),
        audit=AuditSentences(
            AuditTopic.FILES,
            {
                "training.begin": "began training run {number} of {project} with the recipe {recipe}",
                "training.stop": "stopped training run {number} of {project}",
                "training.pause": "paused training run {number} of {project}",
                "training.resume": "let training run {number} of {project} go on",
                "training.cancel": "cancelled training run {number} of {project}",
                "training.discard": "deleted training run {number} of {project}",
                "training.teach": "taught the rune of {project} {labels} labels in training run {number}",
                "training.apply": "put the model of training run {number} into the files of {project}",
                "training.use": "opened a change request with the model of training run {number} of {project}",
            },
        ),
        activity=ActivityAnnouncement(
            ending_sentences("training", "trained a model for", "training run", "/training"), _activity
        ),
    )
)
declare_sentences(
    AuditTopic.DOWNLOADS, {"training.download": "downloaded {name} of training run {number} of {project}"}
)
