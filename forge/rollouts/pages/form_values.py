"""The values of a form, as texts by field, and the numbers in them. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

FormValues = Mapping[str, Sequence[str]]
"""The texts of each field: several of boxes with one name."""
FormErrors = Mapping[str, Sequence[str]]
"""The sentences about each field that does not fit."""


def first_of(values: FormValues, name: str, usual: str = "") -> str:
    """Returns the text of a field without white space around it; `usual` where the form has no such field."""
    texts = values.get(name)
    return usual if not texts else texts[0].strip()


def number_of(values: FormValues, name: str, errors: dict[str, list[str]]) -> float:
    """Returns the number in a field; 0 with an error for another text."""
    text = first_of(values, name).replace(",", ".")
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if math.isfinite(number):
        return number
    errors.setdefault(name, []).append("Enter a number.")
    return 0.0


def integer_of(values: FormValues, name: str, usual: int, errors: dict[str, list[str]]) -> int:
    """Returns the whole number in a field; `usual` of an empty one, and with an error for another text."""
    text = first_of(values, name)
    if not text:
        return usual
    if text.isascii() and text.isdecimal() and len(text) <= 7:
        return int(text)
    errors.setdefault(name, []).append("Enter a whole number.")
    return usual
