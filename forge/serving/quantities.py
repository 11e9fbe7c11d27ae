"""Quantities as an operator writes and reads them: `50GB`, `500`, `default`."""

from __future__ import annotations

import re

from forge.accounts.quotas.limits import QuotaResource
from rune.wording import size_text

_UNITS = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12}
_QUANTITY = re.compile(r"(\d{1,15})\s*([kmgt]?b?)", re.IGNORECASE)


def read_quantity(text: str) -> int | None:
    """A whole number, with a unit of bytes if wanted; None for `default`. Raises `ValueError`."""
    if text == "default":
        return None
    match = _QUANTITY.fullmatch(text.strip())
    unit = match[2].lower() if match else None
    if match is None or unit not in _UNITS:
        raise ValueError(f"{text!r} is not a limit. Write a whole number such as 500, a size such as 50GB, or default.")
    return int(match[1]) * _UNITS[unit]


def shown_quantity(resource: QuotaResource, count: int) -> str:
    """Bytes as a size, everything else as a number."""
    return size_text(count) if resource is QuotaResource.BYTES else str(count)
