"""The table of limits and figures on pages of a build, a review and a change request. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from forge.builds.pages.evaluation import ShownEvaluation
from forge.builds.pages.limits import OutcomeTag, ShownFigure, ShownLimit
from rune.source.policy.wording import limits_standing

FIRST = ("", "inference-time", "memory", "size")
"""The figures that are always among the first; the accuracy has no key."""


@dataclass(frozen=True)
class OverviewFigure:
    """A row: a figure beside its limit and what it was before. `key` is empty where nothing can be said about it."""

    name: str
    now: str
    key: str = ""
    note: str = ""
    limit: ShownLimit | None = None
    before: str = ""
    change: str = ""
    mood: Literal["good", "worse", "muted"] = "muted"


@dataclass(frozen=True)
class OverviewFigures:
    """The rows that stand on the page, and those that unfold."""

    first: tuple[OverviewFigure, ...]
    others: tuple[OverviewFigure, ...]

    @property
    def standing(self) -> OutcomeTag | None:
        """How many limits are met, in a tag; None where the project states none."""
        limits = [row.limit for row in self.first if row.limit is not None]
        if not limits:
            return None
        text, colours = limits_standing([each.result for each in limits]), {each.look.colour for each in limits}
        if "bad" in colours:
            return OutcomeTag(text, "bad", icon="x")
        if "warn" in colours:
            return OutcomeTag(text, "warn", icon="circle-question-mark")
        return OutcomeTag(text, "ok", icon="check")


def overview_figures(
    figures: Iterable[ShownFigure], limits: Sequence[ShownLimit], accuracy: OverviewFigure | None
) -> OverviewFigures:
    """Every figure and every limit is in one row. Those with a limit are among the first."""
    rows = [_row(each) for each in figures]
    if accuracy is not None:
        rows.insert(0, _with_limit(accuracy, limits))
    names = {row.name for row in rows}
    alone = [OverviewFigure(limit.name, "", limit=limit) for limit in limits if limit.name not in names]
    first = [row for row in rows if row.limit is not None or row.key in FIRST]
    return OverviewFigures((*first, *alone), tuple(row for row in rows if row not in first))


def accuracy_figure(evaluation: ShownEvaluation | None) -> OverviewFigure | None:
    """Returns the accuracy of an evaluation as pages show it; None where there is no accuracy."""
    if evaluation is None or not evaluation.accuracy:
        return None
    return OverviewFigure(
        "Accuracy",
        evaluation.accuracy,
        note=evaluation.sentence,
        before=evaluation.before_accuracy,
        change=evaluation.change_words.lower(),
        mood=evaluation.mood,
    )


def _row(shown_figure: ShownFigure) -> OverviewFigure:
    figure = shown_figure.row
    return OverviewFigure(
        figure.name,
        figure.now,
        figure.key,
        figure.meaning,
        shown_figure.limit,
        figure.before,
        figure.change,
        figure.mood,
    )


def _with_limit(row: OverviewFigure, limits: Iterable[ShownLimit]) -> OverviewFigure:
    limit = next((each for each in limits if each.name == row.name), None)
    return replace(row, limit=limit)
