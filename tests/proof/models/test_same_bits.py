"""Every template, several models of the test data and blocks in Python give the same bytes on every processor.

Each rune is a share of the proof and writes its rows of docs/same-bits.md, so a proof that was stopped goes on.
`make test` has a part of it (tests/rune/devices/packages/test_packages_on_cores.py) and reads the page
(tests/tools/test_same_bits_page.py).
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.compiler.targets.c.interface import interface_of
from rune.compiler.targets.lookup import find_target, find_variant
from rune.devices.emulation.firmware import build_firmware
from rune.devices.emulation.running import emulate
from rune.project.files import MemoryFiles, ProjectFiles
from rune.running.runtime import LoadedRune, Runtime
from tests.support.compiler.programs.board_programs import core
from tests.support.compiler.programs.c_programs import gcc, sent_bytes, zig_folder
from tests.support.compiler.programs.c_projects import (
    TEMPLATES,
    answered_inputs,
    input_types,
    model_project,
    template,
)
from tests.support.compiler.programs.varied_inputs import answers_each_run, varied_inputs
from tests.support.models.same_bits_page import (
    AIMS,
    EMULATED,
    ENOUGH_BYTES,
    LINUX,
    MOST_ANSWERS,
    NAMES,
    NATIVE,
    PYTHON_BLOCKS,
    TARGETS,
    BitComparison,
    write_rows,
)
from tools.needs import QEMU_USER, lack

BUDGET, SECONDS = 10**13, 3_600
"""Instructions and seconds of all answers of a rune on one core."""


def names_of_the_share() -> Sequence[str]:
    """The runes of the share that is proved now; all without one."""
    share, shares = (int(part) for part in os.environ.get("FORGE_PROOF_SHARE", "0/1").split("/"))
    return NAMES[share::shares]


def project(name: str, test_data: Path) -> ProjectFiles:
    if name in TEMPLATES:
        return template(name)
    if name in PYTHON_BLOCKS:
        return block_project(*PYTHON_BLOCKS[name])
    return model_project((test_data / "models" / f"{name}.tflite").read_bytes())


def block_project(text: str, kind: str) -> ProjectFiles:
    """A project with one block of its own, between a RAW input and an output of 64 numbers."""
    runefile = f"""\
version: 1
image: runicos/base
pipeline:
  numbers: {{capability: RAW, outputs: [{{type: {kind}, dimensions: [64]}}], args: {{length: 256}}}}
  block: {{proc-block: ./block.py, inputs: [numbers], outputs: [{{type: {kind}, dimensions: [64]}}]}}
  out: {{out: serial, inputs: [block]}}
