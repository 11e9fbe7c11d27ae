"""A build's limits, as pages show them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from forge.builds.evaluations.limits import judgements_of
from forge.builds.models import Build
from forge.comparison.figures import FigureRow
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
