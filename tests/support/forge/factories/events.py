"""Types of events that no app declares, for tests of the log itself and of sockets."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from forge.core.events.declarations import EventType, StreamKind


class HappenedJson(TypedDict):
    """Something happened."""


class CountedJson(TypedDict):
    """Something happened, and has a number; its event has a word."""

    number: int
    word: NotRequired[str]


HAPPENED = EventType("test.happened", StreamKind.PROJECT, HappenedJson)
COUNTED = EventType("test.counted", StreamKind.PROJECT, CountedJson)
