"""Counts what the runes of several settings of a recipe need, before anything is trained: a job of a server that shows
the sizes of a recipe to somebody who fills in a form. It reads no recording."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.child.job import Report
from lab.recipes.arguments import Values, read_arguments
from lab.recipes.backbone import read_backbone
from lab.recipes.catalogue import recipe_of
from lab.recipes.numbers import chosen_columns
from lab.recipes.recipe import Recipe, behind_backbone
from lab.refusal import Refused
from lab.search.candidate import candidate_model
from lab.search.counting import build_of_rune
from rune.compiler.anvil.errors import CompileError
from rune.compiler.building.errors import BuildFailed
from rune.compiler.building.report import BuildResult
from rune.devices.emulation.measuring import measured_or_planned
from rune.environments.environment import EnvironmentNeeded

Json = Any
Send = Callable[[Mapping[str, Json]], None]
WORKERS = 2
"""Runes that are measured at the same time: gcc and the emulator are processes of their own."""


@dataclass(frozen=True)
class CountedBuild:
    """A rune that was built for a target, and the name by which the request calls its settings."""

    key: str
    target: str
    model_size: int
    build: BuildResult


def count_sizes(request: Mapping[str, Json], _report: Report, send: Send, _commands: object) -> dict[str, Json]:
    """Sends an event for each candidate on each target as soon as it is counted, or as it is known why it cannot be.

    Raises `Refused` and `OSError` where nothing can be counted."""
    backbone = request["backbone"]
    file = read_backbone(backbone, Path(request["file"]).read_bytes()) if backbone else None
    recipe = behind_backbone(recipe_of(request["recipe"]), file)
    labels = recipe.task.label_names(request["labels"])
    with ThreadPoolExecutor(WORKERS) as pool:
        waiting = []
        for candidate in request["candidates"]:
            try:
                values = _values(recipe, candidate["arguments"], request["columns"])
                model = candidate_model(recipe, values, len(labels), request["form"])
                for target in candidate["targets"]:
                    build = build_of_rune(recipe, values, labels, model, target)
                    counted_build = CountedBuild(candidate["key"], target, len(model), build)
                    waiting.append(pool.submit(_measure, counted_build, send))
            except (Refused, BuildFailed, CompileError, EnvironmentNeeded) as error:
                for target in candidate["targets"]:
                    send({"event": "size", "key": candidate["key"], "target": target, "refusal": str(error)[:500]})
        for each in waiting:
            each.result()
    return {"counted": len(waiting)}


def _values(recipe: Recipe, arguments: Mapping[str, Json], columns: int) -> Values:
    """The values of a candidate. Raises `Refused`."""
    values = read_arguments(recipe.arguments, arguments, recipe.name)
    if columns and "columns" in values:
        return chosen_columns(values, [f"column-{number}" for number in range(columns)], recipe.task)
    return values


def _measure(counted_build: CountedBuild, send: Send) -> None:
    needs, reason = measured_or_planned(counted_build.build, "candidate")
    send(
        {
            "event": "size",
            "key": counted_build.key,
            "target": counted_build.target,
            "model": counted_build.model_size,
            "needs": {
                "flash": needs.flash,
                "ram": needs.ram,
                "instructions": needs.instructions,
                "not_measured": reason,
            },
        }
    )
