"""The kinds of values in queries: choices, durations, numbers and patterns. Each checks a value and says what is wrong
with it. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Final

ValueCheck = Callable[[str], str]
"""Returns what is wrong with a value, as a sentence; "" for one that is right."""
NONE: Final = "none"
"""The value of a field that has none."""
NEVER: Final = "never"
MOST_STARS: Final = 5
LARGEST_NUMBER: Final = 999_999_999
_UNITS: Final = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_DURATION: Final = re.compile(r"([0-9]{1,4})([mhdw])")
_NUMBER: Final = re.compile(r"[0-9]{1,9}")


def any_text(value: str) -> str:
    """Takes any value."""
    return ""


def pattern(value: str) -> str:
    """Takes a text with a few stars."""
    return f"A pattern has at most {MOST_STARS} *." if value.count("*") > MOST_STARS else ""


def number(value: str) -> str:
    """Takes a whole number."""
    return "" if _NUMBER.fullmatch(value) else f"Write a whole number up to {LARGEST_NUMBER:,}, such as 3."


def duration(value: str) -> str:
    """Takes minutes, hours, days or weeks."""
    return "" if _DURATION.fullmatch(value) else "Write a time as 30m, 12h, 1d or 2w."


def one_of(*names: str) -> ValueCheck:
    """Returns the check that takes these values alone."""

    def check(value: str) -> str:
        return "" if value in names else f"Write one of {', '.join(names)}."

    return check


def read_duration(value: str) -> timedelta:
    """Returns the time that a checked value names."""
    match = _DURATION.fullmatch(value)
    if match is None:
        raise ValueError(value)
    return int(match[1]) * _UNITS[match[2]]


def like_pattern(value: str) -> str:
    """Returns a pattern as `LIKE` has it, with a backslash before what `LIKE` would take for its own."""
    return re.sub(r"([\\%_])", r"\\\1", value).replace("*", "%")


def choices_of(members: Iterable[str], *more: str) -> tuple[str, ...]:
    """Returns the values of an enumeration, and more beside them."""
    return (*map(str, members), *more)
