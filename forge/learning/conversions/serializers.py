"""Conversions as JSON, and what requests say of them."""

from __future__ import annotations

from typing import Annotated, TypedDict

from rest_framework import serializers

from forge.accounts.people.serializers import PersonJson, person_to_json
from forge.compute.pool.answer_reading import ModelNeedsJson, RefusedJson
from forge.core.api.json_types import Timestamp, Uuid, choices
from forge.learning.conversions.kinds import MIXED_FORMS
from forge.learning.conversions.lab_answers import (
    ConversionSamplesJson,
    ConvertedLayerJson,
    ConverterEnvironmentJson,
    SourceConversionJson,
)
from forge.learning.conversions.models import ConversionState
from forge.learning.models import ConvertedForm, ModelConversion

MAX_LAYERS = 200
"""Layers that one form keeps in float."""


class FormFiguresJson(TypedDict):
    """A form beside the float model, without its size."""

    arena: Annotated[int | None, "bytes of RAM of the network; null if it cannot be compiled"]
    constants: int | None
    reason: Annotated[str, "why it cannot be compiled"]
    layers: Annotated[
        dict[str, float], "signal to noise of each layer against the float model, in decibels; 200: the same"
    ]
    output: float
    changed: Annotated[int, "samples with another answer than the float model's"]
    samples: int


class ConvertedFormJson(TypedDict):
    """A form of a converted model."""

    number: int
    form: str
    float_layers: list[str]
    size: int
    digest: str
    figures: Annotated[FormFiguresJson | None, "null for a form that was refused"]
    needs: Annotated[dict[str, ModelNeedsJson | RefusedJson], "counted by building it, by target"]
    refused: str
    url: Annotated[str, 'of its file; "" for a form that was refused']
    change_request: Annotated[int | None, "the number of the last change request that offers it"]


class ModelConversionJson(TypedDict):
    """A model that is converted, and its forms."""

    id: Uuid
    name: Annotated[str, "of the source"]
    digest: str
    size: int
    person: PersonJson | None
    state: Annotated[str, choices("ConversionState", ConversionState.values)]
    progress: Annotated[float, "of the last job, from 0 to 1"]
    activity: str
    error: Annotated[str, "why the last job did not succeed"]
    needs: Annotated[ConverterEnvironmentJson | None, "the environment that has to be prepared first"]
    shapes: dict[str, list[int]]
    source: Annotated[SourceConversionJson | None, "how the float model was converted; null for a float .tflite"]
    layers: list[ConvertedLayerJson]
    samples: ConversionSamplesJson | None
    boards: list[str]
    forms: list[ConvertedFormJson]
    created: Timestamp


class RestartConversionSerializer(serializers.Serializer[None]):
    """Converting a model again whose inputs were open."""

    shapes = serializers.DictField(
        child=serializers.ListField(child=serializers.IntegerField(min_value=1), max_length=6),
        required=False,
        help_text="the shape of each input that the source leaves open, without the batch",
    )


class MixFormSerializer(serializers.Serializer[None]):
    """A form with layers in float."""

    form = serializers.ChoiceField(choices=MIXED_FORMS)
    float_layers = serializers.ListField(
        child=serializers.CharField(max_length=200), max_length=MAX_LAYERS, help_text="names of layers"
    )


class ApplyFormSerializer(serializers.Serializer[None]):
    """The file that a form becomes."""

    path = serializers.CharField(max_length=400, help_text="of a .tflite file of the project, which may be new")


class ModelApplyJson(TypedDict):
    """The change request that offers a form."""

    number: int
    url: str


class CountOnBoardsSerializer(serializers.Serializer[None]):
    """The boards on which forms are counted."""

    boards = serializers.ListField(child=serializers.CharField(max_length=60), min_length=1, max_length=2)


def conversion_to_json(row: ModelConversion) -> ModelConversionJson:
    """A conversion, found by `forge.learning.access`."""
    description, job = row.description, row.job
    return {
        "id": str(row.pk),
        "name": row.source_name,
        "digest": row.source_digest,
        "size": row.source_size,
        "person": person_to_json(row.person) if row.person else None,
        "state": row.state,
        "progress": 1.0 if job is None else job.progress,
        "activity": "" if job is None else job.activity,
        "error": row.error,
        "needs": row.needs,
        "shapes": row.shapes,
        "source": description.get("conversion"),
        "layers": description.get("layers", []),
        "samples": description.get("samples"),
        "boards": row.boards,
        "forms": [_form_to_json(row, each) for each in row.forms.all()],
        "created": row.created.isoformat(),
    }


def _form_to_json(row: ModelConversion, form: ConvertedForm) -> ConvertedFormJson:
    return {
        "number": form.number,
        "form": form.form,
        "float_layers": form.float_layers,
        "size": form.size,
        "digest": form.digest,
        "figures": form.figures or None,
        "needs": form.needs,
        "refused": form.refused,
        "url": form_url(row, form) if form.digest else "",
        "change_request": form.change_request,
    }


def form_url(row: ModelConversion, form: ConvertedForm) -> str:
    """The address of a form's file."""
    return f"/api/v1/projects/{row.project.full_name}/conversions/{row.pk}/forms/{form.number}/file"


def form_file_name(form: ConvertedForm) -> str:
    """Returns the name of the form's file for downloads."""
    stem = form.conversion.source_name.rpartition(".")[0] or form.conversion.source_name
    return f"{stem}-{form.form}{'-mixed' if form.float_layers else ''}.tflite"
