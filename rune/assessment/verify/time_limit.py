"""Iterating up to a time limit. An iteration that has begun is finished."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


def within_seconds(items: Iterable[T], seconds: float | None) -> Iterator[T]:
    """The first item, and the next ones until so many seconds have passed since then; None is no limit."""
    start = time.monotonic()
    for number, item in enumerate(items):
        if number and seconds is not None and time.monotonic() - start >= seconds:
            return
        yield item
