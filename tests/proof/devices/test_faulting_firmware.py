"""Firmware whose C does what it must not, on the virtual Pico: stopped with the address, the function and the step.

A stage of the template sine is changed before it is compiled: what its input is chooses what goes wrong. The firmware's
own C, the compiler and the page's worker are those that everybody gets.
"""

from __future__ import annotations

import json
import struct
import subprocess
from bisect import bisect_right
from pathlib import Path
from typing import Any

import pytest

from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.compiler.targets.c.interface import interface_of
from rune.compiler.targets.c.trace import step_names
from rune.compiler.targets.lookup import find_target
from rune.devices.firmware.board import PICO
from rune.devices.firmware.making import BoardFirmware, make
from rune.devices.firmware.program import DescribedRune
from tests.proof.devices.test_virtual_pico import RUN, answered, host_command, pieces, request
from tests.support.compiler.programs.c_projects import template
from tests.support.compiler.programs.package_programs import packaged

pytestmark = pytest.mark.proof

STEP = 3
"""The one that goes wrong: the second layer."""
FAULTS = """
__attribute__((noinline)) static float reads_where_nothing_is(void)
{
    return *(const volatile float *)(uintptr_t)0x7FFF0000u;
}
__attribute__((noinline)) static float reads_a_null_pointer(void)
{
    return *(const volatile float *)(uintptr_t)4u;
}
__attribute__((noinline)) static float writes_to_a_constant(void)
{
    *(volatile float *)(uintptr_t)0x10000000u = 1.0f;
    return 0.0f;
}
__attribute__((noinline)) static float reads_half_of_two_words(void)
{
    return *(const volatile float *)(const volatile void *)(arena.bytes + 2);
}
__attribute__((noinline)) static float runs_an_undefined_instruction(void)
{
    __builtin_trap();
}
static volatile int32_t divisor;
__attribute__((noinline)) static float divides_by_zero(void)
{
    return (float)(1000 / divisor);
}
__attribute__((noinline)) static float calls_itself(volatile float *depth)
{
    volatile float room[64];
    room[0] = *depth + 1.0f;
    return calls_itself(room) + room[0];
}
__attribute__((noinline)) static float never_ends(void)
{
    for (volatile uint32_t turn = 0;; turn++) {
    }
}
static float (*volatile nowhere)(void) = (float (*)(void))(uintptr_t)0x20041001u;
__attribute__((noinline)) static float jumps_into_the_stack(void)
{
    return nowhere() + 1.0f;
}
static void goes_wrong(int32_t how)
{
    volatile float depth = 0.0f, found = 0.0f;
    if (how == 1) found = reads_where_nothing_is();
    if (how == 2) found = reads_a_null_pointer();
    if (how == 3) found = writes_to_a_constant();
    if (how == 4) found = reads_half_of_two_words();
    if (how == 5) runs_an_undefined_instruction();
    if (how == 6) found = divides_by_zero();
    if (how == 7) found = calls_itself(&depth);
    if (how == 8) never_ends();
    if (how == 9) found = jumps_into_the_stack();
    depth = found;
}
"""
CASES = {
    1: ("reads_where_nothing_is", "fault", "reads from 0x7fff0000, where nothing is"),
    2: ("reads_a_null_pointer", "fault", "reads from 0x4, a null pointer"),
    3: ("writes_to_a_constant", "fault", "writes to 0x10000000, which is flash"),
    4: ("reads_half_of_two_words", "fault", "which is not a multiple of 4"),
    5: ("runs_an_undefined_instruction", "fault", "an unknown instruction"),
    6: ("divides_by_zero", "fault", "an unknown instruction"),
    7: ("calls_itself", "fault", "its stack outgrew its memory"),
    8: ("never_ends", "budget", "cycles"),
    9: ("jumps_into_the_stack", "fault", "jumps to 0x20041000, where no code is"),
}
BUDGET = 20_000_000


def faulty() -> BoardFirmware:
    """The firmware of sine, of which a stage does wrong: how is the whole part of its input."""
    program = build(template("sine"), BuildOptions("sine", target=find_target("pico"))).program
    files = packaged("sine", "pico").files
    paths = ("include/sine.h", "src/sine.c", "src/sine_selftest.c")
    sources = {path.rpartition("/")[2]: files[path] for path in paths}
    text = sources["sine.c"].decode()
    begin = f"static void step_{STEP}(void)\n{{\n"
    assert text.count(begin) == 1
    assert text.count("static void step_0(const struct rune_sine_inputs *inputs)\n{\n") == 1
    text = text.replace("static void step_0(", f"static int32_t how;\n{FAULTS}\nstatic void step_0(", 1)
    text = text.replace("*inputs)\n{\n", "*inputs)\n{\n    how = (int32_t)inputs->number[0];\n", 1)
    sources["sine.c"] = text.replace(begin, f"{begin}    goes_wrong(how);\n").encode()
    rune = DescribedRune("sine", "sha256:" + 64 * "0", interface_of(program, "sine"), step_names(program))
    library = find_target("pico").library
    assert library is not None
    return make(sources, rune, PICO, library)


@pytest.fixture(scope="module")
def firmware(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("faulty")
    image = faulty()
    (folder / "uf2").write_bytes(image.uf2)
    (folder / "description").write_bytes(image.description_file())
    return folder, json.loads(image.description_file())


def run(folder: Path, how: int) -> subprocess.CompletedProcess[bytes]:
    frame = request(RUN, 1, struct.pack("<f", how))
    stdin = struct.pack("<I", len(frame)) + frame
    command = [*host_command(folder), str(BUDGET)]
    return subprocess.run(command, input=stdin, capture_output=True, check=False, timeout=120)


@pytest.mark.protects("browser/virtual-board")
@pytest.mark.parametrize("how", CASES)
def test_firmware_that_does_wrong_is_stopped_and_says_where(how: int, firmware: tuple[Path, dict[str, Any]]) -> None:
    folder, description = firmware
    function, why, text = CASES[how]
    result = run(folder, how)
    assert result.returncode == 1, "the firmware answered"
    fault = json.loads(result.stderr)
    assert (fault["why"], fault["step"]) == (why, STEP)
    assert text in fault["text"]
    starts = [start for start, _ in description["functions"]]
    assert description["functions"][bisect_right(starts, fault["address"]) - 1][1] == function


def test_the_same_firmware_answers_where_nothing_goes_wrong(firmware: tuple[Path, dict[str, Any]]) -> None:
    folder, _ = firmware
    result = run(folder, 0)
    assert result.returncode == 0, result.stderr
    (answer,) = pieces(result.stdout)
    assert answered(answer, 0x80 | RUN, 1)
