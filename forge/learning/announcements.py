"""The event of conversions and its audit sentences."""

from __future__ import annotations

from typing import Annotated, TypedDict

from forge.core.api.json_types import Uuid, choices
from forge.core.audit.messages import AuditSentences, AuditTopic
from forge.core.audit.messages import declare as declare_sentences
from forge.core.events.announcements import ActivityAnnouncement, ActivityEntry, StoredEvent
from forge.core.events.declarations import EventType, StreamKind, declare
from forge.learning.conversions.models import ConversionState, ModelConversion
from forge.learning.endings import LearningEnding, ending_entry, ending_sentences


class ModelChangedJson(TypedDict):
    """A conversion of a model began, went on, ended or was deleted, or has another form."""

    conversion: Uuid
    state: Annotated[str, choices("ConversionState", ConversionState.values)]
    ending: Annotated[str, choices("JobEnding", LearningEnding), 'how it ended, in the event of its end; "" in others']


def _activity(event: StoredEvent[ModelChangedJson]) -> ActivityEntry | None:
    """Returns an entry of the person who began the conversion, once its first forms are there or it failed."""
    ending = event.data.get("ending", "")
    rows = ModelConversion.objects.filter(pk=event.data["conversion"]) if ending else ModelConversion.objects.none()
    return ending_entry("model", ending, rows.values_list("person", flat=True).first())


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
                "model.mix": "kept {count} layers of {name} in float, for {project}",
                "model.count": "counted {name} of {project} on other boards",
                "model.prepare": "agreed to prepare the {environment} environment of this server",
                "model.apply": "offered a form of {name} as {path} of {project}",
                "model.input": "offered a Runefile that feeds {path} of {project}",
                "model.discard": "deleted the conversion of {name} from {project}",
            },
        ),
        activity=ActivityAnnouncement(
            ending_sentences("model", "converted a model for", "conversion", "/models"), _activity
        ),
    )
)
declare_sentences(AuditTopic.DOWNLOADS, {"model.download": "downloaded {name} of {project}"})
