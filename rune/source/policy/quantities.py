"""Quantities with units, as a `forge.yml` writes them: `100 kB`, `10 ms`, `95 %`. To numbers and back to text."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from rune.wording import milliseconds_text, size_text

_QUANTITY = re.compile(r"\s*([0-9]{1,15}(?:\.[0-9]{1,9})?)\s*([A-Za-z%µ]*)\s*")


def share_text(value: float) -> str:
    """`98.3 %`, `100 %`."""
    return f"{value * 100:.1f}".removesuffix(".0") + " %"


def bytes_text(value: float) -> str:
    return size_text(round(value))


def count_text(value: float) -> str:
    """`850`, `12.4 k`, `2.04 M`."""
    for factor, unit in ((10**9, "G"), (10**6, "M"), (10**3, "k")):
        if value >= factor:
            return f"{value / factor:.4g} {unit}"
    return f"{value:.4g}"


def rate_text(value: float) -> str:
    return f"{value:.3g} an hour"


@dataclass(frozen=True)
class Measure:
    """A kind of quantity: its units with what each is worth, an example, and the greatest value that makes sense.

    `text` writes a value for people, `exact` with all digits that count.
    """

    units: Mapping[str, float]
    example: str
    greatest: float
    text: Callable[[float], str]
    exact: Callable[[float], str]


SIZE: Final = Measure(
    {"B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30},
    "100 kB",
    2.0**40,
    bytes_text,
    lambda value: f"{value:,.0f} B",
)
"""The measure of sizes in bytes. A kilobyte has 1,000 bytes, a kibibyte 1,024."""
TIME: Final = Measure(
    {"us": 0.001, "µs": 0.001, "ms": 1, "s": 1000},
    "10 ms",
    3_600_000,
    milliseconds_text,
    lambda value: f"{value:.6g} ms",
)
"""The measure of times in milliseconds."""
COUNT: Final = Measure({"k": 10**3, "M": 10**6, "G": 10**9}, "10 M", 10**12, count_text, lambda value: f"{value:,.0f}")
"""A number of instructions."""
SHARE: Final = Measure({"%": 0.01}, "95 %", 1, share_text, lambda value: f"{value * 100:.7g} %")
"""The measure of shares from 0 to 1."""
RATE: Final = Measure({}, "0.5", 1_000_000, rate_text, lambda value: f"{value:.6g} an hour")
"""A number an hour, which is written without a unit."""


def share_of_percent(percent: str | float) -> float:
    """A share from 0 to 1. It is divided in decimals, so that 95.9 is the very number that 959 of 1,000 gives."""
    return float(Decimal(str(percent)) / 100)


def read_quantity(text: str, measure: Measure) -> float | None:
    """The value of a quantity with a unit; None for any other text."""
    match = _QUANTITY.fullmatch(text)
    factor = None if match is None else measure.units.get(match[2])
    if match is None or factor is None:
        return None
    number = share_of_percent(match[1]) if measure is SHARE else float(match[1]) * factor
    return number if math.isfinite(number) and 0 <= number <= measure.greatest else None


def with_unit(text: str, measure: Measure) -> str | None:
    """A guess at a quantity without its unit, or with the unit in another case; None without a guess."""
    match = _QUANTITY.fullmatch(text)
    if match is None:
        return None
    if not match[2]:
        return f"{match[1]} {measure.example.split()[1]}"
    same = [unit for unit in measure.units if unit.lower() == match[2].lower()]
    return f"{match[1]} {same[0]}" if same else None
