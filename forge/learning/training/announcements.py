"""The event of training runs and its audit sentences."""

from __future__ import annotations

from typing import Annotated, NotRequired, TypedDict

from forge.core.api.json_types import Uuid, choices
from forge.core.audit.messages import AuditSentences, AuditTopic
from forge.core.audit.messages import declare as declare_sentences
from forge.core.events.declarations import EventType, StreamKind, declare
from forge.learning.lab_jobs.endings import LearningEnding, ending_activity
from forge.learning.lab_jobs.states import RUN_STATES
from forge.learning.training.models import TrainingRun
from forge.learning.training.running.lab_events import EpochJson


class TrainingChangedJson(TypedDict):
    """A training run began, went on, ended or was deleted."""

    run: Uuid
    number: int
    state: Annotated[str, choices("TrainingState", RUN_STATES)]
    epochs: Annotated[int, "how many epochs its curves have"]
    ending: Annotated[str, choices("JobEnding", LearningEnding), 'how it ended, in the event of its end; "" in others']
    points: NotRequired[Annotated[list[EpochJson], "the newest rows of the curves, the last of which is `epochs`"]]


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
        activity=ending_activity(TrainingRun, "training", "trained a model for", "training run", "/training"),
    )
)
declare_sentences(
    AuditTopic.DOWNLOADS, {"training.download": "downloaded {name} of training run {number} of {project}"}
)
