"""The event of conversions and its audit sentences."""

from __future__ import annotations

from typing import Annotated, TypedDict

from forge.core.api.json_types import Uuid, choices
from forge.core.audit.messages import AuditSentences, AuditTopic
from forge.core.audit.messages import declare as declare_sentences
from forge.core.events.declarations import EventType, StreamKind, declare
from forge.learning.conversions.models import ModelConversion
from forge.learning.lab_jobs.endings import LearningEnding, ending_activity
from forge.learning.lab_jobs.states import CONVERSION_STATES


class ModelChangedJson(TypedDict):
    """A conversion of a model began, went on, ended or was deleted, or has another form."""

    conversion: Uuid
    state: Annotated[str, choices("ConversionState", CONVERSION_STATES)]
    ending: Annotated[str, choices("JobEnding", LearningEnding), 'how it ended, in the event of its end; "" in others']


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
        activity=ending_activity(ModelConversion, "model", "converted a model for", "conversion", "/models"),
    )
)
declare_sentences(AuditTopic.DOWNLOADS, {"model.download": "downloaded {name} of {project}"})
