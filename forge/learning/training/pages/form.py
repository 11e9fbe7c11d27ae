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
from forge.learning.inputs.questions import model_paths
from forge.learning.training.access import runs_of, teachers_of
from forge.learning.training.actions import RequestedRun
from forge.learning.training.declarations import declared_of
from forge.learning.training.kinds import DEFAULT_BOARDS
from forge.learning.training.recipes import checked_arguments, recipe_of, recipes
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
        known = recipes()
    except Unprocessable as error:
        return {"versions": versions, "form_problem": str(error)}
    others = offered_versions(actor, project)
    own, other_recipes = divided_recipes(actor, project, known)
    start = _start(request, actor, project, [*own, *other_recipes])
    recipe = next((each for each in known if each["name"] == start.recipe), own[0])
    values = {each["name"]: start.arguments.get(each["name"], each["default"]) for each in recipe["arguments"]}
    sent, declared = request.POST, declared_of(project).training
    backbones = model_paths(working_tree(project)) if recipe["needs_backbone"] else []
    fields = [
        RecipeArgumentField(each, sent.get(PREFIX + each["name"], _text(values[each["name"]])))
        for each in recipe["arguments"]
    ]
    return {
        "recipes": own,
        "other_recipes": other_recipes,
        "recipe": recipe,
        "fields": fields,
        "versions": versions,
        "other_versions": others,
        "form": start.form,
        "forms": FORMS,
        "seed": sent.get("seed", str(start.seed)),
        "backbones": backbones,
        "backbone": sent.get("backbone", start.backbone),
        "declared_start": "" if declared is None else declared.start,
        "teachers": teachers_of(actor, project, recipe),
        "teacher": sent.get("teacher", str(start.teacher)),
        "model_path": sent.get("model", start.model),
        "boards": boards(),
        "chosen_boards": tuple(start.boards),
        "advice": _advice(actor, project, [*versions, *others], recipe) or _backbone_advice(recipe, backbones),
    }


def settings_of(sent: QueryDict) -> RequestedRun:
    """The settings that a form sent. Raises `Invalid`, which names the field."""
    recipe = recipe_of(sent.get("recipe", ""))
    arguments: dict[str, object] = {}
    for each in recipe["arguments"]:
        text = sent.get(PREFIX + each["name"], "").strip()
        if text:
            arguments[each["name"]] = _number(text)
    checked_arguments(recipe, arguments)
    # A number is that of a version of the project's own data, a digest that of another project's.
    version, seed = sent.get("version", ""), sent.get("seed", "0").strip() or "0"
    if not (seed.isascii() and seed.isdigit() and len(seed) <= 10):
        raise Invalid("The seed is a whole number.", errors={"seed": ["Write a whole number."]})
    teacher = sent.get("teacher", "")
    return RequestedRun(
        recipe["name"],
        arguments,
        int(version) if version.isascii() and version.isdigit() and len(version) < 9 else None,
        int(seed),
        sent.get("form", DEFAULT_FORM),
        sent.get("model", "").strip() or DEFAULT_MODEL,
        sent.getlist("boards") or DEFAULT_BOARDS,
        version if is_digest(version) else "",
        sent.get("backbone", "").strip() if recipe["needs_backbone"] else "",
        int(teacher) if teacher.isascii() and teacher.isdigit() and len(teacher) < 9 else 0,
    )


def _start(request: HttpRequest, actor: Actor, project: Project, known: list[RecipeJson]) -> RequestedRun:
    if request.method == "POST":
        name = request.POST.get("recipe", known[0]["name"])
        return RequestedRun(name, form=request.POST.get("form", DEFAULT_FORM), boards=request.POST.getlist("boards"))
    number = request.GET.get("from", "")
    chosen = request.GET.get("recipe", "")
    if number.isascii() and number.isdigit() and len(number) < 9:
        run = runs_of(actor, project).filter(number=int(number)).first()
        if run is not None:
            settings = run.recipe, run.arguments, None, run.seed, run.form, run.model_path, run.boards
            return RequestedRun(*settings, backbone=run.backbone_path, teacher=run.teacher_number)
    declared = declared_of(project).training
    if declared is not None and chosen in ("", declared.recipe):
        named = declared.recipe, declared.arguments, None, declared.seed, declared.form, declared.model
        return RequestedRun(*named, backbone=declared.backbone)
    return RequestedRun(chosen or known[0]["name"])


def _kind_of(actor: Actor, project: Project) -> str | None:
    """The kind of samples that the project has, or else that its pipeline reads."""
    samples = Sample.objects.visible_to(actor).available().filter(data_set__project=project)
    kind = samples.values_list("kind", flat=True).first()
    if kind is None and (recording := recording_of_project(project)) is not None:
        kind = recording.value
    return kind


def divided_recipes(
    actor: Actor, project: Project, known: list[RecipeJson]
) -> tuple[list[RecipeJson], list[RecipeJson]]:
    """The recipes for the data of a project, and the others; all of them where its kind is not known. In each, the one
    that is used most comes first."""
    kind = _kind_of(actor, project)
    own = [each for each in known if each["kind"] == kind]
    return (own, [each for each in known if each["kind"] != kind]) if own else (known, [])


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
    units = {each["name"]: each["unit"] for each in recipe["arguments"]} if recipe is not None else {}
    return [
        (name.replace("-", " ").capitalize(), f"{_text(value)} {units.get(name, '')}".strip())
        for name, value in arguments.items()
    ]
