"""The expected values of a self-test: the rune's outputs on generated inputs, and its intermediate results."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from rune.compiler.anvil.program import Program, SendOutput
from rune.compiler.targets.c.selftest import GoldenRun, golden_inputs
from rune.compiler.targets.c.trace import digest_of, step_names
from rune.devices.packages.errors import NothingGolden, SelfTestFailed
from rune.devices.packages.sandbox import Sandbox, SandboxFailed
from rune.running.runtime import CompiledRune, LoadedRune
from rune.running.runtime.errors import RuneError
from rune.running.runtime.messages import sent_pieces
from rune.tensor import TensorType

RUNS: Final = 2
"""For a self-test, one after the other: the second meets what the first left behind."""
MORE_RUNS: Final = 14
"""The most runs beyond those until all steps ran, where a constant is not seen before."""
MOST_RUNS_TO_WAIT: Final = 64
"""A self-test does not wait longer than this for a window to fill."""
PLACES: Final = 6
"""Bytes of each constant that are changed to find the runs that see it."""
COPIES: Final = 4
"""A constant is changed where it stands so many times in the memory: two steps may have constants that are equal."""
MOST_SEARCH_FUEL: Final = 8_000_000_000
"""Instructions that the runs on changed constants may take: about a second."""
COMPARED_RUNS: Final = 14
"""More runs that are compared, beside those of the self-test: a wrong number does not show in every run's outputs."""
MOST_FUEL: Final = 4_000_000_000
"""Instructions that the runs beyond those of the self-test may take: about half a second."""

SentOutputs = Mapping[int, tuple[bytes, ...]]
"""The bytes of each output that a run sent, by the output's number: a piece for each tensor or text."""


def golden_runs(rune: bytes, program: Program, sandbox: Sandbox, target: str) -> tuple[GoldenRun, ...]:
    """The golden runs of a program in C, which is in the sandbox: each output has the digest of what the `rune` of the
    same project sends, the steps before it those that led there. More runs than these are compared, as far as
    `MOST_FUEL` goes. Raises `SelfTestFailed` where the program gives anything else, `NothingGolden`, and `RuneError`
    for a rune that does not load."""
    types = [request.type for request in program.capabilities]
    runs: list[GoldenRun] = []
    full, seeds = sandbox.fuel, range(1, least_runs(program) + COMPARED_RUNS + 1)
    for seed, outputs in _reference(CompiledRune(rune), types, seeds):
        digests = sandbox.trace(seed, len(program.steps))
        _require_same(step_names(program), program, digests, outputs, target)
        runs.append(GoldenRun(seed, digests))
        if len(runs) >= least_runs(program) and full - sandbox.fuel > MOST_FUEL:
            break
    if not runs:
        raise NothingGolden(len(seeds))
    return tuple(runs[: runs_that_see_constants(sandbox, program, runs)])


def least_runs(program: Program) -> int:
    """The runs of a self-test in which all steps run: those of a stream that fills a window take many."""
    return max(RUNS, min(program.whole_runs, MOST_RUNS_TO_WAIT))


def most_runs(program: Program) -> int:
    """The most runs that a self-test has."""
    return least_runs(program) + MORE_RUNS


def runs_that_see_constants(sandbox: Sandbox, program: Program, runs: Sequence[GoldenRun]) -> int:
    """Returns how many of the runs it takes until each changed byte of a constant shows that shows in any of
    `most_runs`. A rune that gives one result for much of its input needs many. Where `MOST_SEARCH_FUEL` ends before
    every byte was tried, a later run may be the only one that sees a byte: then it takes all of them."""
    candidates = runs[: most_runs(program)]
    run_count = min(least_runs(program), len(candidates))
    least_fuel = sandbox.fuel - MOST_SEARCH_FUEL
    for address in constant_places(sandbox.read(), program):
        if run_count == len(candidates) or sandbox.fuel <= least_fuel:
            return len(candidates)
        number = first_run_that_sees(sandbox, address, candidates)
        run_count = max(run_count, 0 if number is None else number + 1)
    return run_count


