"""Messages of hawkBit's Direct Device Integration API that clients send. Pure.

SWUpdate writes ids as numbers, Zephyr as texts; hawkBit takes both, and so does this.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from forge.fleet.stock.models import LONGEST_CONTROLLER
from hmrd.protocol.names import LONGEST_VALUE, MOST_LABELS
from hmrd.protocol.problems import LONGEST_DETAIL
from hmrd.protocol.reading import BadMessage, Fields

LARGEST_MESSAGE: Final = 64 * 1024
"""Bytes of a message. SWUpdate sends up to 48 lines of its log with one."""
CONTROLLER: Final = re.compile(rf"[A-Za-z0-9][A-Za-z0-9._:-]{{0,{LONGEST_CONTROLLER - 1}}}")
"""The id of a client."""
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]+")


class Execution(StrEnum):
    """The point that a client has reached."""

    PROCEEDING = "proceeding"
    SCHEDULED = "scheduled"
    RESUMED = "resumed"
    DOWNLOAD = "download"
    DOWNLOADED = "downloaded"
    CANCELED = "canceled"
    REJECTED = "rejected"
    CLOSED = "closed"


class Finished(StrEnum):
    """The result of what is closed."""

    NONE = "none"
    SUCCESS = "success"
    FAILURE = "failure"


class Outcome(StrEnum):
    """What a message says of an action."""

    UNDER_WAY = "under-way"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Feedback:
    """A message about an action."""

    outcome: Outcome
    detail: str
    """The last line of the client's own words, as plain text."""


def read_feedback(value: object) -> Feedback:
    """Reads a message about an action. Raises `BadMessage`."""
    status = Fields(value, "the feedback").item("status", lambda each: Fields(each, "status"))
    execution = status.choice("execution", Execution)
    result = status.optional("result", lambda each: Fields(each, "result"))
    finished = result.choice("finished", Finished) if result is not None and result.has("finished") else Finished.NONE
    return Feedback(_outcome(execution, finished), _detail(value))


def read_attributes(value: object) -> dict[str, str]:
    """Reads the configuration of a client, as far as it is text. Raises `BadMessage`."""
    data = value.get("data") if isinstance(value, Mapping) else None
    if not isinstance(data, Mapping) or len(data) > MOST_LABELS:
        raise BadMessage(f"data of the configuration is not an object with at most {MOST_LABELS} fields.")
    texts = ((str(key), text) for key, text in data.items() if isinstance(text, str | int | float))
    return {plain_text(key, LONGEST_CONTROLLER): plain_text(str(text), LONGEST_VALUE) for key, text in texts}


def plain_text(text: str, longest: int) -> str:
    """Returns a text of a client as one bounded line, without characters that cannot be seen."""
    return _UNSEEN.sub(" ", text[: 4 * longest]).strip()[:longest]


def _outcome(execution: Execution, finished: Finished) -> Outcome:
    if execution is Execution.CANCELED:
        return Outcome.CANCELLED
    if execution is Execution.REJECTED:
        return Outcome.FAILED
    if execution is not Execution.CLOSED:
        return Outcome.UNDER_WAY
    # A client that closes an action and says neither has not installed it.
    return Outcome.SUCCEEDED if finished is Finished.SUCCESS else Outcome.FAILED


def _detail(value: object) -> str:
    details = value["status"].get("details") if isinstance(value, Mapping) else None
    lines = [each for each in details if isinstance(each, str)] if isinstance(details, list) else []
    return plain_text(lines[-1], LONGEST_DETAIL) if lines else ""
