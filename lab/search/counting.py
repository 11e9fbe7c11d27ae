"""What the whole rune of a candidate needs on a target, before anything is trained: counted by the compiler and on the
emulated core."""

from __future__ import annotations

from collections.abc import Sequence

from lab.recipes.arguments import Values
from lab.recipes.recipe import Recipe, whole_runefile
from lab.search.candidate import candidate_model
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.compiler.targets.finding import find_target
from rune.devices.boards.fit import Needs
from rune.devices.emulation.measuring import measured_or_planned
from rune.project.files import MemoryFiles

_NAME = "candidate"
_MODEL = "model.tflite"


def needs_of_candidate(
    recipe: Recipe, values: Values, labels: Sequence[str], form: str, target: str
) -> tuple[Needs, str | None]:
    """What the rune of a run would need on a target, and why instructions were not counted, or None if they were.

    Raises `Refused`, and what a build raises.
    """
    return needs_of_rune(recipe, values, labels, candidate_model(recipe, values, len(labels), form), target)


def needs_of_rune(
    recipe: Recipe, values: Values, labels: Sequence[str], model: bytes, target: str
) -> tuple[Needs, str | None]:
    """What the rune around a model of a recipe needs on a target. Raises what a build raises."""
    runefile = whole_runefile(recipe, values, _MODEL, model, labels)
    files = MemoryFiles({"Runefile.yml": runefile.encode(), _MODEL: model})
    built = build(files, BuildOptions(_NAME, target=find_target(target)))
    return measured_or_planned(built, _NAME)
