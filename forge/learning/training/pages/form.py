"""The form that begins a run: a field for each argument of the recipe, with its unit and range."""

from __future__ import annotations

from collections.abc import Mapping
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
from forge.learning.training.access import runs_of, teachers_of
from forge.learning.training.actions import RequestedRun
from forge.learning.training.declarations import declared_of
from forge.learning.training.kinds import DEFAULT_BOARDS
from forge.learning.training.pages.start_choice import StartChoice, start_choice
from forge.learning.training.recipes import arguments_of, checked_arguments, recipe_of, recipes
from forge.learning.training.running.lab_events import RecipeArgumentJson, RecipeJson
from forge.projects.models import Project
from forge.projects.versions.store import working_tree
from rune.devices.boards.lookup import boards
from rune.digests import is_digest
from rune.source.policy.sections.models import FORMS
from rune.source.policy.sections.training import DEFAULT_FORM, DEFAULT_MODEL

PREFIX = "argument-"
SHOWN_VERSIONS = 50


@dataclass(frozen=True)
class RecipeArgumentField:
    """A number field."""

    argument: RecipeArgumentJson
    value: str

    @property
    def name(self) -> str:
        return PREFIX + self.argument["name"]

    @property
    def title(self) -> str:
        return self.argument["name"].replace("-", " ").capitalize()

    @property
    def unit(self) -> str:
        """The unit, where the title does not say it."""
        return "" if self.argument["unit"] == self.argument["name"] else self.argument["unit"]

    @property
    def low(self) -> str:
        return _decimal(self.argument["low"])

    @property
    def high(self) -> str:
        return _decimal(self.argument["high"])

    @property
    def step(self) -> str:
        return "1" if self.argument["is_whole"] else "any"


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
    return {
        "recipes": own,
        "other_recipes": other_recipes,
        "recipe": recipe,
        "fields": _fields(recipe, first, start, form_data),
        "versions": versions,
        "other_versions": others,
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
        "advice": _advice(actor, project, [*versions, *others], recipe) or _backbone_advice(recipe, backbones),
    }


def _fields(
    recipe: RecipeJson, first: RequestedRun, start: StartChoice, form_data: QueryDict
) -> list[RecipeArgumentField]:
    """The fields of the arguments: what was sent, or else the first settings. Where these are of a run that begins
    otherwise, the arguments that depend on it have their defaults."""
    arguments = arguments_of(recipe, begins_with_model=bool(start.chosen_path))
    begun_otherwise = (
        arguments_of(recipe, begins_with_model=not start.chosen_path) if start.chosen_path != first.start else ()
    )
    remaining = {each["name"] for each in arguments if not begun_otherwise or each in begun_otherwise}
    values = {name: value for name, value in first.arguments.items() if name in remaining}
    return [
        RecipeArgumentField(
            each, form_data.get(PREFIX + each["name"], _text(values.get(each["name"], each["default"])))
        )
        for each in arguments
    ]


def settings_of(form_data: QueryDict) -> RequestedRun:
    """The settings that a form sent. Raises `Invalid`, which names the field."""
    recipe = recipe_of(form_data.get("recipe", ""))
    start = form_data.get("start", "").strip()
    arguments: dict[str, object] = {}
    for each in arguments_of(recipe, begins_with_model=bool(start)):
        text = form_data.get(PREFIX + each["name"], "").strip()
        if text:
            arguments[each["name"]] = _number(text)
    checked_arguments(recipe, arguments, begins_with_model=bool(start))
    # A number is that of a version of the project's own data, a digest that of another project's.
    version, seed = form_data.get("version", ""), form_data.get("seed", "0").strip() or "0"
    if not (seed.isascii() and seed.isdigit() and len(seed) <= 10):
        raise Invalid("The seed is a whole number.", errors={"seed": ["Write a whole number."]})
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


def _decimal(number: float) -> str:
    """A number without an exponent: 0.000001."""
    return f"{number:.9f}".rstrip("0").rstrip(".")


def _number(text: str) -> object:
    try:
        return float(text)
    except ValueError:
        return text


def _text(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def written_arguments(arguments: Mapping[str, float], recipe: RecipeJson | None) -> list[tuple[str, str]]:
    """The arguments of a run as people read them, with units."""
    known_arguments = [] if recipe is None else [*recipe["arguments"], *recipe["start_arguments"]]
    units = {each["name"]: each["unit"] for each in known_arguments}
    return [
        (name.replace("-", " ").capitalize(), f"{_text(value)} {_unit(units.get(name, ''), value)}".strip())
        for name, value in arguments.items()
    ]


def _unit(unit: str, value: float) -> str:
    """The unit, as it is written behind a value: a word for things that are counted is in the plural."""
    is_word = len(unit) > 2
    return unit.removesuffix("s") if value == 1 and is_word else unit
