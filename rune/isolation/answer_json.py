"""JSON that an isolated process wrote. The process read what strangers wrote, so it may be in a stranger's hands: any
bytes in, an object that can be stored and sent on out, or a named error."""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

SEPARATORS_LIMIT = 1_000_000
"""Commas and opening brackets of one answer: each costs up to 100 bytes of memory once it is read."""
DEPTH_LIMIT = 64
"""Lists and objects within each other."""


_ESCAPE = re.compile(r"\\(?:u0000|.)", re.DOTALL)
_NUL, _REPLACEMENT = r"\u0000", r"\ufffd"


class UnusableAnswer(ValueError):
    """The bytes are no answer. The text says why, as the end of a sentence."""


def read_object(data: bytes) -> dict[str, Any]:
    """Returns the object that the bytes are, with numbers and texts that can be written as JSON again, and stored. A
    NUL, which a label of a project may have and no database stores, becomes U+FFFD.

    Raises `UnusableAnswer`.
    """
    if data.count(b",") + data.count(b"[") + data.count(b"{") > SEPARATORS_LIMIT:
        raise UnusableAnswer("it has too many values")
    try:
        # Of bytes Python would guess the encoding, and read UTF-16 too.
        value = json.loads(_without_nul(data.decode()), parse_constant=_refuse_constant)
    except RecursionError:
        raise UnusableAnswer("it is nested too deeply") from None
    except UnusableAnswer:
        raise
    except ValueError:
        raise UnusableAnswer("it is not JSON") from None
    if not isinstance(value, dict):
        raise UnusableAnswer("it is not an object")
    _check_values(value)
    return value


def _without_nul(text: str) -> str:
    if _NUL not in text:
        return text
    # Escapes are read in order, since a backslash before this one makes it an ordinary character.
    return _ESCAPE.sub(lambda escape: _REPLACEMENT if escape[0] == _NUL else escape[0], text)


def _check_values(value: Any) -> None:
    """Depth and characters, without recursion: half a surrogate pair can be neither stored nor sent."""
    level: list[Any] = [value]
    for _ in range(DEPTH_LIMIT):
        inner: list[Any] = []
        for one in level:
            if isinstance(one, dict):
                inner += one.keys()
                inner += one.values()
            elif isinstance(one, list):
                inner += one
            elif isinstance(one, str) and not one.isascii():
                _check_text(one)
            elif isinstance(one, float) and not math.isfinite(one):  # as 1e999 is
                _refuse_constant(str(one))
        if not inner:
            return
        level = inner
    raise UnusableAnswer("it is nested too deeply")


def _check_text(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise UnusableAnswer("it has text that is not Unicode") from None


def _refuse_constant(name: str) -> NoReturn:
    raise UnusableAnswer(f"it has the number {name}")
