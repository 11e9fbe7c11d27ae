"""The cost of each stage of a build beside an earlier build, where both were counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from forge.builds.models import Build
from forge.comparison.figures import count_text

MOST_TARGETS = 2
"""Targets whose instructions a row shows."""


@dataclass(frozen=True)
class StageCost:
    """A figure of a change, as text: `+80,000` instructions."""

    name: str
    change: str
    mood: Literal["good", "worse", "muted"]


def stage_costs(before: Build | None, now: Build | None) -> Mapping[str, tuple[StageCost, ...]]:
    """Returns the difference of each stage's instructions, by the name of the stage."""
    if before is None or now is None:
        return {}
    then, after = _instructions(before), _instructions(now)
    costs: dict[str, list[StageCost]] = {}
    for target in sorted(then.keys() & after.keys())[:MOST_TARGETS]:
        for stage in dict.fromkeys([*after[target], *then[target]]):
            change = after[target].get(stage, 0) - then[target].get(stage, 0)
            costs.setdefault(stage, []).append(signed_cost(f"Instructions, {target}", change, count_text(abs(change))))
    return {stage: tuple(rows) for stage, rows in costs.items()}


def signed_cost(name: str, change: int, text: str) -> StageCost:
    """Returns a figure that is better where it is smaller; `text` is its size without a sign."""
    if not change:
        return StageCost(name, "the same", "muted")
    return StageCost(name, f"{'+' if change > 0 else '−'}{text}", "worse" if change > 0 else "good")


def _instructions(build: Build) -> dict[str, dict[str, int]]:
    """Returns the instructions of each stage by target."""
    packages = {each.target: each.needs or {} for each in build.packages.all()}
    rows = {target: needs.get("stages") or [] for target, needs in packages.items()}
    return {
        target: {each["stage"]: each["instructions"] for each in stages} for target, stages in rows.items() if stages
    }
