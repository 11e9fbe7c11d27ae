"""Inputs that a rune gives many different answers to: signals as sensors give them, chosen by what the rune says.

Noise tells little about a rune that names one of a few labels: it hears the same in all of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from rune.running.runtime import Runtime
from rune.tensor import ElementType, TensorType
from tests.support.compiler.pipelines import run
from tests.support.compiler.programs.c_programs import sent_bytes

_WAVES = 3
_CANDIDATES = 4
"""Signals that are tried for each answer that is wanted."""


def varied_inputs(types: Sequence[TensorType], rune: bytes, answers: int, seed: int = 7) -> list[list[bytes]]:
    """Returns inputs for so many runs of a rune that answers each run: the last `answers` differ as far as they can.

    Each candidate is run in a rune of its own; those with a new answer come first. Of the rest as many are added as
    are lacking, in their order.
    """
    generator = np.random.default_rng(seed)
    new: dict[bytes, list[bytes]] = {}
    rest: list[list[bytes]] = []
    for frame in _signals(types, answers * _CANDIDATES, generator):
        answer = sent_bytes(Runtime.load(rune), [frame])
        if answer in new:
            rest.append(frame)
        else:
            new[answer] = frame
        if len(new) == answers:
            break
    return [*new.values(), *rest][:answers]


def answers_each_run(rune: bytes, types: Sequence[TensorType]) -> bool:
    """Returns whether a rune answers its first run: one with a window says nothing until that is full."""
    (frame,) = _signals(types, 1, np.random.default_rng(1))
    return bool(run(Runtime.load(rune), frame))


def _signals(types: Sequence[TensorType], count: int, generator: np.random.Generator) -> Iterator[list[bytes]]:
    for _ in range(count):
        yield [_signal(kind, generator) for kind in types]


def _signal(kind: TensorType, generator: np.random.Generator) -> bytes:
    """A few waves of any pitch that swell and fade, with some noise, as loud as any. Of text, any bytes."""
    if kind.element is ElementType.UTF8:
        return generator.bytes(kind.size)
    at = np.arange(kind.count) / max(kind.count, 1)
    wave = np.zeros(kind.count)
    for _ in range(_WAVES):
        pitch = np.exp(generator.uniform(0, np.log(max(kind.count / 2, 2))))
        centre, width = generator.uniform(0, 1), generator.uniform(0.05, 1)
        swell = np.exp(-(((at - centre) / width) ** 2))
        wave += generator.uniform(0, 1) * swell * np.sin(2 * np.pi * (pitch * at + generator.uniform(0, 1)))
    wave = wave / _WAVES + generator.normal(size=kind.count) * generator.uniform(0, 0.2)
    loudness = 10 ** generator.uniform(-2, 0)
    element = np.dtype(f"<{kind.element.struct_code}")
    if kind.element.is_float:
        return (wave * 10 * loudness + generator.normal()).astype(element).tobytes()
    limits = np.iinfo(element)
    middle, half = (limits.max + limits.min + 1) / 2, (limits.max - limits.min) / 2
    return np.clip(middle + wave * loudness * half, limits.min, limits.max).astype(element).tobytes()
