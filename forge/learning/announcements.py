"""The event of conversions and its audit sentences."""

from __future__ import annotations

from typing import Annotated, TypedDict

from forge.core.api.json_types import Uuid, choices
from forge.core.audit.messages import AuditSentences, AuditTopic
from forge.core.audit.messages import declare as declare_sentences
from forge.core.events.announcements import ActivityAnnouncement, ActivityEntry, ActivitySentence
from forge.core.events.declarations import EventType, StreamKind, declare
from forge.learning.conversions.models import ConversionState


class ModelChangedJson(TypedDict):
    """A conversion of a model began, went on, ended or was deleted, or has another form."""

    conversion: Uuid
    state: Annotated[str, choices("ConversionState", ConversionState.values)]


MODEL_CHANGED = declare(
    EventType(
        "model.changed",
        StreamKind.PROJECT,
        ModelChangedJson,
        ("conversions", "versions"),
        audit=AuditSentences(
            AuditTopic.FILES,
            {
                "model.convert": "converted {name} for {project}",
                "model.restart": "converted {name} for {project} with other settings",
                "model.test": "read the test samples for {name}, for {project}",
                "model.mix": "kept {count} layers of {name} in float, for {project}",
                "model.count": "counted {name} of {project} on other boards",
                "model.prepare": "agreed to prepare the {environment} environment of this server",
                "model.apply": "offered a form of {name} as {path} of {project}",
                "model.input": "offered a Runefile that feeds {path} of {project}",
                "model.discard": "deleted the conversion of {name} from {project}",
            },
        ),
        activity=ActivityAnnouncement(
            {"model": ActivitySentence("converted a model for", path="/models")}, lambda _: ActivityEntry("model")
        ),
    )
)
declare_sentences(AuditTopic.DOWNLOADS, {"model.download": "downloaded {name} of {project}"})
