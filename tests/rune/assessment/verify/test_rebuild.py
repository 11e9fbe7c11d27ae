"""A rune is right only if its project builds the same bytes, whatever the rune says of itself."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

import rune as this_version
from rune.abi import SectionName
from rune.assessment.verify.runes.rebuild import compare_with_rebuild, options_for
from rune.assessment.verify.runes.rebuild_result import RebuildResult, RebuildState
from rune.assessment.verify.runes.section_differences import rune_differences
from rune.assessment.verify.verification import Verification
from rune.assessment.verify.verifying import VerificationEffort, verify
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.compiler.building.report import BuildResult
from rune.compiler.targets.lookup import targets
from rune.model.profile import LITERT
from rune.model.tflite import read_model
from rune.project.files import MemoryFiles
from rune.running.container import pack, read_module, read_rune
from rune.running.runtime import CompiledRune
from rune.running.runtime.errors import RuneError
from rune.source.runefile import HostResourceOptions
from rune.toolchain import toolchain_digest
from tests.rune.assessment.verify.mutated_runes import CODE, DATA, LIMITS
from tests.support.compiler.mutants import Recorder
from tests.support.compiler.rebuilds import digits, is_proven, judged, with_graph, with_section, with_version
from tests.support.compiler.template_projects import rune_of, template, weighted_operators, with_changed_weight
from tests.support.shares import mostly_proved

FEW = VerificationEffort(inputs=2, seed=1)
VERSIONS = [
    "0.0.9",
    pytest.param(this_version.__version__, marks=pytest.mark.slow),
    pytest.param("", marks=pytest.mark.slow),
]
"""Versions that a false rune names: another one than this, which would excuse a difference, this one, and none."""


@cache
def sine() -> tuple[MemoryFiles, BuildResult]:
    files = MemoryFiles(template("sine"))
    return files, build(files, BuildOptions("sine"))


def test_a_rune_is_found_to_be_what_its_files_build() -> None:
    files, result = sine()
    verification = verify(files, result.rune, effort=FEW)
    assert verification.rebuild == RebuildResult(RebuildState.IDENTICAL, this_version.__version__)
    assert verification.is_within
    assert verification.is_complete
    assert Verification.from_json(verification.to_json()) == verification


@pytest.mark.protects("compiling/false-runes")
@pytest.mark.parametrize("version", VERSIONS)
def test_another_weight_is_found_whatever_version_the_rune_names(version: str) -> None:
    files = template("digits")
    operator = weighted_operators(read_model(files["digits.tflite"]))[-1]
    changed = files | {"digits.tflite": with_changed_weight(files["digits.tflite"], operator)}
    rune = with_version(rune_of(MemoryFiles(changed), "digits"), version)
    verification = verify(MemoryFiles(files), rune, effort=FEW)
    assert verification.rebuild is not None
    assert verification.rebuild.state is RebuildState.DIFFERENT
    assert any(f"in the constants of op {operator} " in each for each in verification.rebuild.differences)
    assert not verification.is_within
    assert "is not what these files build" in verification.rebuild.sentence()


@pytest.mark.protects("compiling/false-runes")
@pytest.mark.parametrize("version", VERSIONS)
def test_swapped_labels_are_found_whatever_version_the_rune_names(version: str) -> None:
    files = template("digits")
    lines = files["labels.txt"].decode().splitlines()
    lines[3], lines[4] = lines[4], lines[3]
    wrong_files = files | {"labels.txt": "\n".join((*lines, "")).encode()}
    rune = with_version(rune_of(MemoryFiles(wrong_files), "digits"), version)
    verification = verify(MemoryFiles(files), rune, effort=FEW)
    assert not verification.is_within
    assert verification.rebuild is not None
    assert any(f'line 4 is "{lines[3]}", not "{lines[4]}"' in each for each in verification.rebuild.differences)


def test_a_rune_of_another_version_is_never_called_right() -> None:
    files, result = sine()
    verification = verify(files, with_version(result.rune), effort=FEW)
    assert verification.is_within
    assert verification.is_compared
    assert not verification.is_complete
    assert verification.sentence().startswith("not rebuilt: made by 0.0.9; identical to the reference on ")


def test_the_report_of_another_toolchain_makes_no_rune_right() -> None:
    files = template("digits")
    operator = weighted_operators(read_model(files["digits.tflite"]))[-1]
    changed = files | {"digits.tflite": with_changed_weight(files["digits.tflite"], operator)}
    rune = rune_of(MemoryFiles(changed), "digits")
    assert compare_with_rebuild(MemoryFiles(files), rune, options_for(rune, LITERT), "sha256:other").is_wrong
    _, result = digits()
    other_code = build(MemoryFiles(changed), BuildOptions("digits", timed=True)).rune
    rebuild = judged(other_code, result, "sha256:other")
    assert rebuild.sentence() == f"not rebuilt: made by another toolchain of version {this_version.__version__}"
    assert not is_proven(rebuild)


@pytest.mark.parametrize("toolchain", [None, "sha256:other"])
@pytest.mark.parametrize("version", [this_version.__version__, "0.0.9"])
def test_another_graph_is_found_whatever_the_rune_names(version: str, toolchain: str | None) -> None:
    _, result = digits()

    def change(graph: dict[str, Any]) -> None:
        graph["proc-blocks"]["best"]["args"]["count"] = "2"

    rebuild = judged(with_version(with_graph(result.rune, change), version), result, toolchain)
    assert rebuild.is_wrong
    assert any(each == 'its graph: proc-blocks/best/args/count is "2", not "1"' for each in rebuild.differences)


def test_each_section_that_differs_is_named() -> None:
    _, result = digits()
    rune = result.rune
    code = next(each for each in read_module(rune).sections if each.number == CODE)
    place = code.offset + len(code.payload) // 2
    mutant = rune[:place] + bytes([rune[place] ^ 1]) + rune[place + 1 :]
    (sentence,) = judged(mutant, result).differences
    assert sentence.startswith("its code section: 1 of ")
    assert judged(pack(rune, {"more": b"1"}), result).differences == (
        'its section "more" is not in what these files build',
    )
    assert judged(with_version(rune), result, toolchain_digest()).differences == (
        f"its version is 0.0.9, not {this_version.__version__}",
    )
    assert judged(rune[:8], result).is_wrong
    assert judged(rune[: len(rune) // 2], result).differences[0].startswith("it cannot be read: ")
    sections = [(each.name or "", bytes(each.payload)) for each in read_rune(rune).sections if each.name is not None]
    first = next(each for each in read_rune(rune).sections if each.name is not None)
    shuffle = pack(rune[: first.start], [sections[1], sections[0], *sections[2:]])
    assert judged(shuffle, result).differences == ("its sections have the same content in another order or encoding",)
    assert rune_differences(rune, rune) == ()


@pytest.mark.parametrize("toolchain", [None, "sha256:other"])
def test_a_rune_whose_graph_cannot_be_read_is_wrong_whoever_built_it(toolchain: str | None) -> None:
    _, result = digits()
    rebuild = judged(with_section(result.rune, SectionName.GRAPH, b"{1}"), result, toolchain)
    assert rebuild.is_wrong
    assert rebuild.differences[0].startswith("it cannot be read: The section .rune_graph is not JSON")


def variants() -> list[BuildOptions]:
    every = [each for target in targets() if target.makes_rune for each in (target, *target.variants)]
    return [
        *(BuildOptions("other name", target=target) for target in every),
        BuildOptions("sine", host_models=True),
        BuildOptions("sine", timed=True),
        BuildOptions("sine", host_resources=HostResourceOptions(every=True)),
    ]


@pytest.mark.parametrize("number", mostly_proved(range(len(variants())), 4))
def test_a_rune_is_rebuilt_whatever_it_was_built_with(number: int) -> None:
    files = MemoryFiles(template("digits"))
    rune = build(files, variants()[number]).rune
    assert compare_with_rebuild(files, rune, options_for(rune, LITERT)).state is RebuildState.IDENTICAL


def test_a_project_that_cannot_be_built_here_proves_nothing() -> None:
    files, result = sine()
    rebuild = compare_with_rebuild(files, result.rune, [BuildOptions("sine", runefile="none.yml")])
    assert rebuild.state is RebuildState.IMPOSSIBLE
    assert not is_proven(rebuild)


def test_each_verification_has_inputs_of_its_own_that_can_be_repeated() -> None:
    files, result = sine()
    some = [verify(files, result.rune, effort=VerificationEffort(inputs=1), is_fresh=True) for _ in range(2)]
    assert some[0].seed != some[1].seed
    assert verify(files, result.rune, effort=VerificationEffort(inputs=1, seed=some[0].seed), is_fresh=True) == some[0]


COUNTING = """
version: 1
image: runicos/base
pipeline:
  bytes: {capability: RAW, outputs: [{type: u8, dimensions: [4]}], args: {length: 4}}
  late: {proc-block: ./late.py, inputs: [bytes], outputs: [{type: u8, dimensions: [4]}]}
  out: {out: serial, inputs: [late]}
