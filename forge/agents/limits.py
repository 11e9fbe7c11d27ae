"""The limits of how often agents call, and of how often an address asks without a credential that works."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from forge.core.cache import windows
from forge.core.errors import TooOften


@dataclass(frozen=True)
class CallLimit:
    """A limit: at most `most` times in `seconds`."""

    name: str
    most: int
    seconds: int
    sentence: str
    """The limit in words, for who reaches it."""


CALLS_OF_AGENT: Final = CallLimit("agent-calls", 120, 60, "An agent makes at most 120 calls a minute.")
CALLS_OF_PERSON: Final = CallLimit(
    "agent-calls-of-person", 360, 60, "All agents of a person together make at most 360 calls a minute."
)
FAILURES_OF_ADDRESS: Final = CallLimit(
    "agent-sign-in-failures",
    300,
    600,
    "At most 300 requests in 10 minutes come from one address without a token or code that works.",
)


def count_call(limit: CallLimit, of: str) -> None:
    """Counts one time. Raises `TooOften`, which says when to try again, and `CountersUnavailable`."""
    window = windows.count(f"{limit.name}:{of}", limit.seconds)
    if window.times > limit.most:
        raise TooOften(f"{limit.sentence} Try again in {window.seconds_left} seconds.", window.seconds_left)
