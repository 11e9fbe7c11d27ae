"""Counts over all devices of an organisation that are remembered where they took long.

Of 100,000 devices the groups take half a second to count, and a page shows them each time.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from typing import Final, TypeVar
from uuid import UUID, uuid4

from django.core.cache import cache
from django.db import transaction

Counts = TypeVar("Counts")
"""Something of JSON's types, which all processes of the server can share."""
SLOW: Final = 0.05
"""Seconds after which counts are worth remembering."""
LONGEST: Final = 30
"""Seconds for which counts are remembered: some queries ask for what devices report, or for the time."""


def remembered(organisation: UUID, question: str, count: Callable[[], Counts]) -> Counts:
    """Returns the answer to a question about an organisation's devices. One that took long may be half a minute old,
    but not older than the last change that a person made to a device."""
    generation = cache.get(_generation_key(organisation), "")
    key = f"{_generation_key(organisation)}:{generation}:{sha256(question.encode()).hexdigest()}"
    text: str | None = cache.get(key)
    if text is not None:
        earlier: Counts = json.loads(text)
        return earlier
    begin = time.monotonic()
    counts = count()
    if time.monotonic() - begin > SLOW:
        cache.set(key, json.dumps(counts), LONGEST)
    return counts


def forget(organisation: UUID) -> None:
    """Has the devices of an organisation counted anew, once the transaction that changed some has ended."""
    transaction.on_commit(partial(cache.set, _generation_key(organisation), uuid4().hex, 2 * LONGEST), robust=True)


def _generation_key(organisation: UUID) -> str:
    return f"device-counts:{organisation}"