"""
LATE = """
def late(x: u8["n"], *, values: State[u8["n"]], times: State[i32["n"]]) -> u8["n"]:
    for i in range(len(x)):
        times[i] = min(times[i] + 1, 300)
        values[i] = x[i]
        if times[i] == 300:
            values[i] = 0
    return values
"""


def counting(runs: int) -> MemoryFiles:
    """A project whose block gives zeros from so many runs on."""
    return MemoryFiles({"Runefile.yml": COUNTING.encode(), "late.py": LATE.replace("300", str(runs)).encode()})


def test_a_block_that_changes_after_many_runs_is_run_past_that() -> None:
    """The rune is built with other options, so it counts as another toolchain's: its runs alone tell it from a right
    one."""
    right, other = counting(300), counting(303)
    rune = build(other, BuildOptions("rune", timed=True)).rune
    verification = verify(right, rune, toolchain="sha256:other", options=[BuildOptions("rune")])
    assert verification.rune.inputs > 303
    assert verification.rune.differing > 0
    assert not verification.is_within


LOOP = """
def late(x: u8["n"], *, values: State[u8["n"]], times: State[{kind}["n"]]) -> u8["n"]:
    for i in range(len(x)):
        times[i] = min(times[i] + {step}, {most})
        values[i] = x[i]
        if {condition}:
            values[i] = {zero}
    return values
