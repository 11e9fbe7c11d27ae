"""The needs of a trial as figures of the pages: their titles, amounts and texts. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from forge.core.axis_ticks import tick_texts
from forge.learning.searches.boards import MEMORY, SearchBoards
from forge.learning.searches.models import ModelSearch, SearchTrial
from forge.learning.searches.trial_time import run_time_of
from rune.wording import milliseconds_text, size_text

INSTRUCTIONS, TIME = "instructions", "milliseconds"
SECOND_INSTRUCTIONS = "second instructions"
"""The instructions on the second board, which have no limit and no picture."""
MEASURES = {"ram": "RAM", "flash": "Flash", INSTRUCTIONS: "Instructions", TIME: "Inference time"}
"""The titles of the measures of a picture, by the names of the limits."""


def figure_titles(boards: SearchBoards, before_board: str = ", ") -> Mapping[str, str]:
    """The titles of the figures of a trial. That of time names the board, and those of instructions where there are
    two."""
    on_first = f"{before_board}{boards.first.name}"
    titles = {**MEASURES, TIME: MEASURES[TIME] + on_first}
    if boards.second is not None:
        titles[INSTRUCTIONS] += on_first
        titles[SECOND_INSTRUCTIONS] = f"{MEASURES[INSTRUCTIONS]}{before_board}{boards.second.name}"
    return titles


def axis_title(measure: str, boards: SearchBoards) -> str:
    """The title of a picture's axis."""
    if measure in MEMORY:
        return both_boards(MEASURES[measure], boards)
    return figure_titles(boards)[measure] if measure == INSTRUCTIONS else MEASURES[measure]


def amount_of(trial: SearchTrial, measure: str, boards: SearchBoards) -> float | None:
    """The amount of a measure that a trial needs: of memory the larger of those on the boards, of time the most of its
    estimate. None where it was not counted."""
    if measure == TIME:
        time = run_time_of(trial, boards.first)
        return None if time is None else time.most
    if measure in MEMORY:
        return max((each[measure] for each in trial.all_needs), default=None)
    needs = trial.second_needs if measure == SECOND_INSTRUCTIONS else trial.needs
    return (needs or {}).get("instructions")


def amount_text(value: float, measure: str) -> str:
    """A need as people read it."""
    if measure == TIME:
        return milliseconds_text(value)
    if measure in MEMORY:
        return size_text(round(value))
    return f"{value / 1e6:.2f} M" if value >= 10_000 else f"{value:,.0f}"


def amount_tick_texts(ticks: Sequence[float], measure: str) -> list[str]:
    """The texts of needs on an axis: in one unit, and told apart also where they are close."""
    most = max(ticks, default=0)
    if measure == TIME:
        return tick_texts(ticks, "s", 1000) if most >= 1000 else tick_texts(ticks, "ms")
    if measure in MEMORY:
        divisor, unit = next(((each, unit) for each, unit in ((10**6, "MB"), (1000, "kB")) if most >= each), (1, "B"))
        return tick_texts(ticks, unit, divisor)
    return tick_texts(ticks, "M", 10**6) if most >= 10_000 else tick_texts(ticks)


def figure_text(trial: SearchTrial, measure: str, boards: SearchBoards) -> str:
    """The amount of a measure that a trial needs, as a range where it is estimated; "" where it was not counted."""
    if measure == TIME:
        time = run_time_of(trial, boards.first)
        return "" if time is None else time.text
    amount = amount_of(trial, measure, boards)
    return "" if amount is None else amount_text(amount, measure)


def used_share(trial: SearchTrial, measure: str, search: ModelSearch, boards: SearchBoards) -> float:
    """The share of a limit that a trial uses, from 0 to 1, on the board where that is larger; 0 without a limit."""
    limit = search.limits.get(measure)
    if measure in MEMORY:
        needs = [each[measure] for each in trial.all_needs]
        limits = boards.limits_on_each(measure, limit)
        share = max((own / most for own, most in zip(needs, limits, strict=False)), default=0.0)
    else:
        share = (amount_of(trial, measure, boards) or 0) / limit if limit else 0.0
    return round(min(1.0, share), 3)


def common_limit(search: ModelSearch, measure: str, boards: SearchBoards) -> float | None:
    """The limit of a measure where it is the same on all boards that it is of; None without one."""
    limit: float | None = search.limits.get(measure)
    if measure not in MEMORY:
        return limit
    limits = set(boards.limits_on_each(measure, limit))
    return limits.pop() if len(limits) == 1 else None


def limit_texts(search: ModelSearch, boards: SearchBoards) -> list[tuple[str, str]]:
    """The title and the text of each limit. One of memory that is the same on both boards says so, and one that is not
    has a row for each."""
    rows = []
    for measure, title in figure_titles(boards).items():
        limit = common_limit(search, measure, boards)
        if limit is not None:
            title = both_boards(title, boards) if measure in MEMORY else title
            rows.append((title, amount_text(limit, measure)))
        elif measure in MEMORY:
            limits = zip(boards.all, boards.limits_on_each(measure, search.limits.get(measure)), strict=True)
            rows += [(f"{title}, {board.name}", amount_text(own, measure)) for board, own in limits]
    return rows


def both_boards(title: str, boards: SearchBoards) -> str:
    """The title of a measure of memory."""
    return title if boards.second is None else f"{title}, both boards"
