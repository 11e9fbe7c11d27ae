"""The needs of a candidate's whole rune on a target, or on the devices of a search, before anything is trained: counted
by the compiler and on the emulated core."""

from __future__ import annotations

from collections.abc import Sequence

from lab.recipes.arguments import Values
from lab.recipes.recipe import Recipe, whole_runefile
from lab.search.candidate import candidate_model
from lab.search.devices import SearchDevices
from rune.aim import RUNE_AIM
from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.compiler.building.building import build
from rune.compiler.building.models import ProjectModels
from rune.compiler.building.options import BuildOptions
from rune.compiler.building.prepare import prepare
from rune.compiler.building.report import BuildResult
from rune.compiler.targets.lookup import find_target, find_variant
from rune.compiler.targets.wasm32 import TARGET as WASM32
from rune.devices.boards.fit import Needs
from rune.devices.emulation.measuring import measured_or_planned
from rune.project.files import MemoryFiles
from rune.project.runefile import DEFAULT_RUNEFILE
from rune.source.runefile import check

_NAME = "candidate"
_MODEL = "model.tflite"


def needs_of_candidate(
    recipe: Recipe, values: Values, labels: Sequence[str], form: str, target: str
) -> tuple[Needs, str | None]:
    """The needs of a run's rune on a target, and why instructions were not counted, or None if they were.

    Raises `Refused`, and what a build raises.
    """
    return needs_of_rune(recipe, values, labels, candidate_model(recipe, values, len(labels), form), target)


def count_under_limits(
    recipe: Recipe, values: Values, labels: Sequence[str], form: str, devices: SearchDevices
) -> tuple[Needs, ...]:
    """A candidate's needs on each device: by the plan of its memory where that alone is over a limit of one of them,
    else counted.

    Raises `Refused`, and what a build raises.
    """
    model = candidate_model(recipe, values, len(labels), form)
    files = _files(recipe, values, labels, model)
    least = devices.count(lambda target: _planned_needs(files, target))
    if devices.reason(least) is not None:
        return least
    return count_rune(recipe, values, labels, model, devices)


def count_rune(
    recipe: Recipe, values: Values, labels: Sequence[str], model: bytes, devices: SearchDevices
) -> tuple[Needs, ...]:
    """Returns the needs of the rune around a recipe's model on each device. Raises the errors of a build."""
    return devices.count(lambda target: needs_of_rune(recipe, values, labels, model, target)[0])


def needs_of_rune(
    recipe: Recipe, values: Values, labels: Sequence[str], model: bytes, target: str
) -> tuple[Needs, str | None]:
    """Returns the needs of the rune around a recipe's model on a target. Raises the errors of a build."""
    return measured_or_planned(build_of_rune(recipe, values, labels, model, target), _NAME)


def build_of_rune(recipe: Recipe, values: Values, labels: Sequence[str], model: bytes, target: str) -> BuildResult:
    """Builds the rune around a recipe's model for a target. Raises the errors of a build."""
    return build(_files(recipe, values, labels, model), BuildOptions(_NAME, target=find_target(target)))


def size_of_rune(recipe: Recipe, values: Values, labels: Sequence[str], model: bytes) -> int:
    """Bytes of the rune around a recipe's model, as a server builds it for browsers. Raises the errors of a build."""
    target = find_variant(WASM32.name, RUNE_AIM)
    return len(build(_files(recipe, values, labels, model), BuildOptions(_NAME, target=target)).rune)


def _planned_needs(files: MemoryFiles, target: str) -> Needs:
    """The least that a project needs on a target, by the plan of its memory."""
    models = ProjectModels(files)
    options = BuildOptions(_NAME, target=find_target(target))
    plan = prepare(check(files, PUBLISHED_BLOCKS, signatures=models.signature), models, options).plan
    return Needs(target, plan.constant_size, plan.arena_size)


def _files(recipe: Recipe, values: Values, labels: Sequence[str], model: bytes) -> MemoryFiles:
    """The project that a run would give."""
    runefile = whole_runefile(recipe, values, _MODEL, model, labels)
    return MemoryFiles({DEFAULT_RUNEFILE: runefile.encode(), _MODEL: model, **recipe.files})
