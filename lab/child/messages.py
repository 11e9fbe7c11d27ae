"""The lines that the process of a step writes: any bytes in, a message of a kind that there is, or a named refusal.

A step reads what strangers wrote, so its process may be in a stranger's hands.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lab.refusal import Reason, Refused
from rune.isolation.answer_json import UnusableAnswer, read_object


def read_message(line: bytes) -> dict[str, Any]:
    """Returns the message of a line: of one kind, and with what that kind has. Raises `Refused`."""
    try:
        message = read_object(line)
    except UnusableAnswer as unusable:
        raise Refused(Reason.CRASHED, f"The converter's process sent a malformed answer: {unusable}.") from unusable
    kinds = [name for name in KINDS if name in message]
    if len(kinds) != 1 or not KINDS[kinds[0]](message):
        raise Refused(Reason.CRASHED, "The converter's process sent an answer of an unknown kind.")
    return message


def _is_progress(message: Mapping[str, Any]) -> bool:
    return type(message["progress"]) in (int, float) and isinstance(message.get("text"), str)


def _is_refusal(message: Mapping[str, Any]) -> bool:
    refusal = message["refused"]
    return (
        isinstance(refusal, dict)
        and refusal.get("reason") in [reason.value for reason in Reason]
        and isinstance(refusal.get("message"), str)
    )


def _are_gaps(message: Mapping[str, Any]) -> bool:
    return isinstance(message["gaps"], dict) and all(isinstance(reason, str) for reason in message["gaps"].values())


KINDS: Mapping[str, Callable[[Mapping[str, Any]], bool]] = {
    "gaps": _are_gaps,
    "ready": lambda message: message["ready"] is True,
    "progress": _is_progress,
    "event": lambda message: isinstance(message["event"], dict),
    "result": lambda message: isinstance(message["result"], dict),
    "refused": _is_refusal,
    "ended": lambda message: type(message["ended"]) is int,
}
"""Each kind by the field that only it has: whether the message has all that the kind has."""
