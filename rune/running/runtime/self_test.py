"""The self-test of a rune: its outputs for inputs that follow from a seed, as one digest.

Two machines with the same digest computed the same bytes. A fresh seed makes an answer that somebody stored useless.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count

from rune.running.runtime.engine import Runtime
from rune.running.runtime.host.imports import InputSource, RequestedCapability
from rune.running.runtime.inputs.generator import generated_inputs
from rune.running.runtime.limits import Limits

RUNS = 16
"""Runs of a self-test."""
HOST_MODEL = "the host runs this model"
_BLOCK = 16
"""Bytes that stay together: a whole number of elements of each type, so that plausible values stay plausible."""
_SMALLEST_POOL = 1 << 12
"""Bytes among which a small input is chosen, so that also a single number depends on the seed."""
_LARGEST_PERMUTATION = 1 << 16
_DEFAULT_LIMITS = Limits()


@dataclass(frozen=True)
class SelfTestResult:
    """The outcome of a rune's run on generated inputs."""

    outputs: str
    """The digest of all bytes that its outputs sent, or "" where they cannot be compared."""
    reason: str = ""
    """The reason why the outputs cannot be compared."""


def self_test(data: bytes, seed: int, limits: Limits = _DEFAULT_LIMITS) -> SelfTestResult:
    """Loads a rune and runs it `RUNS` times on the inputs of a seed. Raises `RuneError` where it does not run.

    A rune that leaves a model to its host runs too, but its outputs depend on the host's library.
    """
    rune = Runtime.load(data, replace(limits, fuel=None))
    try:
        sources = seeded_inputs(rune.capabilities, seed)
        digest = hashlib.sha256()
        for _ in range(RUNS):
            for message in rune.call(sources):
                digest.update(f"{message.channel} {len(message.data)}\n".encode())
                digest.update(message.data)
            digest.update(b"\n")
        is_comparable = not rune.models
    finally:
        rune.close()
    return SelfTestResult(f"sha256:{digest.hexdigest()}") if is_comparable else SelfTestResult("", HOST_MODEL)


def seeded_inputs(capabilities: Sequence[RequestedCapability], seed: int) -> Mapping[int, InputSource]:
    """Inputs for each capability: the generated ones with their blocks in an order that follows from the seed, another
    one at each reading. They are the same on every machine."""
    sources = generated_inputs(capabilities)
    return {each.id: _shuffling(sources[each.id], f"{seed} {number}") for number, each in enumerate(capabilities)}


def _shuffling(source: InputSource, name: str) -> InputSource:
    readings = count()

    def read(size: int) -> bytes:
        pool = max(size, _SMALLEST_POOL)
        data = source(pool) if callable(source) else source[:pool]
        return _shuffled(data, f"{name} {next(readings)}".encode())[:size]

    return read


def _shuffled(data: bytes, name: bytes) -> bytes:
    """Bytes with the blocks of their first part in another order; the rest is as it was."""
    blocks = min(len(data), _LARGEST_PERMUTATION) // _BLOCK
    # SHAKE-256 gives the same keys with every version of Python, which `random` does not promise.
    keys = hashlib.shake_256(name).digest(4 * blocks)
    order = sorted(range(blocks), key=lambda number: (keys[4 * number : 4 * number + 4], number))
    parts = [data[_BLOCK * number : _BLOCK * (number + 1)] for number in order]
    return b"".join(parts) + data[_BLOCK * blocks :]