def constant_places(memory: bytes, program: Program) -> Iterator[int]:
    """The addresses of some bytes of each constant, in each of its copies: the middle one of each first, so that little
    time is spread over all of them. Those of a small model may stand in the code alone."""
    starts = [
        (start, len(each.data)) for each in program.constants if any(each.data) for start in copies(memory, each.data)
    ]
    for place in range(PLACES):
        share = ((2 * place + PLACES) % (2 * PLACES)) / (2 * PLACES)
        yield from dict.fromkeys(start + int(share * size) for start, size in starts)


def copies(memory: bytes, data: bytes) -> Sequence[int]:
    """The addresses at which these bytes stand in the memory; none where they stand at more than `COPIES`, as a single
    byte does, since most of those are something else."""
    starts, start = list[int](), memory.find(data)
    while start >= 0 and len(starts) <= COPIES:
        starts.append(start)
        start = memory.find(data, start + 1)
    return starts if len(starts) <= COPIES else ()


def first_run_that_sees(sandbox: Sandbox, address: int, runs: Sequence[GoldenRun]) -> int | None:
    """The number of the first run, from the beginning on, in which the program gives another result with the lowest bit
    of this byte changed, or ends in a trap; None where none does. Raises `SandboxFailed`."""
    right = sandbox.read(address, address + 1)
    sandbox.write(address, bytes([right[0] ^ 1]))
    number = 0
    try:
        sandbox.restart()
        for number, run in enumerate(runs):
            if sandbox.trace(run.seed, len(run.digests)) != run.digests:
                return number
    except SandboxFailed:
        sandbox.renew()
        return number
    finally:
        sandbox.write(address, right)
    return None


def compare_recordings(
    rune: bytes, program: Program, sandbox: Sandbox, recordings: Sequence[Sequence[bytes]], target: str
) -> int:
    """Runs the program in the sandbox, and the rune of the same project, on recordings, both from their beginning: each
    run has an input for each capability. The number of runs that were compared: a rune may fail on some. Raises
    `SelfTestFailed` where the program gives anything else, and `RuneError` for a rune that does not load."""
    loaded_rune, compared_runs = CompiledRune(rune).start(), 0
    sandbox.restart()
    names = step_names(program)
    for inputs in recordings:
        outputs = _outputs_of_run(loaded_rune, inputs)
        if outputs is None:
            return compared_runs
        digests = sandbox.trace_on(inputs, len(program.steps))
        _require_same(names, program, digests, outputs, target)
        compared_runs += 1
    return compared_runs


def _require_same(
    names: Sequence[str], program: Program, digests: Sequence[int], outputs: SentOutputs, target: str
) -> None:
    for name, step, digest in zip(names, program.steps, digests, strict=True):
        # An output of a stream sends nothing in a run that fills no window.
        if isinstance(step, SendOutput) and digest != digest_of(*outputs.get(step.output, ())):
            raise SelfTestFailed(target, name)


def _reference(
    rune: CompiledRune, types: Sequence[TensorType], seeds: Iterable[int]
) -> Iterator[tuple[int, SentOutputs]]:
    """The seeds with which a rune that is started anew runs well one after the other, and what it sends."""
    loaded_rune, good = rune.start(), list[int]()
    for seed in seeds:
        outputs = _outputs_of_run(loaded_rune, golden_inputs(types, seed))
        if outputs is not None:
            good.append(seed)
            yield seed, outputs
            continue
        # A run that failed may have left something behind.
        loaded_rune = rune.start()
        for before in good:
            _outputs_of_run(loaded_rune, golden_inputs(types, before))


def _outputs_of_run(rune: LoadedRune, inputs: Sequence[bytes]) -> SentOutputs | None:
    """The outputs of a run; None where it fails or sends NaN, as a SERIAL output does for an infinity too."""
    pairs = zip(rune.capabilities, inputs, strict=True)
    try:
        messages = rune.call({request.id: data for request, data in pairs})
    except RuneError:
        return None
    is_number = all(
        not (isinstance(element, float) and math.isnan(element))
        for message in messages
        for tensor in message.tensors
        for element in tensor.elements
    )
    numbers = {request.id: number for number, request in enumerate(rune.outputs)}
    return {numbers[message.channel]: tuple(sent_pieces(message)) for message in messages} if is_number else None
