"""What a self-test compares with: the rune's own outputs on generated inputs, and what leads to them step by step."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from rune.compiler.anvil.program import Program, SendOutput
from rune.compiler.targets.c.selftest import GoldenRun, golden_inputs
from rune.compiler.targets.c.trace import digest_of, step_names
from rune.devices.packages.errors import NothingGolden, SelfTestFailed
from rune.devices.packages.sandbox import Sandbox
from rune.running.runtime import CompiledRune, LoadedRune
from rune.running.runtime.errors import RuneError
from rune.running.runtime.messages import sent_pieces
from rune.tensor import TensorType

RUNS: Final = 2
"""Of a self-test, one after the other: the second meets what the first left behind."""
SEEDS: Final = tuple(range(1, 17))
"""Of what is compared: a wrong number does not show in every run's outputs."""
MOST_FUEL: Final = 4_000_000_000
"""Instructions that the runs beyond those of the self-test may take: about half a second."""

Sent = Mapping[int, tuple[bytes, ...]]
"""The bytes of each output that a run sent, by the output's number: a piece for each tensor or text."""


def golden_runs(rune: bytes, program: Program, sandbox: Sandbox, target: str) -> tuple[GoldenRun, ...]:
    """The golden runs of a program in C, which is in the sandbox: each output has the digest of what the `rune` of the
    same project sends, the steps before it those that led there. More runs than these are compared, as far as
    `MOST_FUEL` goes. Raises `SelfTestFailed` where the program gives anything else, `NothingGolden`, and `RuneError`
    for a rune that does not load."""
    types = [request.type for request in program.capabilities]
    runs: list[GoldenRun] = []
    full = sandbox.fuel
    for seed, sent in _reference(CompiledRune(rune), types):
        digests = sandbox.traced(seed, len(program.steps))
        _require_same(step_names(program), program, digests, sent, target)
        runs.append(GoldenRun(seed, digests))
        if len(runs) >= RUNS and full - sandbox.fuel > MOST_FUEL:
            break
    if not runs:
        raise NothingGolden(len(SEEDS))
    return tuple(runs[:RUNS])


def compare_recordings(
    rune: bytes, program: Program, sandbox: Sandbox, recordings: Sequence[Sequence[bytes]], target: str
) -> int:
    """Runs the program in the sandbox, and the rune of the same project, on recordings, both from their beginning: each
    run has an input for each capability. The number of runs that were compared: a rune may fail on some. Raises
    `SelfTestFailed` where the program gives anything else, and `RuneError` for a rune that does not load."""
    started, compared = CompiledRune(rune).start(), 0
    sandbox.restart()
    names = step_names(program)
    for inputs in recordings:
        sent = _sent(started, inputs)
        if sent is None:
            return compared
        digests = sandbox.traced_on(inputs, len(program.steps))
        _require_same(names, program, digests, sent, target)
        compared += 1
    return compared


def _require_same(names: Sequence[str], program: Program, digests: Sequence[int], sent: Sent, target: str) -> None:
    for name, step, digest in zip(names, program.steps, digests, strict=True):
        # An output of a stream sends nothing in a run that fills no window.
        if isinstance(step, SendOutput) and digest != digest_of(*sent.get(step.output, ())):
            raise SelfTestFailed(target, name)


def _reference(rune: CompiledRune, types: Sequence[TensorType]) -> Iterator[tuple[int, Sent]]:
    """The seeds with which a rune that is started anew runs well one after the other, and what it sends."""
    started, good = rune.start(), list[int]()
    for seed in SEEDS:
        sent = _sent(started, golden_inputs(types, seed))
        if sent is not None:
            good.append(seed)
            yield seed, sent
            continue
        # A run that failed may have left something behind.
        started = rune.start()
        for before in good:
            _sent(started, golden_inputs(types, before))


def _sent(started: LoadedRune, inputs: Sequence[bytes]) -> Sent | None:
    """What a run sends; None where it fails or a number is none."""
    pairs = zip(started.capabilities, inputs, strict=True)
    try:
        messages = started.call({request.id: data for request, data in pairs})
    except RuneError:
        return None
    is_number = all(
        not (isinstance(element, float) and math.isnan(element))
        for message in messages
        for tensor in message.tensors
        for element in tensor.elements
    )
    numbers = {request.id: number for number, request in enumerate(started.outputs)}
    return {numbers[message.channel]: tuple(sent_pieces(message)) for message in messages} if is_number else None
