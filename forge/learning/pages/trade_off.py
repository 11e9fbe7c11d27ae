"""The forms of a model as points: how often they are right, or how close to the float model, against what they cost.

A form is on the edge if no other form is at least as good and costs less: the Pareto front. Pure.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from forge.learning.conversions.suggestion import instructions_of, is_calibrated_on_random, is_judged_on_random
from forge.learning.models import ConvertedForm
from forge.learning.pages.comparison import decibels
from rune.wording import size_text

WIDTH, HEIGHT = 560, 180
"""The width and height of the drawing."""
_MARGIN = 14
MOST_DECIBELS = 100.0
"""The decibels at the top of the drawing: a form above is as good as the float model."""


@dataclass(frozen=True)
class FormPoint:
    """A form in the drawing; `good` and `cost` are texts."""

    form: ConvertedForm
    x: float
    y: float
    good: str
    cost: str
    is_edge: bool


@dataclass(frozen=True)
class TradeOff:
    """The points from the cheapest on, the line along the edge, and what the axes say."""

    points: Sequence[FormPoint]
    edge: str
    good_axis: str
    cost_axis: str


def trade_off(forms: Sequence[ConvertedForm]) -> TradeOff | None:
    """The drawing; None for fewer than two forms with figures that are not of random numbers."""
    measured_forms = [form for form in forms if form.figures and form.figures["arena"] is not None]
    if any(map(is_judged_on_random, measured_forms)):
        return None
    measured_forms = [form for form in measured_forms if not is_calibrated_on_random(form)]
    if len(measured_forms) < 2:
        return None
    has_labels = all(form.figures.get("right") is not None for form in measured_forms)
    is_counted = all(math.isfinite(instructions_of(form)) for form in measured_forms)
    good = {form: _share(form) if has_labels else min(form.figures["output"], MOST_DECIBELS) for form in measured_forms}
    cost = {form: instructions_of(form) if is_counted else float(form.size) for form in measured_forms}
    sorted_forms = sorted(measured_forms, key=lambda form: (cost[form], -good[form]))
    points = []
    best = -math.inf
    for form in sorted_forms:
        is_edge = good[form] > best
        best = max(best, good[form])
        points.append(
            FormPoint(
                form,
                _place(cost[form], list(cost.values()), WIDTH),
                HEIGHT - _place(good[form], list(good.values()), HEIGHT),
                f"{100 * good[form]:.1f} % right" if has_labels else decibels(form.figures["output"]),
                f"{cost[form] / 1e6:.2f} M instructions" if is_counted else size_text(form.size),
                is_edge,
            )
        )
    edge = " ".join(f"{each.x:g},{each.y:g}" for each in points if each.is_edge)
    return TradeOff(
        points,
        edge,
        "Accuracy on validation samples" if has_labels else "Signal to noise against float32",
        "Instructions per inference, on the board where they are fewest" if is_counted else "Size of the file",
    )


def _share(form: ConvertedForm) -> float:
    return float(form.figures["right"] / form.figures["judged"])


def _place(value: float, values: Sequence[float], length: int) -> float:
    low, high = min(values), max(values)
    share = 0.5 if high == low else (value - low) / (high - low)
    return round(_MARGIN + share * (length - 2 * _MARGIN), 1)
