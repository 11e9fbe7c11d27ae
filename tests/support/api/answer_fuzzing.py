"""Answers of a computing process that no toolchain of ours writes: real ones, mutated."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

NASTY: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    1 << 80,
    1e308,
    float("nan"),
    float("inf"),
    "",
    "\0",
    "\ud800",
    "x" * 5000,
    "../../etc/passwd",
    [],
    {},
    [[[[[]]]]],
    {"": {"": None}},
)
EVENTS = ("ready", "done", "resting", "checked", "built", "answered", "failed", "verified", "counted", "no such event")


def fuzzed(seed: int, answers: Sequence[Mapping[str, Any]]) -> bytes:
    """One line, the same for a seed."""
    return fuzzed_kind(seed, answers)[1]


def fuzzed_kind(seed: int, answers: Sequence[Mapping[str, Any]]) -> tuple[str, bytes]:
    """The kind of change, as `KINDS` names it, and the line."""
    chance = random.Random(seed)
    answer = copy.deepcopy(dict(chance.choice(answers)))
    kind = chance.choice(_CHOICES)
    return kind, KINDS[kind](chance, answer)


def line_of(answer: Any) -> bytes:
    return json.dumps(answer).encode() + b"\n"


def _places(value: Any) -> list[tuple[Any, Any]]:
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else []
    return [place for key in keys for place in ((value, key), *_places(value[key]))]


def _value(chance: random.Random, answer: dict[str, Any]) -> bytes:
    holder, key = chance.choice(_places(answer))
    holder[key] = chance.choice(NASTY)
    return line_of(answer)


def _several(chance: random.Random, answer: dict[str, Any]) -> bytes:
    for _ in range(chance.randint(2, 6)):
        holder, key = chance.choice(_places(answer))
        holder[key] = copy.deepcopy(chance.choice(NASTY))
    return line_of(answer)


def _missing(chance: random.Random, answer: dict[str, Any]) -> bytes:
    holder, key = chance.choice(_places(answer))
    del holder[key]
    return line_of(answer)


def _event(chance: random.Random, answer: dict[str, Any]) -> bytes:
    return line_of({**answer, "event": chance.choice(EVENTS)})


def _bytes(chance: random.Random, answer: dict[str, Any]) -> bytes:
    line = bytearray(line_of(answer))
    for _ in range(chance.randint(1, 8)):
        line[chance.randrange(len(line))] = chance.randrange(256)
    return bytes(line)


def _cut(chance: random.Random, answer: dict[str, Any]) -> bytes:
    line = line_of(answer)
    return line[: chance.randrange(len(line))] + chance.choice((b"", b"\n"))


def _deep(chance: random.Random, answer: dict[str, Any]) -> bytes:
    opening = chance.choice((b"[", b'{"a":', b'[{"a":'))
    return opening * chance.choice((70, 2_000, 200_000)) + chance.choice((b"", b"\n"))


def _bare(chance: random.Random, answer: dict[str, Any]) -> bytes:
    return line_of(chance.choice(NASTY))


KINDS: Mapping[str, Callable[[random.Random, dict[str, Any]], bytes]] = {
    "a value": _value,
    "several values": _several,
    "a value that is missing": _missing,
    "another event": _event,
    "bytes": _bytes,
    "a line cut short": _cut,
    "deep nesting": _deep,
    "no object": _bare,
}
_CHOICES = ("a value", "a value", *KINDS)
"""The kinds to draw from: the first is drawn three times as often."""