"""
    return MemoryFiles({"Runefile.yml": runefile.encode(), "block.py": text.encode()})


def enough_inputs(files: ProjectFiles, rune: bytes) -> tuple[int, list[list[bytes]]]:
    """Random inputs for so many answers that a row rests on enough of them, or chosen ones where it hears too little
    in those."""
    size = len(sent_bytes(Runtime.load(rune), answered_inputs(files, rune, 2))) // 2
    # Texts are not all of one length: a tenth more than the first answers make likely.
    answers = min(MOST_ANSWERS, max(2, -(-ENOUGH_BYTES * 11 // (10 * max(size, 1)))))
    inputs = answered_inputs(files, rune, answers)
    types = input_types(files)
    if not answers_each_run(rune, types) or distinct_answers(Runtime.load(rune), inputs) == answers:
        return answers, inputs
    candidates = varied_inputs(types, rune, answers)
    return answers, max(inputs, candidates, key=lambda each: distinct_answers(Runtime.load(rune), each))


def distinct_answers(rune: LoadedRune, inputs: Sequence[Sequence[bytes]]) -> int:
    """Returns how many answers of a rune differ from each other; a run that says nothing is no answer."""
    return len({sent_bytes(rune, [frame]) for frame in inputs} - {b""})


def on_core(name: str, files: ProjectFiles, target: str, inputs: Sequence[Sequence[bytes]], folder: Path) -> bytes:
    """The outputs of the rune on an emulated core, run by run."""
    result = build(files, BuildOptions(name, target=find_target(target)))
    folder.mkdir(parents=True)
    processor = core("cortex-m0plus" if target == "pico" else target)
    firmware = build_firmware(processor, result.files, interface_of(result.program, name), folder)
    return emulate(firmware, inputs, budget=BUDGET, seconds=SECONDS).outputs


def on_this_machine(
    name: str, files: ProjectFiles, target: str, inputs: Sequence[Sequence[bytes]], folder: Path
) -> bytes:
    """The same on this machine: C by gcc, a library's sources by clang."""
    result = build(files, BuildOptions(name, target=find_target(target)))
    folder.mkdir(parents=True)
    for path, data in result.files.items():
        (folder / path).write_bytes(data)
    stem = interface_of(result.program, name).name
    clang_command = [str(zig_folder() / "zig"), "cc", "--target=x86_64-linux-musl", "-static"]
    compiler = [gcc()] if target == "c" else clang_command
    main = folder / "main.c"
    if not main.exists():
        main.write_bytes(build(files, BuildOptions(name, target=find_target("x86_64-linux"))).files["main.c"])
    command = [*compiler, "-O2", f"{stem}.c", "main.c", "-o", "program"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    frames = b"".join(data for frame in inputs for data in frame)
    return subprocess.run([folder / "program"], input=frames, check=True, capture_output=True).stdout


def on_linux(name: str, files: ProjectFiles, inputs: Sequence[Sequence[bytes]], folder: Path) -> bytes:
    """The same on 64-bit Arm, by the small program that is in each package."""
    emulator = shutil.which("qemu-aarch64")
    if emulator is None:
        pytest.skip(lack(QEMU_USER))
    result = build(files, BuildOptions(name, target=find_target(LINUX)))
    folder.mkdir(parents=True)
    for path, data in result.files.items():
        (folder / path).write_bytes(data)
    compiler = [str(zig_folder() / "zig"), "cc", "--target=aarch64-linux-musl", "-static", "-O2"]
    stem = interface_of(result.program, name).name
    subprocess.run([*compiler, f"{stem}.c", "main.c", "-o", "program"], cwd=folder, check=True, capture_output=True)
    frames = b"".join(data for frame in inputs for data in frame)
    return subprocess.run([emulator, "./program"], cwd=folder, input=frames, check=True, capture_output=True).stdout


def compared(
    rune: str, target: str, actual: bytes, expected: bytes, answers: int = 1, distinct: int = 1
) -> BitComparison:
    assert expected
    differing = sum(one != other for one, other in zip(actual, expected, strict=False))
    wrong = differing + abs(len(actual) - len(expected))
    return BitComparison(rune, target, answers, distinct, len(expected), wrong)


def test_each_rune_is_in_one_share(monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(names_of_the_share()) == list(NAMES)
    shares: list[str] = []
    for share in range(len(NAMES)):
        monkeypatch.setenv("FORGE_PROOF_SHARE", f"{share}/{len(NAMES)}")
        shares.append(*names_of_the_share())
    assert shares == list(NAMES)


def test_bytes_that_differ_or_lack_are_counted() -> None:
    assert compared("a", "b", b"abc", b"abc").wrong == 0
    assert compared("a", "b", b"axc", b"abc").wrong == 1
    assert compared("a", "b", b"ab", b"abc").wrong == 1


@pytest.mark.slow
def test_answers_that_differ_are_counted(test_data: Path) -> None:
    files = project("sine", test_data)
    rune = build(files, BuildOptions("sine")).rune
    (first,), (second,) = ([frame] for frame in answered_inputs(files, rune, 2))
    assert distinct_answers(Runtime.load(rune), [first, first]) == 1
    assert distinct_answers(Runtime.load(rune), [first, second, first]) == 2


@pytest.mark.slow
def test_a_rune_that_names_labels_hears_more_in_chosen_inputs(test_data: Path) -> None:
    files = project("keywords", test_data)
    rune = build(files, BuildOptions("keywords")).rune
    assert distinct_answers(Runtime.load(rune), answered_inputs(files, rune, 20)) < 5
    assert distinct_answers(Runtime.load(rune), varied_inputs(input_types(files), rune, 20)) == 20


@pytest.mark.slow
def test_a_rune_with_a_window_keeps_its_random_inputs(test_data: Path) -> None:
    files = project("motion", test_data)
    rune = build(files, BuildOptions("motion")).rune
    assert not answers_each_run(rune, input_types(files))
    assert enough_inputs(files, rune)[1] == answered_inputs(files, rune, enough_inputs(files, rune)[0])


@pytest.mark.proof(shares=len(NAMES))
@pytest.mark.parametrize("name", names_of_the_share())
def test_a_rune_gives_the_same_bytes_on_every_processor(
    name: str, test_data: Path, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    files = project(name, test_data)
    rune = build(files, BuildOptions(name)).rune
    answers, inputs = enough_inputs(files, rune)
    expected = sent_bytes(Runtime.load(rune), inputs)
    variants = {aim: build(files, BuildOptions(name, target=find_variant("wasm32", aim))).rune for aim in AIMS}
    outputs: dict[str, bytes] = {aim: sent_bytes(Runtime.load(variant), inputs) for aim, variant in variants.items()}
    outputs |= {target: on_this_machine(name, files, target, inputs, tmp_path / target) for target in NATIVE}
    with ThreadPoolExecutor(os.cpu_count()) as cores:  # that wait for an emulator each
        core_outputs = cores.map(lambda target: on_core(name, files, target, inputs, tmp_path / target), EMULATED)
        outputs |= dict(zip(EMULATED, core_outputs, strict=True))
    outputs[LINUX] = on_linux(name, files, inputs, tmp_path / LINUX)
    distinct = distinct_answers(Runtime.load(rune), inputs)
    rows = [compared(name, target, outputs[target], expected, answers, distinct) for target in TARGETS]
    write_rows(rows, NAMES)
    record_property("bytes", sum(each.size for each in rows))
    assert [each for each in rows if each.wrong or not each.is_enough] == []
