"""Conversions as JSON, and what requests say of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypedDict

from rest_framework import serializers

from forge.accounts.people.serializers import PersonJson, person_to_json
from forge.compute.pool.answer_reading import ModelNeedsJson, RefusedJson
from forge.core.api.acts import ActAnswer
from forge.core.api.json_types import Timestamp, Uuid, choices
from forge.learning.conversions.kinds import FLOAT, TREES, TREES_SUFFIX
from forge.learning.conversions.running.bounded import OTHER_ANSWER
from forge.learning.conversions.running.lab_answers import ConvertedLayerJson, SourceConversionJson
from forge.learning.conversions.single_samples import removed_count
from forge.learning.conversions.suggestion import calibrated_on_of, judged_on_of, suggested_form
from forge.learning.conversions.trees import ConvertedTreesJson, trees_of
from forge.learning.lab_jobs.process import ConverterEnvironmentJson
from forge.learning.lab_jobs.states import CONVERSION_STATES
from forge.learning.models import ConvertedForm, ModelConversion
from rune.statistics.intervals import wilson

MAX_LAYERS = 200
"""Layers that one form keeps in float."""


class LabelAccuracyJson(TypedDict):
    """The number of samples of a label that get it as an answer."""

    label: str
    right: int
    samples: int


class FormAccuracyJson(TypedDict):
    """A share of correct answers, from 0 to 1, with its 95 % interval."""

    share: float
    low: float
    high: float
    right: int
    samples: int
    by_label: list[LabelAccuracyJson]


class SampleAnswersOfFormsJson(TypedDict):
    """A validation sample that some form answers otherwise than the float model."""

    sample: int
    answers: Annotated[
        dict[str, str], "the label that each form answers, or `other` for another class, by the form's number"
    ]


class UsedSamplesJson(TypedDict):
    """The samples for measuring ranges, and those for comparing."""

    kind: Annotated[str, "`recordings` of the project, `files` of arrays that were sent, or `random`"]
    is_guess: Annotated[bool, "whether the ranges are those of random input"]
    calibration: int
    judging: int
    ranges: Annotated[list[list[float]], "the smallest and the largest number of each input"]
    classes: list[str]
    stage: Annotated[str, "of the Runefile, in front of which the inputs were computed"]
    skipped_samples: Annotated[int, "samples that were not read, for want of time or because they cannot be"]
    reason: Annotated[str, "why no samples of the project were used"]


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
    removed_samples: Annotated[int, "of these, samples that were deleted since"]
    accuracy: Annotated[FormAccuracyJson | None, "on validation samples; null where no label is known"]


class ConvertedFormJson(TypedDict):
    """A form of a converted model."""

    number: int
    form: str
    float_layers: list[str]
    size: int
    digest: str
    calibrated_on: Annotated[str, 'what its ranges were measured on: `samples` or `random numbers`; "" without ranges']
    judged_on: Annotated[str, "what its figures were measured on: `samples` or `random numbers`"]
    is_suggested: Annotated[bool, "never of a form that was calibrated or judged on random numbers"]
    figures: Annotated[FormFiguresJson | None, "null for a form that was refused, and for decision trees"]
    needs: Annotated[dict[str, ModelNeedsJson | RefusedJson], "counted by building it, by target"]
    refusal: str
    url: Annotated[str, 'of its file; "" for a form that was refused']
    change_request: Annotated[int | None, "the number of the last change request that offers it"]


class ModelConversionJson(TypedDict):
    """A model that is converted, and its forms."""

    id: Uuid
    name: Annotated[str, "of the source"]
    digest: str
    size: int
    person: PersonJson | None
    state: Annotated[str, choices("ConversionState", CONVERSION_STATES)]
    progress: Annotated[float, "of the last job, from 0 to 1"]
    activity: str
    error: Annotated[str, "why the last job did not succeed"]
    needs: Annotated[ConverterEnvironmentJson | None, "the environment that has to be prepared first"]
    shapes: dict[str, list[int]]
    calibration: Annotated[str, "the split of the project's samples on which ranges are measured"]
    source: Annotated[SourceConversionJson | None, "how the float model was converted; null for a float .tflite"]
    trees: Annotated[ConvertedTreesJson | None, "of a model of decision trees, whose only form is `trees`"]
    layers: list[ConvertedLayerJson]
    samples: UsedSamplesJson | None
    changed_samples: list[SampleAnswersOfFormsJson]
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


class ApplyFormSerializer(serializers.Serializer[None]):
    """The file that a form becomes."""

    path = serializers.CharField(
        max_length=400,
        help_text="of a .tflite file of the project, which may be new; of decision trees a .trees.json file",
    )


class ModelApplyJson(TypedDict):
    """The change request that offers a form."""

    number: int
    url: str


def conversion_to_json(row: ModelConversion) -> ModelConversionJson:
    """A conversion, found by `forge.learning.access`."""
    description, job, forms = row.description, row.job, list(row.forms.all())
    suggestion = suggested_form(forms)
    return {
        "id": str(row.pk),
        "name": row.source_name,
        "digest": row.source_digest,
        "size": row.source_size,
        "person": person_to_json(row.person) if row.person else None,
        "state": row.state_name,
        "progress": 1.0 if job is None else job.progress,
        "activity": "" if job is None else job.current_activity,
        "error": row.error,
        "needs": row.needs,
        "shapes": row.shapes,
        "calibration": row.calibration,
        "source": description.get("conversion"),
        "trees": trees_of(row),
        "layers": description.get("layers", []),
        "samples": _used_samples(description.get("samples")),
        "changed_samples": changed_samples(forms, description.get("samples", {}).get("classes", [])),
        "boards": row.boards,
        "forms": [_form_to_json(row, each, is_suggested=each == suggestion) for each in forms],
        "created": row.created.isoformat(),
    }


def _form_to_json(row: ModelConversion, form: ConvertedForm, *, is_suggested: bool) -> ConvertedFormJson:
    form.conversion = row
    return {
        "number": form.number,
        "form": form.form,
        "float_layers": form.float_layers,
        "size": form.size,
        "digest": form.digest,
        "calibrated_on": calibrated_on_of(form),
        "judged_on": judged_on_of(form),
        "is_suggested": is_suggested,
        "figures": _figures(form),
        "needs": form.needs,
        "refusal": form.refusal,
        "url": form_url(row, form) if form.digest else "",
        "change_request": form.change_request,
    }


def _figures(form: ConvertedForm) -> FormFiguresJson | None:
    if not form.figures:
        return None
    figures = form.figures
    return {
        "arena": figures["arena"],
        "constants": figures["constants"],
        "reason": figures["reason"],
        "layers": figures["layers"],
        "output": figures["output"],
        "changed": figures["changed"],
        "samples": figures["samples"],
        "removed_samples": removed_count(figures),
        "accuracy": accuracy_of(figures),
    }


def accuracy_of(figures: Mapping[str, Any]) -> FormAccuracyJson | None:
    """The accuracy in what a form was measured with; None where no label is known."""
    right, samples = figures.get("right"), figures.get("judged", 0)
    if right is None or not samples:
        return None
    share = wilson(right, samples)
    by_label = [
        LabelAccuracyJson(label=label, right=own, samples=count)
        for label, (own, count) in figures.get("by_label", {}).items()
    ]
    return {
        "share": share.value,
        "low": share.low,
        "high": share.high,
        "right": right,
        "samples": samples,
        "by_label": by_label,
    }


def changed_samples(forms: Sequence[ConvertedForm], classes: Sequence[str]) -> list[SampleAnswersOfFormsJson]:
    """The samples that some form answers otherwise than the float model, by their numbers."""
    answers = {form: dict(form.figures.get("answers", ())) for form in forms if form.digest}
    source = next((own for form, own in answers.items() if form.form == FLOAT), {})
    rows = []
    for sample, answer in sorted(source.items()):
        own = {form: each[sample] for form, each in answers.items() if sample in each}
        if any(each != answer for each in own.values()):
            names = {str(form.number): class_name(each, classes) for form, each in own.items()}
            rows.append(SampleAnswersOfFormsJson(sample=sample, answers=names))
    return rows


def class_name(answer: int, classes: Sequence[str]) -> str:
    """Returns the name of a class: its label, or its number where there are none; "other" for no label."""
    if answer == OTHER_ANSWER:
        return "other"
    return classes[answer] if answer < len(classes) else f"class {answer}"


def _used_samples(samples: Mapping[str, Any] | None) -> UsedSamplesJson | None:
    if samples is None:
        return None
    return {
        "kind": samples["kind"],
        "is_guess": samples.get("is_guess", samples["kind"] == "random"),
        "calibration": samples["calibration"],
        "judging": samples["judging"],
        "ranges": samples["ranges"],
        "classes": samples["classes"],
        "stage": samples.get("stage", ""),
        "skipped_samples": samples.get("skipped_samples", 0),
        "reason": samples.get("reason", ""),
    }


def form_url(row: ModelConversion, form: ConvertedForm) -> str:
    """The address of a form's file."""
    return f"/api/v1/projects/{row.project.full_name}/conversions/{row.pk}/forms/{form.number}/file"


def form_file_name(form: ConvertedForm) -> str:
    """Returns the name of the form's file for downloads."""
    stem = form.conversion.source_name.rpartition(".")[0] or form.conversion.source_name
    if form.form == TREES:
        return f"{stem}{TREES_SUFFIX}"
    return f"{stem}-{form.form}{'-mixed' if form.float_layers else ''}.tflite"


QUEUED = ActAnswer(conversion_to_json, status=202)
