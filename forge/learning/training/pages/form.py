"""The form that begins a run: data, recipe, size and arguments, and what speaks against a start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, QueryDict

from forge.builds.contents import recording_of_project
from forge.core.actors import Actor
from forge.core.errors import Invalid, Unprocessable
from forge.datasets.access import versions_of
from forge.datasets.models import DataVersion, Sample
from forge.datasets.versions.other_projects import offered_versions
from forge.learning.background.data import background_warning
from forge.learning.inputs.questions import model_paths
from forge.learning.recipes import RecipeJson, arguments_of, checked_arguments, recipe_of, recipes
from forge.learning.training.access import runs_of, teachers_of
from forge.learning.training.actions import RequestedRun
from forge.learning.training.declarations import declared_of
from forge.learning.training.kinds import DEFAULT_BOARDS
from forge.learning.training.pages.data_checks import (
    board_columns,
    checked_data,
    lack_of,
    recipe_card,
    split_bar,
)
from forge.learning.training.pages.fields import fields_of, groups_of, size_arguments, size_of, typed_arguments
from forge.learning.training.pages.start_choice import StartChoice, start_choice
from forge.projects.models import Project
from forge.projects.versions.store import working_tree
from rune.datasets.learnable import MAX_LABELS
from rune.devices.boards.lookup import boards
from rune.digests import is_digest
from rune.source.policy.sections.models import FORMS
from rune.source.policy.sections.training import DEFAULT_FORM, DEFAULT_MODEL

SHOWN_VERSIONS = 50
FIGURE_TITLES = (
    ("ram", "RAM"),
    ("flash", "Flash"),
    ("instructions", "Instructions"),
    ("milliseconds", "Inference time"),
)
"""The rows of the table of boards."""


@dataclass(frozen=True)
class FormAdvice:
    """Advice about what to do before a run can begin, and the page of the project for it."""

    text: str
    page: str
    link: str


def form_context(request: HttpRequest, actor: Actor, project: Project) -> dict[str, Any]:
    """Values of the form: the settings that were sent, those of the run that `from` names, those of `forge.yml`, or
    the defaults of the recipe for the kind of the samples."""
    versions = list(versions_of(actor, project)[:SHOWN_VERSIONS])
    try:
        known_recipes = recipes()
    except Unprocessable as error:
        return {"versions": versions, "form_problem": str(error)}
    others = offered_versions(actor, project)
    own, other_recipes = divided_recipes(actor, project, known_recipes)
    first = _first_settings(request, actor, project, [*own, *other_recipes])
    recipe = next((each for each in known_recipes if each["name"] == first.recipe), own[0])
    tree, form_data = working_tree(project), request.POST
    backbones = model_paths(tree) if recipe["needs_backbone"] else []
    start = start_choice(tree, recipe, first, request.GET)
    version = _chosen_version(request, [*versions, *others])
    data = None if version is None else checked_data(version, project)
    advice = _advice(actor, project, [*versions, *others], recipe) or _backbone_advice(recipe, backbones)
    context = {
        "recipes": [recipe_card(each, data) for each in own],
        "other_recipes": [recipe_card(each, None) for each in other_recipes],
        "is_other_recipe": recipe in other_recipes,
        "recipe": recipe,
        "versions": versions,
        "other_versions": others,
        "version": version,
        "split_bar": None if version is None else split_bar(version, data),
        "data": data,
        "labels": 2 if data is None else min(max(data.label_count(recipe), 1), MAX_LABELS),
        "form": first.form,
        "forms": FORMS,
        "seed": form_data.get("seed", str(first.seed)),
        "backbones": backbones,
        "backbone": form_data.get("backbone", first.backbone),
        "start": start,
        "teachers": teachers_of(actor, project, recipe),
        "teacher": form_data.get("teacher", str(first.teacher)),
        "model_path": form_data.get("model", first.model),
        "boards": boards(),
        "chosen_boards": tuple(first.boards),
        "background": background_warning(actor, project) if recipe["needs_background"] else "",
        "board_columns": board_columns(first.boards, declared_of(project).of_targets),
        "figure_titles": FIGURE_TITLES,
        "advice": advice,
        "lack": None if advice or data is None else lack_of(data, recipe, first.arguments),
    }
    return context | _arguments_context(request, recipe, first, start)


def _arguments_context(
    request: HttpRequest, recipe: RecipeJson, first: RequestedRun, start: StartChoice
) -> dict[str, Any]:
    """The sizes and the fields: of what was sent, or else of the first settings, with the network of the size that the
    address names. Where the first settings are of a run that begins otherwise, the arguments that depend on it have
    their defaults."""
    arguments = arguments_of(recipe, begins_with_model=bool(start.chosen_path))
    begun_otherwise = (
        arguments_of(recipe, begins_with_model=not start.chosen_path) if start.chosen_path != first.start else ()
    )
    remaining = {each["name"] for each in arguments if not begun_otherwise or each in begun_otherwise}
    values = {name: float(str(value)) for name, value in first.arguments.items() if name in remaining}
    named_size = request.GET.get("size", "")
    if any(each["name"] == named_size for each in recipe["sizes"]):
        size = next(each for each in recipe["sizes"] if each["name"] == named_size)
        values |= {name: size["arguments"][name] for name in size_arguments(recipe)}
    form_data = request.POST
    typed_values = typed_arguments(arguments, form_data)
    numbers = {name: value for name, value in typed_values.items() if isinstance(value, float)}
    size = size_of(recipe, values | numbers, form_data.get("size", named_size))
    has_sizes = not start.chosen_path and len(recipe["sizes"]) > 1
    fields = fields_of(arguments, values, size["arguments"] if has_sizes else {}, form_data)
    main = [each for name in recipe["main_arguments"] for each in fields if each.argument["name"] == name]
    further = [each for each in fields if each not in main]
    return {
        "sizes": recipe["sizes"] if has_sizes else [],
        "size": size if has_sizes else None,
        "augmentation_titles": [
            each["title"] for name in recipe["augmentation"] for each in arguments if each["name"] == name
        ],
        "main_fields": main,
        "groups": groups_of(further),
        "further": further,
        "differing": [each for each in further if each.differs],
    }


def _chosen_version(request: HttpRequest, versions: Sequence[DataVersion]) -> DataVersion | None:
    """The version that was sent or that the address names, or else the first one."""
    name = request.POST.get("version") or request.GET.get("version", "")
    return next((each for each in versions if name in (str(each.number), each.digest)), next(iter(versions), None))


def settings_of(form_data: QueryDict) -> RequestedRun:
    """The settings that a form sent. Raises `Invalid`, which names the field."""
    recipe = recipe_of(form_data.get("recipe", ""))
    start = form_data.get("start", "").strip()
    arguments = typed_arguments(arguments_of(recipe, begins_with_model=bool(start)), form_data)
    checked_arguments(recipe, arguments, begins_with_model=bool(start))
    # A number is that of a version of the project's own data, a digest that of another project's.
    version, seed = form_data.get("version", ""), form_data.get("seed", "0").strip() or "0"
    if not (seed.isascii() and seed.isdigit() and len(seed) <= 10):
        raise Invalid("The seed must be a whole number.", errors={"seed": ["Write a whole number."]})
    teacher = form_data.get("teacher", "")
    return RequestedRun(
        recipe["name"],
        arguments,
        int(version) if version.isascii() and version.isdigit() and len(version) < 9 else None,
        int(seed),
        form_data.get("form", DEFAULT_FORM),
        form_data.get("model", "").strip() or DEFAULT_MODEL,
        form_data.getlist("boards") or DEFAULT_BOARDS,
        version if is_digest(version) else "",
        form_data.get("backbone", "").strip() if recipe["needs_backbone"] else "",
        int(teacher) if teacher.isascii() and teacher.isdigit() and len(teacher) < 9 else 0,
        start,
    )


def _first_settings(
    request: HttpRequest, actor: Actor, project: Project, known_recipes: list[RecipeJson]
) -> RequestedRun:
    if request.method == "POST":
        form_data = request.POST
        name, form = form_data.get("recipe", known_recipes[0]["name"]), form_data.get("form", DEFAULT_FORM)
        return RequestedRun(name, form=form, boards=form_data.getlist("boards"), start=form_data.get("start", ""))
    number = request.GET.get("from", "")
    recipe_name = request.GET.get("recipe", "")
    if number.isascii() and number.isdigit() and len(number) < 9:
        run = runs_of(actor, project).filter(number=int(number)).first()
        if run is not None:
            settings = run.recipe, run.arguments, None, run.seed, run.form, run.model_path, run.boards
            return RequestedRun(*settings, backbone=run.backbone_path, teacher=run.teacher_number, start=run.start_path)
    training = declared_of(project).training
    if training is not None and recipe_name in ("", training.recipe):
        declared_settings = training.recipe, training.arguments, None, training.seed, training.form, training.model
        return RequestedRun(*declared_settings, backbone=training.backbone, start=training.start)
    return RequestedRun(recipe_name or known_recipes[0]["name"])


def _kind_of(actor: Actor, project: Project) -> str | None:
    """The kind of samples that the project has, or else that its pipeline reads."""
    samples = Sample.objects.visible_to(actor).available().filter(data_set__project=project)
    kind = samples.values_list("kind", flat=True).first()
    if kind is None and (recording := recording_of_project(project)) is not None:
        kind = recording.value
    return kind


def divided_recipes(
    actor: Actor, project: Project, known_recipes: list[RecipeJson]
) -> tuple[list[RecipeJson], list[RecipeJson]]:
    """The recipes for the data of a project, and the others; all of them where its kind is not known. In each, the one
    that is used most comes first."""
    kind = _kind_of(actor, project)
    own = [each for each in known_recipes if each["kind"] == kind]
    return (own, [each for each in known_recipes if each["kind"] != kind]) if own else (known_recipes, [])


def _advice(actor: Actor, project: Project, versions: list[DataVersion], recipe: RecipeJson) -> FormAdvice | None:
    """Returns the advice for a project without a version of its data; None if it has one."""
    if versions:
        return None
    has_samples = Sample.objects.visible_to(actor).available().filter(data_set__project=project).exists()
    if has_samples:
        text = (
            "Label the samples and save a version on the page Data: a run learns from a version, which never changes."
        )
    else:
        text = (
            f"This recipe learns from samples of the kind {recipe['kind']}. Record or import some on the page Data, "
            "label them, and save a version."
        )
    return FormAdvice(text, "data", "Open Data")


def _backbone_advice(recipe: RecipeJson, backbones: list[str]) -> FormAdvice | None:
    """The advice for a recipe that learns behind a model, in a project without one."""
    if not recipe["needs_backbone"] or backbones:
        return None
    text = (
        "This recipe learns behind a model that turns a picture into a vector. Add such a .tflite file to the project, "
        "or convert a model of Keras or ONNX on the page Models."
    )
    return FormAdvice(text, "models", "Open Models")
