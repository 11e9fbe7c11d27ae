"""The guards of a rollout as the rows of a table: limit, new, old, difference and verdict. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from forge.rollouts.pages.facts import RolloutFacts
from forge.rollouts.pages.stage_cards import guard_results
from forge.rollouts.sentences import NAMES, difference_text, limit_text, range_text, value_text, verdict_text
from rune.assessment.guards.limits import GuardKind
from rune.assessment.guards.verdicts import GuardResult, GuardVerdict

MEANINGS: Final = {
    GuardKind.INSTALLS: "could not install or keep it",
    GuardKind.SELF_TEST: "same bits as approved",
    GuardKind.RESTARTS: "a device, a day",
    GuardKind.MEMORY: "highest seen",
    GuardKind.TIME: "mean of a run",
    GuardKind.LABELS: "share of answers",
    GuardKind.CONFIDENCE: "mean of answers",
    GuardKind.DRIFT: "what goes in",
    GuardKind.DISAGREEMENT: "share of runs",
}
_TEXT_CLASSES: Final = {GuardVerdict.PASSED: "good", GuardVerdict.FAILED: "wrong", GuardVerdict.NOT_JUDGED: "muted"}
_ICONS: Final = {GuardVerdict.PASSED: "check", GuardVerdict.FAILED: "octagon-x", GuardVerdict.NOT_JUDGED: "minus"}


@dataclass(frozen=True)
class GuardRow:
    """A guard at the newest look, or before the first one."""

    name: str
    meaning: str
    limit: str
    new: str
    old: str
    difference: str
    verdict: str
    look: str
    icon: str
    is_failed: bool


@dataclass(frozen=True)
class GuardTable:
    """The guards of the newest look, with the devices on both sides."""

    rows: Sequence[GuardRow]
    devices: int
    others: int
    judged: int
    failed: int

    @property
    def summary(self) -> str:
        """How many of the guards that were judged passed."""
        if not self.judged:
            return "Not judged yet"
        return f"{self.judged - self.failed} of {self.judged} judged guards passed"


def guard_table(facts: RolloutFacts) -> GuardTable:
    """Returns the guards of the newest look at a stage; before the first one, those of the plan."""
    stage = facts.newest
    if stage is None:
        has_shadow = any(each.is_shadow for each in facts.plan.stages)
        limits = [each for each in facts.plan.guards if has_shadow or each.kind is not GuardKind.DISAGREEMENT]
        results: Sequence[GuardResult] = [
            GuardResult(each.kind, GuardVerdict.NOT_JUDGED, each.limit) for each in limits
        ]
        return GuardTable([_row(each, "Not judged yet") for each in results], 0, 0, 0, 0)
    results = guard_results(facts, stage)
    # Of several labels that failed, the one that the page begins with.
    first = {each.kind: each for each in reversed(facts.failures)}
    return GuardTable(
        [_row(first.get(each.kind, each), verdict_text(each)) for each in results],
        max((each.devices for each in results), default=0),
        max((each.others for each in results), default=0),
        sum(each.verdict is not GuardVerdict.NOT_JUDGED for each in results),
        sum(each.verdict is GuardVerdict.FAILED for each in results),
    )


def _row(result: GuardResult, verdict: str) -> GuardRow:
    new, old = value_text(result.kind, result.new), value_text(result.kind, result.old)
    subject = f"{result.subject} " if result.subject else ""
    return GuardRow(
        NAMES[result.kind],
        MEANINGS[result.kind],
        limit_text(result),
        f"{subject}{new}" if new else "",
        f"{subject}{old}" if old else "",
        difference_text(result) or range_text(result),
        verdict,
        "worse" if result.is_close else _TEXT_CLASSES[result.verdict],
        _ICONS[result.verdict],
        result.verdict is GuardVerdict.FAILED,
    )
