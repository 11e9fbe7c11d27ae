"""The picture of a figure beside its limit: how much of the limit is used, or where an interval lies around it.

Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from rune.source.policy import Judgement

WIDTH: Final = 1000
"""Units from the left end of a bar to its right end."""
CLOSE: Final = 0.9
"""Share of an upper limit from which on the bar says that little is left."""
LEAST_MARGIN: Final = 0.05
"""Share that a bar of shares shows at least on each side of its limit."""


@dataclass(frozen=True)
class LimitBar:
    """A bar from `start` to `end`, in units of `WIDTH`. `point` is the figure inside of an interval, and `limit` the
    limit where it is not the right end of the bar."""

    start: int
    end: int
    colour: Literal["", "warn", "bad"]
    point: int | None = None
    limit: int | None = None

    @property
    def length(self) -> int:
        """The length from its start to its end, at least so long that it is visible."""
        return max(8, self.end - self.start)


def limit_bar(judgement: Judgement) -> LimitBar | None:
    """Returns the bar of a judgement; None where there is no figure, or an upper limit of zero to compare with."""
    figure, bound = judgement.figure, judgement.limit.bound
    if figure is None:
        return None
    if judgement.limit.kind.is_least:
        return _interval(figure.value, figure.low, figure.high, bound, passes=judgement.outcome.passes)
    if bound <= 0:
        return None
    share = figure.value / bound
    if share > 1:
        return LimitBar(0, WIDTH, "warn" if judgement.outcome.passes else "bad", limit=round(WIDTH / share))
    return LimitBar(0, round(WIDTH * share), "warn" if share >= CLOSE else "")


def _interval(value: float, low: float, high: float, bound: float, *, passes: bool) -> LimitBar:
    """Returns the interval on a scale with the limit in its middle, as far as the figure and its interval go."""
    reach = 1.2 * max(LEAST_MARGIN, *(abs(each - bound) for each in (value, low, high)))

    def place(share: float) -> int:
        return round(WIDTH * (share - bound + reach) / (2 * reach))

    colour: Literal["", "warn", "bad"] = "" if low >= bound else "warn" if passes else "bad"
    return LimitBar(place(low), place(high), colour, point=place(value), limit=place(bound))