"""


@pytest.mark.slow
@pytest.mark.protects("compiling/false-runes")
@pytest.mark.parametrize(
    ("kind", "step", "most", "condition"),
    [
        ("f32", "1.0", "2000.0", "times[i] > 300.0"),
        ("f32", "0.001", "9.0", "times[i] > 0.4"),
        ("i32", "1", "2000", "times[i] - 300 > 300"),
        ("i32", "1", "2000", "times[i] // 100 > 4"),
    ],
)
def test_a_block_that_counts_in_another_way_is_run_past_its_threshold(
    kind: str, step: str, most: str, condition: str
) -> None:
    """No number in its text is the number of runs after which it changes."""

    def project(zero: int) -> MemoryFiles:
        text = LOOP.format(kind=kind, step=step, most=most, condition=condition, zero=zero)
        return MemoryFiles({"Runefile.yml": COUNTING.encode(), "late.py": text.encode()})

    rune = build(project(1), BuildOptions("rune", timed=True)).rune
    verification = verify(project(0), rune, toolchain="sha256:other", options=[BuildOptions("rune")])
    assert verification.rune.differing > 0
    assert not verification.is_within


@pytest.mark.slow
def test_a_rune_that_its_bytes_prove_is_not_run_longer_than_its_numbers_say() -> None:
    files = counting(30)
    verification = verify(files, build(files, BuildOptions("rune")).rune, effort=FEW)
    assert verification.is_within
    assert 30 < verification.rune.inputs < 100


RUNS = 200


def flipped(rune: bytes, number: int) -> bytes:
    """The rune with one bit of its code or of its constants changed, by the number alone."""
    choose = random.Random(number)
    sections = {each.number: each for each in read_module(rune).sections if each.name is None}
    section = sections[(CODE, DATA)[number % 2]]
    place = section.offset + choose.randrange(len(section.payload))
    return rune[:place] + bytes([rune[place] ^ 1 << choose.randrange(8)]) + rune[place + 1 :]


def answers(rune: bytes, runs: int) -> list[bytes] | None:
    """The rune's outputs in so many random runs; None where it fails."""
    choose = random.Random(0)
    try:
        instance = CompiledRune(rune, replace(LIMITS, seconds=5.0)).start()
        outputs = []
        for _ in range(runs):
            inputs = {each.id: (lambda size: choose.randbytes(size)) for each in instance.capabilities}
            outputs.append(b"".join(message.data for message in instance.call(inputs)))
    except RuneError:
        return None
    return outputs


PIECES, PIECE = 10, 300


def count_changes(target: int, runs: int, first: int = 0) -> tuple[int, int]:
    """Changes of one bit that change an answer, until the target, from a number on: how many were looked at, and how
    many of them, with the version that they have and with another, were called right."""
    _, result = digits()
    right = answers(result.rune, runs)
    assert right is not None
    changing = called_right = 0
    number = first
    while changing < target:
        changed = flipped(result.rune, number)
        number += 1
        if answers(changed, runs) == right:
            continue
        changing += 1
        for each in (changed, with_version(changed)):
            called_right += is_proven(judged(each, result)) or is_proven(judged(each, result, "sha256:other"))
    return changing, called_right


@pytest.mark.protects("compiling/false-runes")
def test_no_bit_that_changes_an_answer_is_called_right() -> None:
    assert count_changes(10, 20) == (10, 0)


@pytest.mark.proof
@pytest.mark.parametrize("piece", range(PIECES))
def test_no_bit_of_three_thousand_that_change_an_answer_is_called_right(piece: int, record_property: Recorder) -> None:
    """The pieces have different changes: each begins far behind the numbers that the one before needs."""
    changing, called_right = count_changes(PIECE, RUNS, first=piece * 100 * PIECE)
    record_property("changes of one bit that change an answer in 200 runs", changing)
    record_property("of these called right", called_right)
    assert called_right == 0
