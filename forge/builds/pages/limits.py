"""A build's limits, as pages show them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from forge.builds.evaluations.limits import judgements_of
from forge.builds.models import Build
from forge.builds.pages.limit_bars import LimitBar, limit_bar
from forge.comparison.figures import FigureRow
from rune.assessment.evaluation.changes import LostTests
from rune.assessment.evaluation.wording import lost_sentences
from rune.source.policy import Judgement, LimitKind, LimitResult
from rune.source.policy.wording import OUTCOME_WORDS, bound_text, judgement_sentence, limit_name


@dataclass(frozen=True)
class OutcomeTag:
    """The look of an outcome beside its word: the tag's colour and its icon."""

    word: str
    colour: str
    icon: str


# The front end's build finds the icons that it must draw by `icon="…"`.
OUTCOME_TAGS = {
    LimitResult.MET: OutcomeTag(OUTCOME_WORDS[LimitResult.MET], "ok", icon="check"),
    LimitResult.MISSED: OutcomeTag(OUTCOME_WORDS[LimitResult.MISSED], "bad", icon="x"),
    LimitResult.UNCLEAR: OutcomeTag(OUTCOME_WORDS[LimitResult.UNCLEAR], "warn", icon="equal-approximately"),
    LimitResult.UNKNOWN: OutcomeTag(OUTCOME_WORDS[LimitResult.UNKNOWN], "warn", icon="circle-question-mark"),
}

MET_ON_FEWER_LABELS = OutcomeTag("Met on fewer labels", "warn", icon="triangle-exclamation-point")
MET_ON_FEWER_SAMPLES = OutcomeTag("Met on fewer samples", "warn", icon="triangle-exclamation-point")
NOTHING_LOST = LostTests((), 0)


@dataclass(frozen=True)
class ShownLimit:
    """A limit: what is allowed, whether it is kept, a sentence with what was found, and its picture."""

    name: str
    bound: str
    look: OutcomeTag
    sentence: str
    bar: LimitBar | None = None
    result: LimitResult = LimitResult.MET


@dataclass(frozen=True)
class ShownFigure:
    """A row of the figures, with its limit where there is one."""

    row: FigureRow
    limit: ShownLimit | None


def shown_limits(build: Build, lost: LostTests = NOTHING_LOST) -> tuple[ShownLimit, ...]:
    """The build's limits, in their order. `lost` is what the build that it is compared with was tested on."""
    return tuple(_shown_limit(each, lost) for each in judgements_of(build))


def with_limits(rows: Iterable[FigureRow], build: Build, lost: LostTests = NOTHING_LOST) -> tuple[ShownFigure, ...]:
    """The figures, each with its limit, which has the same name."""
    limits = {limit_name(each.limit): _shown_limit(each, lost) for each in judgements_of(build)}
    return tuple(ShownFigure(row, limits.get(row.name)) for row in rows)


def _shown_limit(judgement: Judgement, lost: LostTests) -> ShownLimit:
    limit, look, sentence = judgement.limit, OUTCOME_TAGS[judgement.outcome], judgement_sentence(judgement)
    if (lost.labels or lost.samples) and limit.kind is LimitKind.ACCURACY and judgement.outcome.passes:
        # An accuracy without the labels or samples that were hard to tell says less than the one before it.
        look = MET_ON_FEWER_LABELS if lost.labels else MET_ON_FEWER_SAMPLES
        sentence = " ".join([sentence, *lost_sentences(lost)])
    return ShownLimit(limit_name(limit), bound_text(limit), look, sentence, limit_bar(judgement), judgement.outcome)
