"""The inputs of a model as JSON, and the bodies that come in."""

from __future__ import annotations

from typing import Annotated, TypedDict

from rest_framework import serializers

from forge.compute.pool.answer_reading import TriedInputJson
from forge.core.api.json_types import choices
from forge.learning.inputs.conversion_facts import known_facts
from forge.learning.inputs.questions import ModelToFeed
from forge.learning.inputs.trial import PresetTrials
from rune.source.runefile.model_inputs import InputKind, InputPreset, class_count

MAX_INPUTS = 16
MAX_LABELS_TEXT = 1 << 18
"""Characters of all labels."""


class InputPresetJson(TypedDict):
    """A way to compute an input. `lacks` says which file the project has to have first, "" for none."""

    key: str
    kind: Annotated[str, choices("InputKind", [kind.value for kind in InputKind])]
    title: str
    about: str
    lacks: str


class InputQuestionJson(TypedDict):
    """An input of a model with the presets that fit it, the likeliest first."""

    name: str
    type: str
    presets: list[InputPresetJson]


class ModelInputQuestionsJson(TypedDict):
    """The inputs of a model. `classes` is how many labels its output has, 0 for none; `known` are sentences about the
    inputs of a form of a conversion."""

    file: str
    inputs: list[InputQuestionJson]
    classes: int
    labels: Annotated[str, "of the model's file, its conversion or the project, one a line; empty where none has them"]
    notes: list[str]


class InputTrialJson(TypedDict):
    """The answers of a model with each preset, the first of the recordings in full."""

    recordings: int
    inputs: list[TriedInputJson]


class InputWrittenJson(TypedDict):
    """`change_request` is null where the Runefile was written at once; `url` is the change request's, or the
    studio's."""

    change_request: int | None
    url: str


class WriteInputSerializer(serializers.Serializer[None]):
    """The chosen presets of a model's inputs."""

    file = serializers.CharField(max_length=400, required=False, default="", allow_blank=True)
    conversion = serializers.UUIDField(
        required=False, help_text="of a form that becomes `file`; without it `file` is a model of the project"
    )
    form = serializers.IntegerField(required=False, min_value=1, max_value=1_000, help_text="the number of the form")
    presets = serializers.ListField(
        child=serializers.CharField(max_length=60, allow_blank=True),
        max_length=MAX_INPUTS,
        required=False,
        default=list,
        help_text="one for each input; an empty one, or none, is the likeliest",
    )
    labels = serializers.CharField(
        max_length=MAX_LABELS_TEXT, required=False, default="", allow_blank=True, help_text="one a line"
    )


def model_inputs_to_json(model: ModelToFeed) -> ModelInputQuestionsJson:
    """The inputs of a model with all presets."""
    return {
        "file": model.path,
        "inputs": [
            {
                "name": each.tensor.name,
                "type": str(each.tensor.type),
                "presets": [_preset_to_json(preset) for preset in each.presets],
            }
            for each in model.questions
        ],
        "classes": class_count(model.signature),
        "labels": model.suggested_labels,
        "notes": [] if model.form is None else known_facts(model.form),
    }


def trial_to_json(trial: PresetTrials) -> InputTrialJson:
    """A trial."""
    return {"recordings": trial.recordings, "inputs": list(trial.results)}


def _preset_to_json(preset: InputPreset) -> InputPresetJson:
    return {
        "key": preset.key,
        "kind": preset.kind.value,
        "title": preset.title,
        "about": preset.about,
        "lacks": preset.lacks,
    }
