"""The page "What is this input?": a model's inputs, the presets that fit, a trial, and writing the Runefile. It works
without scripts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from forge.accounts.permissions import Verb, can
from forge.accounts.principals import Principal, principal_of
from forge.compute.pool.answer_reading import TriedInputJson
from forge.core.errors import DomainError, Invalid
from forge.core.http.pages import for_person, show_again
from forge.learning.inputs.actions import write_model_input
from forge.learning.inputs.conversion_facts import known_facts
from forge.learning.inputs.named_model import named_model
from forge.learning.inputs.questions import LABELS, ModelToFeed
from forge.learning.inputs.serializers import MAX_LABELS_TEXT
from forge.learning.inputs.trial import PresetTrials, TrialRequest, sample_choices, try_model_inputs
from forge.learning.offers.actions import apply_paths
from forge.projects.models import Project
from forge.projects.place import project_of
from rune.assessment.evaluation.wording import certainty
from rune.source.runefile.model_inputs import InputKind, InputPreset, InputQuestion, class_count
from rune.wording import plain

CELL = 6
"""The side of a cell of a drawing."""
_SHADES = 8
KIND_NAMES = {
    InputKind.PICTURE: "Picture",
    InputKind.SOUND: "Sound",
    InputKind.MOTION: "Motion",
    InputKind.TEXT: "Text",
    InputKind.NUMBERS: "Numbers",
}
KIND_ICONS = {
    InputKind.PICTURE: "camera",
    InputKind.SOUND: "mic",
    InputKind.MOTION: "activity",
    InputKind.TEXT: "file-text",
    InputKind.NUMBERS: "hash",
}


@dataclass(frozen=True)
class InputCard:
    """An input of the model on the page, with its kinds and the presets of the chosen kind."""

    name: str
    type: str
    field: str
    kinds: Sequence[tuple[str, str, str, bool]]
    presets: Sequence[InputPreset]
    preset: InputPreset
    others_query: str = ""
    """The choice of the other inputs, as the part of an address; it ends with "&" unless it is empty."""


@dataclass(frozen=True)
class TriedRow:
    """A preset of a trial. `shades` are paths of the drawing's cells, from faint to strong."""

    preset: InputPreset | None
    result: TriedInputJson
    percent: str
    clipped_percent: str
    is_best: bool
    shades: Sequence[tuple[int, str]]
    width: int
    height: int


