"""The pages of a project's models: bringing one in, and its forms side by side. They work without scripts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from forge.accounts.permissions import Verb, can
from forge.accounts.principals import Principal, principal_of
from forge.core.errors import Invalid
from forge.core.http.pages import for_person
from forge.core.preconditions import etag_of, form_precondition
from forge.jobs.environments import may_prepare
from forge.learning.access import conversions_of, find_conversion
from forge.learning.conversions.actions import (
    begin_conversion,
    count_on_boards,
    discard_conversion,
    mix_form,
    restart_conversion,
)
from forge.learning.conversions.declarations import convert_again, declared_of
from forge.learning.conversions.etag_facets import board_facets
from forge.learning.conversions.kinds import MIXED_FORMS, SOURCE_SUFFIXES
from forge.learning.conversions.serializers import form_url
from forge.learning.conversions.single_samples import removed_from_any
from forge.learning.conversions.suggestion import suggested_form
from forge.learning.conversions.trees import trees_of
from forge.learning.environments.actions import prepare_environment
from forge.learning.inputs.questions import model_paths
from forge.learning.lab_jobs.states import LabJobState
from forge.learning.lab_jobs.waiting import LabLibraries
from forge.learning.models import ConvertedForm, ModelConversion
from forge.learning.offers.actions import apply_form, apply_paths
from forge.learning.origins.outside_models import OutsideModel, outside_models
from forge.learning.pages.changed_samples import changed_cards
from forge.learning.pages.comparison import (
    RANGE_WIDTH,
    compared_forms,
    layer_bars,
    main_forms,
    summary,
    worst_first,
)
from forge.learning.pages.shapes import parsed_shapes
from forge.learning.pages.trade_off import trade_off
from forge.learning.pages.trees import trees_context
from forge.learning.tasks import prepare_soon
from forge.projects.models import Project
from forge.projects.pages.forms import project_form
from forge.projects.place import project_of
from forge.projects.versions.store import working_tree
from rune.devices.boards.lookup import boards as all_boards
from rune.devices.boards.lookup import find_board

SHOWN_CONVERSIONS = 50
"""Conversions on the page."""
WORST = 6
"""Layers whose ticks are in view; the others are opened."""


@dataclass(frozen=True)
class OwnModel:
    """A model file of a project. `outside` is what its record says, where no run of the organisation made it."""

    path: str
    has_input: bool
    """Whether the page of inputs reads it."""
    outside: OutsideModel | None


def _list_context(request: HttpRequest, project: Project) -> dict[str, Any]:
    principal, tree = principal_of(request), working_tree(project)
    outside = outside_models(project, tree)
    return {
        "project": project,
        "declared": declared_of(project, tree),
        "conversions": conversions_of(principal, project)[:SHOWN_CONVERSIONS],
        "own_models": _own_models(model_paths(tree), outside),
        "has_outside_models": bool(outside),
        "accepted": ",".join((*SOURCE_SUFFIXES, ".zip", ".tflite")),
        "may_edit": can(principal, Verb.EDIT, project),
    }


def _own_models(paths: Sequence[str], outside: Sequence[OutsideModel]) -> list[OwnModel]:
    """The models of a project, and the parameters of estimators that were trained outside the server."""
    by_path = {each.path: each for each in outside}
    return [OwnModel(path, path in paths, by_path.get(path)) for path in sorted({*paths, *by_path})]


def _context(request: HttpRequest, project: Project, conversion_id: UUID) -> dict[str, Any]:
    principal = principal_of(request)
    row = find_conversion(principal, project, conversion_id)
    job = row.job
    context = {
        "project": project,
        "model": row,
        "job": job,
        "percent": 100 if job is None else round(100 * job.progress),
        "is_busy": job is not None and not job.is_finished,
        "may_edit": can(principal, Verb.EDIT, project),
        "may_prepare": row.state == LabJobState.NEEDS and may_prepare(principal),
        "takes_weights": row.source_name.endswith(".onnx"),
        "has_failed": row.state in (LabJobState.FAILED, LabJobState.CANCELLED),
        "boards_etag": etag_of(board_facets(row)),
    }
    forms = list(row.forms.all())
    if not forms:
        return context
    paths = apply_paths(project, row) if context["may_edit"] and row.state == LabJobState.FINISHED else []
    trees = trees_of(row)
    figures = _forms_context(request, row, forms) if trees is None else trees_context(row, trees, forms[0], paths)
    return context | figures | {"apply_paths": paths}


_list_form = project_form("models/page.html", _list_context)
_model_form = project_form("models/model.html", _context)


@for_person
@require_GET
@never_cache
def models_page(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """The models that were converted for a project, and bringing one in."""
    project = project_of(request, organisation, name, Verb.READ)
    context = _list_context(request, project)
    if context["may_edit"]:
        prepare_soon(LabLibraries.TENSORFLOW, LabLibraries.QUANTISER)
    return render(request, "models/page.html", context)


@_list_form
def convert(request: HttpRequest, principal: Principal, project: Project) -> str:
    """Converts the model that is sent, with the file of weights that an ONNX model may have, and samples."""
    file = request.FILES.get("model")
    if not isinstance(file, UploadedFile):
        raise Invalid("Choose the file of a model.")
    weights, samples = _sent_file(request, "weights"), _sent_file(request, "samples")
    row = begin_conversion(principal, project, file.name or "", file.chunks(), weights, samples=samples)
    return row.get_absolute_url()


def _sent_file(request: HttpRequest, name: str) -> Iterator[bytes] | None:
    """The bytes of a file of a form; None where none was chosen."""
    file = request.FILES.get(name)
    return file.chunks() if isinstance(file, UploadedFile) else None


@_list_form
def try_again(request: HttpRequest, principal: Principal, project: Project) -> str:
    """Converts a model of the forge.yml again."""
    convert_again(principal, project, request.POST.get("path", ""))
    return f"{project.get_absolute_url()}/models#declared-models"


@for_person
@require_GET
@never_cache
def one_model(request: HttpRequest, organisation: str, name: str, conversion_id: UUID) -> HttpResponse:
    """A model: its forms side by side, its layers, and where it came from."""
    project = project_of(request, organisation, name, Verb.READ)
    context = _context(request, project, conversion_id)
    if context["may_edit"] and not context["is_busy"]:
        prepare_soon(LabLibraries.QUANTISER)
    return render(request, "models/model.html", context)


@_model_form
def restart(request: HttpRequest, principal: Principal, project: Project, conversion_id: UUID) -> str:
    """Converts a model again with weights, shapes or samples that were missing."""
    row = find_conversion(principal, project, conversion_id)
    weights, samples = _sent_file(request, "weights"), _sent_file(request, "samples")
    text = request.POST.get("shapes", "").strip()
    restart_conversion(principal, row, weights=weights, shapes=parsed_shapes(text) if text else None, samples=samples)
    return row.get_absolute_url()


@_model_form
def prepare(_request: HttpRequest, principal: Principal, project: Project, conversion_id: UUID) -> str:
    """Prepares the environment that the model needs."""
    row = find_conversion(principal, project, conversion_id)
    prepare_environment(principal, row)
    return row.get_absolute_url()


@_model_form
def mix(request: HttpRequest, principal: Principal, project: Project, conversion_id: UUID) -> str:
    """Makes a form in which the ticked layers stay floats."""
    row = find_conversion(principal, project, conversion_id)
    layers = request.POST.getlist("layers")
    if not layers:
        raise Invalid("Tick a layer that stays in float.")
    mix_form(principal, row, request.POST.get("form", MIXED_FORMS[0]), layers)
    return row.get_absolute_url()


@_model_form
def boards(request: HttpRequest, principal: Principal, project: Project, conversion_id: UUID) -> str:
    """Counts the forms on two boards."""
    row = find_conversion(principal, project, conversion_id)
    count_on_boards(principal, row, request.POST.getlist("boards"), precondition=form_precondition(request.POST))
    return row.get_absolute_url()


@_model_form
def apply(request: HttpRequest, principal: Principal, project: Project, conversion_id: UUID) -> str:
    """Opens a change request in which a model file of the project is the chosen form."""
    row = find_conversion(principal, project, conversion_id)
    number = request.POST.get("form", "")
    form = next((each for each in row.forms.all() if str(each.number) == number), None)
    if form is None:
        raise Invalid("Choose a form.")
    change = apply_form(principal, form, request.POST.get("path", ""))
    return f"{project.get_absolute_url()}/change-requests/{change}"


@_model_form
def discard(_request: HttpRequest, principal: Principal, project: Project, conversion_id: UUID) -> str:
    """Deletes a conversion with its forms."""
    discard_conversion(principal, find_conversion(principal, project, conversion_id))
    return f"{project.get_absolute_url()}/models"


def _forms_context(request: HttpRequest, row: ModelConversion, forms: list[ConvertedForm]) -> dict[str, Any]:
    files = [form for form in forms if form.digest]
    chosen_form = _chosen_form(request, files)
    shown_forms, others = main_forms(forms, chosen_form)
    boards_shown = [find_board(key) for key in row.boards]
    quantised_form = (
        chosen_form if chosen_form.form in MIXED_FORMS else next((form for form in files if form.form == "int8"), None)
    )
    bars = [] if quantised_form is None else layer_bars(quantised_form, row.description["layers"])
    sorted_bars = [] if quantised_form is None else worst_first(bars, quantised_form)
    samples = row.description.get("samples", {})
    cards, changed_count = changed_cards(principal_of(request), row.project, shown_forms, samples.get("classes", []))
    return {
        "table": compared_forms(shown_forms, chosen_form, boards_shown),
        "others": compared_forms([each for each in others if each.digest], chosen_form, boards_shown),
        "refused_forms": [form for form in forms if form.refusal],
        "summary": summary(files, chosen_form),
        "chosen_column": shown_forms.index(chosen_form) if chosen_form in shown_forms else None,
        "chosen_form": chosen_form,
        "chosen_url": form_url(row, chosen_form),
        "quantised_form": quantised_form,
        "bars": bars,
        "worst": sorted_bars[:WORST],
        "rest": sorted_bars[WORST:],
        "mixed_forms": MIXED_FORMS,
        "range_width": RANGE_WIDTH,
        "samples": samples,
        "by_label": _by_label(shown_forms),
        "trade_off": trade_off(files),
        "changed_cards": cards,
        "changed_count": changed_count,
        "removed_count": removed_from_any(form.figures for form in forms),
        "boards": all_boards(),
    }


def _by_label(forms: list[ConvertedForm]) -> list[tuple[str, list[str]]]:
    """Each label with how many of its validation samples the forms get right."""
    rows: dict[str, list[str]] = {}
    for place, form in enumerate(forms):
        for label, (right, count) in form.figures.get("by_label", {}).items():
            rows.setdefault(label, ["-"] * len(forms))[place] = f"{right} of {count}"
    return list(rows.items())


def _chosen_form(request: HttpRequest, files: list[ConvertedForm]) -> ConvertedForm:
    """The form that the address names; else the newest mixed one, the suggested one, or the first."""
    number = request.GET.get("form", "")
    requested_form = next((form for form in files if str(form.number) == number), None)
    newest_mixed_form = next((form for form in reversed(files) if form.float_layers), None)
    return requested_form or newest_mixed_form or suggested_form(files) or files[0]
