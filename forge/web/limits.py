"""What pages show of a build's limits and of the gate of a tag: signs, words and sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from forge.accounts.permissions import Verb, can
from forge.accounts.principals import Principal
from forge.builds.evaluations.limits import judgements_of
from forge.builds.models import Build
from forge.comparison.figures import FigureRow
from forge.reviews.gate.check import demands_on
from forge.reviews.gate.demands import Demands
from forge.reviews.rounds.access import is_reviewable
from rune.source.policy import Judgement, Outcome
from rune.source.policy.wording import OUTCOME_WORDS, bound_text, judgement_sentence, limit_name


@dataclass(frozen=True)
class OutcomeTag:
    """How an outcome looks beside its word: the tag's colour and its icon."""

    word: str
    colour: str
    icon: str


# The front end's build finds the icons that it must draw by `icon="…"`.
OUTCOME_TAGS = {
    Outcome.MET: OutcomeTag(OUTCOME_WORDS[Outcome.MET], "ok", icon="check"),
    Outcome.MISSED: OutcomeTag(OUTCOME_WORDS[Outcome.MISSED], "bad", icon="x"),
    Outcome.UNCLEAR: OutcomeTag(OUTCOME_WORDS[Outcome.UNCLEAR], "warn", icon="equal-approximately"),
    Outcome.UNKNOWN: OutcomeTag(OUTCOME_WORDS[Outcome.UNKNOWN], "warn", icon="circle-question-mark"),
}


@dataclass(frozen=True)
class ShownLimit:
    """A limit: what is allowed, whether it is kept, and a sentence with what was found."""

    name: str
    bound: str
    look: OutcomeTag
    sentence: str


@dataclass(frozen=True)
class ShownFigure:
    """A row of the figures, with its limit where there is one."""

    row: FigureRow
    limit: ShownLimit | None


def shown_limits(build: Build) -> tuple[ShownLimit, ...]:
    """The build's limits, in their order."""
    return tuple(_shown(each) for each in judgements_of(build))


def with_limits(rows: Iterable[FigureRow], build: Build) -> tuple[ShownFigure, ...]:
    """The figures, each with its limit, which has the same name."""
    limits = {limit_name(each.limit): _shown(each) for each in judgements_of(build)}
    return tuple(ShownFigure(row, limits.get(row.name)) for row in rows)


def _shown(judgement: Judgement) -> ShownLimit:
    limit, look = judgement.limit, OUTCOME_TAGS[judgement.outcome]
    return ShownLimit(limit_name(limit), bound_text(limit), look, judgement_sentence(judgement))


def gate_facts(principal: Principal, build: Build, tag: str) -> dict[str, Any]:
    """What a tag demands of the build; {} without a rune."""
    if not is_reviewable(build):
        return {}
    found = demands_on(build, tag)
    return {
        "gate": found,
        "gate_tag": tag,
        "demands": steps_of(found),
        "may_override": can(principal, Verb.OVERRIDE_GATE, build.project) and bool(found.missing),
    }


@dataclass(frozen=True)
class Step:
    """One thing that a tag demands: whether it is there, and a sentence."""

    is_there: bool
    text: str
    detail: str = ""


def steps_of(found: Demands) -> Sequence[Step]:
    """Limits on one line, an objection for each who has one, and each approval."""
    if not found.is_protected:
        return ()
    steps = []
    if found.limits:
        open_ = [limit_name(each.limit) for each in found.limits if not each.outcome.passes]
        steps.append(Step(not open_, "The limits are kept", ", ".join(open_) and f"Not kept: {', '.join(open_)}"))
    steps += [Step(False, f"{name} wants it changed") for name in found.objectors]
    for each in found.approvals:
        given = ", ".join(each.given)
        unknown = f" No member: {', '.join(each.unknown)}." if each.unknown else ""
        detail = f"Approved by {given}." if given else "Nobody has approved it yet."
        steps.append(Step(not each.lacking, each.text, detail + unknown))
    return steps