@for_person
@require_GET
@never_cache
def input_page(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """The inputs of a model and what they may be."""
    project = project_of(request, organisation, name, Verb.READ)
    return render(request, "models/input.html", _context(request, project, request.GET))


@for_person
@require_POST
def try_input(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """Runs the model with the chosen presets on a recording that is sent, or on samples."""
    project = project_of(request, organisation, name, Verb.EDIT)
    principal = principal_of(request)
    model = named_model(principal, project, _fields(request.POST))
    upload = request.FILES.get("recording")
    try:
        trial = try_model_inputs(
            principal,
            project,
            model,
            TrialRequest(
                _keys(model, request.POST),
                request.POST.get("labels", "")[:MAX_LABELS_TEXT],
                compares="compare" in request.POST,
                sample=_sample(request.POST.get("sample", "")),
                recording=upload.chunks() if isinstance(upload, UploadedFile) else None,
            ),
        )
    except DomainError as error:
        return show_again(request, "models/input.html", _context(request, project, request.POST), error)
    return render(request, "models/input.html", _context(request, project, request.POST) | _trial_context(model, trial))


@for_person
@require_POST
def write_input(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """Writes the Runefile of the chosen presets, or opens a change request with it."""
    project = project_of(request, organisation, name, Verb.EDIT)
    principal = principal_of(request)
    model = named_model(principal, project, _fields(request.POST))
    try:
        labels = request.POST.get("labels", "")[:MAX_LABELS_TEXT]
        change = write_model_input(principal, project, model, _keys(model, request.POST), labels)
    except DomainError as error:
        return show_again(request, "models/input.html", _context(request, project, request.POST), error)
    place = "studio" if change is None else f"change-requests/{change}"
    return redirect(f"{project.get_absolute_url()}/{place}")


def _context(request: HttpRequest, project: Project, query: QueryDict) -> dict[str, Any]:
    principal = principal_of(request)
    model = named_model(principal, project, _fields(query))
    may_edit = can(principal, Verb.EDIT, project)
    inputs = [_input_card(each, place, query) for place, each in enumerate(model.questions)]
    kind = inputs[0].preset.kind
    labels = query.get("labels", model.suggested_labels)[:MAX_LABELS_TEXT]
    return {
        "project": project,
        "model": model,
        "named": _names(model),
        "named_query": urlencode(_names(model)),
        "known": [] if model.form is None else known_facts(model.form),
        "paths": [] if model.form is None else apply_paths(project, model.form.conversion),
        "inputs": [replace(each, others_query=_others_query(inputs, each)) for each in inputs],
        "may_edit": may_edit,
        "classes": class_count(model.signature),
        "labels": labels,
        "samples": _samples(principal, project, kind) if may_edit else [],
        "sample": query.get("sample", ""),
        "takes_recording": kind in (InputKind.SOUND, InputKind.PICTURE, InputKind.MOTION),
        "accepts": {InputKind.SOUND: ".wav", InputKind.PICTURE: ".png,.jpg,.jpeg,.bmp"}.get(kind, ".csv"),
        "runefile": model.runefile([each.preset for each in inputs], LABELS if labels.strip() else ""),
        "can_compare": len(inputs) == 1 and len(inputs[0].presets) > 1,
    }


def _fields(query: QueryDict) -> dict[str, str]:
    return {name: query.get(name, "") for name in query}


def _names(model: ModelToFeed) -> dict[str, str]:
    """The fields by which the next request names the same model."""
    if model.form is None:
        return {"file": model.path}
    return {"conversion": str(model.form.conversion_id), "form": str(model.form.number), "file": model.path}


def _input_card(question: InputQuestion, place: int, query: QueryDict) -> InputCard:
    """An input as the address or the form chose it, else its likeliest preset."""
    field = f"input_{place}"
    key, kind = query.get(field, ""), query.get(f"kind_{place}", "")
    presets = {each.key: each for each in question.presets}
    preset = presets.get(key)
    if preset is None or preset.lacks or (kind and preset.kind != kind):
        usable = [each for each in question.presets if not each.lacks]
        preset = next((each for each in usable if each.kind == kind), question.likeliest)
    kinds = [(each.value, KIND_NAMES[each], KIND_ICONS[each], each == preset.kind) for each in question.kinds]
    own = [each for each in question.presets if each.kind == preset.kind]
    return InputCard(plain(question.tensor.name), str(question.tensor.type), field, kinds, own, preset)


def _others_query(cards: Sequence[InputCard], card: InputCard) -> str:
    return "".join(f"{urlencode({other.field: other.preset.key})}&" for other in cards if other.field != card.field)


def _keys(model: ModelToFeed, query: QueryDict) -> list[str]:
    return [_input_card(each, place, query).preset.key for place, each in enumerate(model.questions)]


def _samples(principal: Principal, project: Project, kind: InputKind) -> list[tuple[int, str]]:
    return [(each.number, each.label) for each in sample_choices(principal, project) if each.kind == kind.value]


def _sample(text: str) -> int | None:
    """The number of a sample, None for labelled ones of each label. Raises `Invalid`."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Invalid("Choose a sample.")
    return int(text)


def _trial_context(model: ModelToFeed, trial: PresetTrials) -> dict[str, Any]:
    presets = {each.key: each for each in model.questions[0].presets}
    best = max((each["right"] for each in trial.results if each["judged"]), default=0)
    rows = [_row(each, presets.get(each["key"]), best) for each in trial.results]
    return {"results": rows, "trial": trial}


def _row(result: TriedInputJson, preset: InputPreset | None, best: int) -> TriedRow:
    scores = result["scores"].values()
    read = result["read"]
    drawing = [] if read is None else read["drawing"]
    return TriedRow(
        preset,
        result,
        certainty(max(scores)) if scores else "",
        "" if read is None else f"{100 * read['clipped']:.0f} %",
        bool(result["judged"]) and result["right"] == best > 0,
        _shades(drawing),
        CELL * (len(drawing[0]) if drawing else 0),
        CELL * len(drawing),
    )


def _shades(drawing: Sequence[Sequence[int]]) -> list[tuple[int, str]]:
    """The cells of a drawing as one path for each shade, which is drawn with the opacity of its number of tenths."""
    paths: dict[int, list[str]] = {}
    for y, row in enumerate(drawing):
        for x, level in enumerate(row):
            shade = round(level * _SHADES / 255)
            if shade:
                paths.setdefault(shade, []).append(f"M{x * CELL} {y * CELL}h{CELL}v{CELL}h-{CELL}z")
    return [(shade, "".join(path)) for shade, path in sorted(paths.items())]
