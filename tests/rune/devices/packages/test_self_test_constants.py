"""The runs of a package's self-test are chosen on some changes of constants, and judged here on others.

A change of a byte in memory stands for a defect of a device's flash, a change of a number in the code for one of an
emitter. What changes no output in many more runs than the self-test has is no defect that it could see.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from rune.compiler.anvil.compiling.allowance import Allowance, CompilerLimits
from rune.compiler.anvil.errors import CompileError
from rune.compiler.anvil.program import Program, SendOutput
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.compiler.targets.c.interface import Interface, interface_of
from rune.compiler.targets.c.selftest import GoldenRun, selftest_file
from rune.compiler.targets.c.trace import step_names
from rune.devices.packages import golden as golden_module
from rune.devices.packages import sandbox as sandbox_module
from rune.devices.packages.golden import constant_places, copies, first_run_that_sees, golden_runs, most_runs
from rune.devices.packages.sandbox import Sandbox, SandboxFailed
from tests.support.compiler.programs.c_projects import template
from tests.support.compiler.programs.package_programs import packaged

Record = Callable[[str, object], None]
LONG = 20
"""Runs beyond the most that a self-test may have, in which a change may show that the self-test cannot see."""
BYTES, NUMBERS = 4, 40
"""Changes for each constant, and of numbers in the code of a rune."""
ENOUGH_FUEL, MUCH_FUEL = 6_000_000_000, 10**12
"""The fuel for the runs of one changed program, which may loop for ever, and for all runs with changed bytes."""
LEAST_SEEN = 0.98
"""The least share of the changes that reach an output. An entry of a table of 256 is read where one value comes up
alone."""
_NUMBER = re.compile(r"(?<![\w.])(?:0x[0-9a-fA-F]+|\d+)(?=[uUlL]*(?![\w.]))")
_ARRAY = re.compile(r"constant_\d+(?:\[\d+\])? = \{.*?\};", re.DOTALL)


def sources_of(name: str) -> tuple[dict[str, bytes], Interface, Program]:
    """The sources of a template that the sandbox compiles, with a self-test that compares with nothing yet."""
    build = packaged(name, "c").build_result
    interface, steps = interface_of(build.program, name), step_names(build.program)
    test = selftest_file(interface, steps, [GoldenRun(1, (0,) * len(steps))])
    return {**build.files, f"{interface.name}_selftest.c": test.encode()}, interface, build.program


def sandbox_of(name: str) -> tuple[Sandbox, Program, tuple[GoldenRun, ...]]:
    """The program of a template in a sandbox, and the runs of its self-test."""
    sources, interface, program = sources_of(name)
    sandbox = Sandbox(sources, interface, Allowance(CompilerLimits()))
    return sandbox, program, golden_runs(build(template(name), BuildOptions(name)).rune, program, sandbox, "c")


@pytest.mark.proof
@pytest.mark.parametrize("name", ["digits", "motion", pytest.param("picture", marks=pytest.mark.proof)])
def test_a_constant_that_changes_a_result_changes_one_of_the_self_test(name: str) -> None:
    """Changes two bytes of each constant. Two runs alone let some of those of the digits through, and never ran the
    model of a stream."""
    sandbox, program, runs = sandbox_of(name)
    all_runs = [GoldenRun(seed, digests) for seed, digests in seeded(sandbox, len(program.steps), most_runs(program))]
    places = list(constant_places(sandbox.read(), program))[: 2 * len(program.constants)]
    hits = misses = seen_by_two = 0
    for address in places:
        if first_run_that_sees(sandbox, address, all_runs) is None:
            continue
        is_seen = first_run_that_sees(sandbox, address, runs) is not None
        hits, misses = hits + is_seen, misses + (not is_seen)
        seen_by_two += first_run_that_sees(sandbox, address, runs[:2]) is not None
    assert hits > 0
    assert misses == 0
    assert seen_by_two < hits


@pytest.mark.slow
def test_a_search_that_ends_early_keeps_every_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """The runs that nobody looked at may be the only ones that see a constant."""
    assert len(sandbox_of("sine")[2]) == 2
    monkeypatch.setattr(golden_module, "MOST_SEARCH_FUEL", 0)
    _, program, runs = sandbox_of("sine")
    assert len(runs) == most_runs(program) == 16


def test_each_copy_of_a_constant_is_changed_and_what_stands_everywhere_is_not() -> None:
    """Two steps with equal constants have two copies of them, of which a defect may spoil one."""
    data, other = b"0123456789ab", b"wxyz"
    program: Any = SimpleNamespace(constants=[SimpleNamespace(data=data), SimpleNamespace(data=other)])
    memory = bytes(8) + data + bytes(8) + data + bytes(4)
    places = list(constant_places(memory + other, program))
    for start, size in ((8, len(data)), (28, len(data)), (len(memory), len(other))):
        assert [each for each in places if start <= each < start + size]
    assert all(memory[each] for each in places if each < len(memory))
    assert copies(memory + other * 5, other) == ()
    program.constants[:] = [SimpleNamespace(data=bytes(3))]
    assert list(constant_places(memory, program)) == []


def seeded(sandbox: Sandbox, steps: int, runs: int) -> Iterator[tuple[int, tuple[int, ...]]]:
    """The digests of the first runs that a self-test may have."""
    sandbox.restart()
    for seed in range(1, runs + 1):
        yield seed, sandbox.trace(seed, steps)


def outputs_of(program: Program, digests: Sequence[int]) -> tuple[int, ...]:
    """Returns, among the digests of all steps, those of what is sent."""
    return tuple(digest for step, digest in zip(program.steps, digests, strict=True) if isinstance(step, SendOutput))


def first_difference(
    sandbox: Sandbox, program: Program, expected: Sequence[GoldenRun], outputs_alone: bool = False
) -> int | None:
    """The number of the first run in which a changed program gives other results, or does not come to its end."""
    number = 0
    try:
        sandbox.restart()
        for number, run in enumerate(expected):
            digests = sandbox.trace(run.seed, len(program.steps))
            if outputs_alone and outputs_of(program, digests) != outputs_of(program, run.digests):
                return number
            if not outputs_alone and digests != run.digests:
                return number
    except SandboxFailed:
        return number
    return None


def held_out_bytes(memory: bytes, program: Program, chooser: random.Random) -> Iterator[tuple[int, int]]:
    """Addresses of some bytes of each constant with a bit of each, none of which chose the runs of a self-test."""
    addresses = set(constant_places(memory, program))
    for constant in program.constants:
        if not any(constant.data):
            continue
        for start in copies(memory, constant.data):
            for address in chooser.sample(range(start, start + len(constant.data)), min(BYTES, len(constant.data))):
                yield address, 1 << chooser.randrange(1 if address in addresses else 0, 8)


@pytest.mark.proof
@pytest.mark.parametrize("name", ["digits", "motion", "sine", "keywords"])
def test_changes_of_constants_that_chose_no_run_are_seen(
    name: str, monkeypatch: pytest.MonkeyPatch, record_property: Record
) -> None:
    monkeypatch.setattr(sandbox_module, "_FUEL", MUCH_FUEL)
    sandbox, program, runs = sandbox_of(name)
    long = most_runs(program) + LONG
    expected = [GoldenRun(seed, digests) for seed, digests in seeded(sandbox, len(program.steps), long)]
    chooser, hits, misses, silent = random.Random(f"held out {name}"), 0, list[int](), 0
    for address, bit in held_out_bytes(sandbox.read(), program, chooser):
        right = sandbox.read(address, address + 1)
        sandbox.write(address, bytes([right[0] ^ bit]))
        by_self_test = first_difference(sandbox, program, expected[: len(runs)])
        by_outputs = first_difference(sandbox, program, expected, True) if by_self_test is None else by_self_test
        sandbox.renew()
        if by_outputs is None:
            silent += 1
        elif by_self_test is None:
            misses.append(address)
        else:
            hits += 1
    record_property("runs of the self-test", len(runs))
    record_property("changed bytes", hits + len(misses) + silent)
    record_property("without an effect on an output", silent)
    record_property("seen by the self-test", hits)
    record_property("missed by the self-test", len(misses))
    assert hits > 0
    assert hits / (hits + len(misses)) >= LEAST_SEEN, misses


def held_out_numbers(text: str, chooser: random.Random) -> Iterator[tuple[str, str]]:
    """Sources with one number of the rune's own code changed by one, with the line in which it stands. The kernels
    above it are every rune's, and the arrays of constants are changed in memory."""
    arrays = [match.span() for match in _ARRAY.finditer(text)]
    begin = arrays[0][0]
    numbers = [
        match
        for match in _NUMBER.finditer(text, begin)
        if not any(start <= match.start() < end for start, end in arrays)
    ]
    for match in chooser.sample(numbers, min(NUMBERS, len(numbers))):
        changed = f"{text[: match.start()]}{int(match[0], 0) + 1}{text[match.end() :]}"
        line = text[text.rfind("\n", 0, match.start()) + 1 : text.find("\n", match.end())].strip()
        yield changed, f"{match[0]} at {match.start()}: {line[:120]}"


