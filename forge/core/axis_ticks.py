"""The ticks of a chart's axis, and their texts. Pure.

`frontend/src/look/charts/axis-ticks.ts` writes the texts of the charts in scripts by the same rules.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

_EXACT = 0.01
"""The largest error of a text, as a part of the distance between two ticks."""
_DECIMALS = 6
"""Most decimals of a number that is written out."""
_LARGEST = 1e7
"""Numbers from here on are written with a power of ten."""
_DIGITS = 16
"""Most digits of a number with a power of ten."""


@dataclass(frozen=True)
class Tick:
    """A line of an axis with its text, at a place in the units of the drawing."""

    place: float
    text: str


def round_ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Returns the multiples of 1, 2 or 5 times a power of ten from `low` to `high`, at most `most` of them."""
    if not high > low:
        return [low]
    step = 10.0 ** math.floor(math.log10((high - low) / most))
    step = next(step * factor for factor in (1, 2, 5, 10, 20) if _count(low, high, step * factor) <= most)
    return [step * place for place in range(_first(low, step), _last(high, step) + 1)]


def tick_texts(ticks: Sequence[float], unit: str = "", divisor: float = 1) -> list[str]:
    """Returns the texts of an axis' ticks, each divided by `divisor` and followed by `unit`.

    All have the decimals that tell neighbours apart, and no more: `0.02`, `0.04`. Very small and very large numbers
    have a power of ten: `2e-8`.
    """
    values = [tick / divisor for tick in ticks]
    return [f"{text} {unit}" if unit else text for text in _number_texts(values)]


def _number_texts(values: Sequence[float]) -> list[str]:
    largest = max(map(abs, values), default=0.0)
    step = min((abs(two - one) for one, two in pairwise(values) if two != one), default=largest)
    plain = [partial(_decimal, decimals=digits) for digits in range(_DECIMALS + 1)] if largest < _LARGEST else []
    styles = [*plain, *(partial(_scientific, digits=digits) for digits in range(_DIGITS))]
    for style in styles:
        texts = [style(value) for value in values]
        if all(abs(float(text) - value) <= _EXACT * step for text, value in zip(texts, values, strict=True)):
            return texts
    return [repr(value) for value in values]


def _decimal(value: float, decimals: int) -> str:
    # A negative number that is rounded to zero has no sign.
    return f"{round(value, decimals) + 0.0:.{decimals}f}"


def _scientific(value: float, digits: int) -> str:
    """`2e-8`, `1.25e9`: with `digits` decimals at most."""
    if not value:
        return "0"
    mantissa, exponent = f"{value:.{digits}e}".split("e")
    short = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    return f"{short}e{int(exponent)}"


def _count(low: float, high: float, step: float) -> int:
    return _last(high, step) - _first(low, step) + 1


def _first(low: float, step: float) -> int:
    """The first multiple of the step that is not below; a rest of binary fractions counts for nothing."""
    return math.ceil(low / step - 1e-9)


def _last(high: float, step: float) -> int:
    return math.floor(high / step + 1e-9)
