"""Plans to begin with. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from forge.rollouts.plan import PlannedStage, RolloutPlan, StageSize
from rune.assessment.guards.limits import GuardKind

DAY: Final = 24
_NOTHING: Final = frozenset[GuardKind]()


@dataclass(frozen=True)
class PlanPreset:
    """A plan to begin with: its words, and what it is for."""

    words: str
    meaning: str
    plan: RolloutPlan


def presets(*, is_counting: bool, has_labels: bool) -> Mapping[str, PlanPreset]:
    """Returns the plans by their names, the usual one first. They wait for the verdict on the label mix only where the
    rune has labels and the deployment counts them."""
    verdicts = frozenset({GuardKind.LABELS}) if is_counting and has_labels else _NOTHING
    pairs = frozenset({GuardKind.DISAGREEMENT}) if is_counting and has_labels else _NOTHING
    everyone = PlannedStage(StageSize.ALL, hours=DAY, longest=4 * DAY)
    return {
        "careful": PlanPreset(
            "Careful",
            "1 %, 10 %, 50 %, all: a day each",
            RolloutPlan((_share(0.01), _share(0.1, verdicts), _share(0.5, verdicts), everyone)),
        ),
        "shadow": PlanPreset(
            "Shadow first",
            "10 % run both for a day, then 10 %, 50 %, all",
            RolloutPlan((_share(0.1, pairs, is_shadow=True), _share(0.1, verdicts), _share(0.5, verdicts), everyone)),
        ),
        "quick": PlanPreset("Quick", "10 %, all", RolloutPlan((_share(0.1), everyone))),
    }


def _share(share: float, kinds: frozenset[GuardKind] = _NOTHING, *, is_shadow: bool = False) -> PlannedStage:
    return PlannedStage(StageSize.SHARE, share, DAY, 4 * DAY, kinds, is_shadow)