@pytest.mark.proof
@pytest.mark.parametrize("name", ["digits", "motion", "sine", "keywords"])
def test_changes_of_numbers_in_the_code_are_seen(
    name: str, monkeypatch: pytest.MonkeyPatch, record_property: Record
) -> None:
    sandbox, program, runs = sandbox_of(name)
    long = most_runs(program) + LONG
    expected = [GoldenRun(seed, digests) for seed, digests in seeded(sandbox, len(program.steps), long)]
    sources, interface, _ = sources_of(name)
    file = f"{interface.name}.c"
    monkeypatch.setattr(sandbox_module, "_FUEL", ENOUGH_FUEL)
    hits, silent, refusals, misses = 0, 0, 0, list[str]()
    for changed, line in held_out_numbers(sources[file].decode(), random.Random(f"held out {name}")):
        try:
            mutant = Sandbox({**sources, file: changed.encode()}, interface, Allowance(CompilerLimits()))
        except (CompileError, SandboxFailed):
            refusals += 1
            continue
        by_self_test = first_difference(mutant, program, expected[: len(runs)])
        if by_self_test is not None:
            hits += 1
        elif first_difference(mutant, program, expected, True) is None:
            silent += 1
        else:
            misses.append(line)
    record_property("changed numbers", hits + silent + refusals + len(misses))
    record_property("refused by the compiler or at the start", refusals)
    record_property("without an effect on an output", silent)
    record_property("seen by the self-test", hits)
    record_property("missed by the self-test", len(misses))
    assert hits > 0
    assert misses == []
