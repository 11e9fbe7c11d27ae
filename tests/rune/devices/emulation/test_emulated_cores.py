"""Emulated cores: firmware that goes wrong is stopped and says where; what goes right is counted exactly."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

import pytest

from rune.compiler.anvil.lower import lower
from rune.compiler.targets.c.interface import interface_of
from rune.devices.emulation import running
from rune.devices.emulation.cores import CORES
from rune.devices.emulation.errors import (
    BadFirmware,
    EmulationError,
    FirmwareFaulted,
    FirmwareHangs,
    FirmwareStalled,
    MachineTooSmall,
    MissingProgram,
    RuneFailed,
)
from rune.devices.emulation.firmware import LinkedProgram, Sizes, _run
from rune.devices.emulation.running import counter, emulate
from tests.support.compiler.programs.board_programs import WORDS, C, by_hand, core

NUMBER = (7).to_bytes(4, "little")
LOOP = """
    uint32_t left = inputs->in[0];
#if defined(__riscv)
    __asm__ volatile("1: addi %0, %0, -1\\n bnez %0, 1b\\n" : "+r"(left));
#else
    __asm__ volatile("1: sub %0, #1\\n cmp %0, #0\\n bne 1b\\n" : "+l"(left));
#endif
    outputs->out[0] = left;
"""
"""Two instructions a round on RISC-V, three on Arm."""
HANGS = '__attribute__((noinline)) static void wait_for_ever(void) { for (;;) __asm__ volatile("nop"); }'
FAULTS = "__attribute__((noinline)) static void touch(void) { *(volatile uint32_t *)0xFFFFFF00u = 1; }"
DEEP = "__attribute__((noinline)) static void fill(void) { volatile uint8_t room[1000]; room[0] = room[999] = 1; }"


@pytest.mark.slow
def test_firmware_that_hangs_is_stopped_after_its_budget_and_its_function_is_named(tmp_path: Path) -> None:
    firmware = by_hand("    wait_for_ever();", core("cortex-m4"), tmp_path, before=HANGS)
    with pytest.raises(FirmwareHangs, match=r"stopped after 1,000,000 instructions, at 0x.*, in wait_for_ever"):
        emulate(firmware, [[NUMBER]], budget=1_000_000)


@pytest.mark.slow
def test_firmware_that_sleeps_for_ever_is_stopped_after_its_seconds(tmp_path: Path) -> None:
    firmware = by_hand('    for (;;) __asm__ volatile("wfi");', core("cortex-m4"), tmp_path)
    with pytest.raises(FirmwareStalled, match="stopped after 2 s"):
        emulate(firmware, [[NUMBER]], seconds=2)


@pytest.mark.slow
def test_watched_functions_that_call_each_other_without_end_are_refused(tmp_path: Path) -> None:
    before = "volatile int sink; __attribute__((noinline)) void deeper(int n) { if (n) deeper(n - 1); sink = n; }"
    firmware = by_hand("    deeper(100);", core("cortex-m4"), tmp_path, before=before)
    with pytest.raises(EmulationError, match="too deeply, at deeper"):
        emulate(firmware, [[NUMBER]], watch=["deeper"])


@pytest.mark.slow
@pytest.mark.parametrize("name", ["cortex-m4", "rv32imc", pytest.param("cortex-m55", marks=pytest.mark.proof)])
def test_firmware_that_faults_says_where(name: str, tmp_path: Path) -> None:
    firmware = by_hand("    touch();", core(name), tmp_path, before=FAULTS)
    with pytest.raises(FirmwareFaulted, match="in touch") as error:
        emulate(firmware, [[NUMBER]])
    assert firmware.place(error.value.address) == "touch"


@pytest.mark.slow
def test_a_rune_that_gives_up_ends_with_its_status(tmp_path: Path) -> None:
    firmware = by_hand("    return 4;", core("cortex-m4"), tmp_path)
    with pytest.raises(RuneFailed) as error:
        emulate(firmware, [[NUMBER]])
    assert error.value.status == 4


@pytest.mark.slow
def test_firmware_that_does_not_compile_is_refused_with_the_compilers_words(tmp_path: Path) -> None:
    with pytest.raises(BadFirmware, match="unknown_name"):
        by_hand("    unknown_name();", core("cortex-m4"), tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [pytest.param(each, marks=() if each in ("cortex-m55", "rv32imc") else pytest.mark.proof) for each in CORES]
)
def test_a_rune_larger_than_tightly_coupled_memory_runs_with_its_variables_in_ram(name: str, tmp_path: Path) -> None:
    """The variables have no initial value, so that nothing but the linker script says where they begin."""
    on = core(name)
    before = "static const volatile uint8_t weights[900000] = {7}; static volatile uint8_t arena[700000];"
    body = "    arena[699999] = weights[0];\n    outputs->out[0] = (uint32_t)(uintptr_t)arena + arena[699999];"
    emulation = emulate(by_hand(body, on, tmp_path, before=before), [[NUMBER]])
    address = int.from_bytes(emulation.outputs, "little") - 7
    assert on.memory.ram.origin <= address <= on.memory.ram.origin + on.memory.ram.size - 700_000


@pytest.mark.slow
@pytest.mark.parametrize(
    ("before", "body", "memory"),
    [
        ("static volatile uint8_t arena[17 << 20];", "    outputs->out[0] = arena[inputs->in[0]];", "RAM"),
        ("static const volatile uint8_t weights[5 << 20] = {1};", "    outputs->out[0] = weights[5];", "flash"),
    ],
)
def test_a_rune_that_the_machine_has_no_room_for_is_refused_before_it_runs(
    before: str, body: str, memory: str, tmp_path: Path
) -> None:
    with pytest.raises(
        MachineTooSmall, match=rf"bytes of {memory}, and the emulated Cortex-M4 has 1?[46],.*cannot be measured"
    ):
        by_hand(body, core("cortex-m4"), tmp_path, before=before)


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("echo 'qemu: -plugin: invalid option' >&2; echo more >&2; exit 1", "qemu: -plugin: invalid option"),
        ("exit 1", "it ended with 1"),
    ],
)
def test_an_emulator_without_plugins_gives_its_reason(
    script: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on = CORES["cortex-m4"]
    emulator, plugin = tmp_path / on.emulator, tmp_path / "plugin"
    emulator.write_text(f"#!/bin/sh\n{script}\n")
    emulator.chmod(0o755)
    plugin.touch()
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr(running, "counter", lambda: plugin)
    interface = interface_of(lower(WORDS, {}, C), "words")
    firmware = LinkedProgram(on, tmp_path / "image", interface, Sizes(0, 0, 0), 0, {f"{interface.prefix}_run": 0})
    with pytest.raises(EmulationError, match=f"does not run the plugin that counts: {reason}$"):
        emulate(firmware, [[NUMBER]])


@pytest.mark.slow
@pytest.mark.parametrize(("name", "is_helped"), [("cortex-m0plus", True), ("rv32imc", True), ("cortex-m4", False)])
def test_flash_counts_the_helpers_that_a_core_without_floats_needs(name: str, is_helped: bool, tmp_path: Path) -> None:
    body = "    float number = inputs->in[0];\n    outputs->out[0] = (uint32_t)(number * 1.5f / (number + 2.5f));"
    firmware = by_hand(body, core(name), tmp_path)
    main_and_start = 1500
    assert firmware.image_flash - main_and_start < firmware.sizes.flash < firmware.image_flash
    assert (firmware.sizes.flash > 1000) is is_helped


def test_a_compiler_that_does_not_end_is_bad_firmware(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rune.devices.emulation.firmware._SECONDS", 0.01)
    with pytest.raises(BadFirmware, match=r"sleep was stopped after 0\.01 s"):
        _run(["sleep", "9"], tmp_path)


def test_a_compiler_that_is_missing_is_named_with_its_package(tmp_path: Path) -> None:
    strange = replace(CORES["cortex-m4"], tools="no-such-")
    with pytest.raises(MissingProgram, match="no-such-gcc is missing; Debian's package gcc-arm-none-eabi has it"):
        by_hand("", strange, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "of_a_round"),
    [("cortex-m4", 3), ("cortex-m0plus", 3), ("rv32imc", 2)]
    + [pytest.param(name, 3, marks=pytest.mark.proof) for name in ("cortex-m7", "cortex-m55")],
)
def test_a_loop_of_known_length_is_counted_to_the_instruction(name: str, of_a_round: int, tmp_path: Path) -> None:
    firmware = by_hand(LOOP, core(name), tmp_path)
    rounds = (1, 1001, 70_001)
    emulation = emulate(firmware, [[number.to_bytes(4, "little")] for number in rounds])
    assert emulation.outputs == bytes(4 * len(rounds))
    once = emulation.instructions[0] - of_a_round
    assert [count - once for count in emulation.instructions] == [of_a_round * number for number in rounds]


@pytest.mark.slow
def test_what_a_watched_function_does_is_counted_under_its_name(tmp_path: Path) -> None:
    before = "__attribute__((noinline)) static void watched(void) { for (volatile int i = 0; i < 100; i++) {} }"
    firmware = by_hand("    watched(); outputs->out[0] = inputs->in[0];", core("cortex-m4"), tmp_path, before=before)
    (whole,) = emulate(firmware, [[NUMBER]]).runs
    (parts,) = emulate(firmware, [[NUMBER]], watch=["watched"]).runs
    assert sum(parts.values()) == sum(whole.values())
    assert parts["watched"] > 400 > 20 > parts["rune_words_run"]


@pytest.mark.slow
def test_the_stack_is_as_deep_as_its_deepest_function(tmp_path: Path) -> None:
    body = "    fill(); outputs->out[0] = inputs->in[0];"
    (tmp_path / "deep").mkdir()
    (tmp_path / "flat").mkdir()
    deep = emulate(by_hand(body, core("cortex-m4"), tmp_path / "deep", before=DEEP), [[NUMBER]])
    flat = emulate(by_hand("    outputs->out[0] = 1;", core("cortex-m4"), tmp_path / "flat"), [[NUMBER]])
    assert deep.outputs == NUMBER
    assert flat.stack < 100 < 1000 <= deep.stack < 1100


def test_threads_that_emulate_at_once_share_one_plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of a thread that came second would be removed while the plugin is copied from it."""
    folders: list[TemporaryDirectory[str]] = []
    others_came = Event()

    @cache
    def compiled() -> TemporaryDirectory[str]:
        others_came.wait(0.2)  # nobody sets it: the others have time to come in too
        folders.append(TemporaryDirectory(dir=tmp_path))
        return folders[-1]

    monkeypatch.setattr(running, "_counter_folder", compiled)
    with ThreadPoolExecutor(4) as threads:
        plugins = set(threads.map(lambda _: counter(), range(4)))
    assert plugins == {Path(folders[0].name) / "counter.so"}
    assert len(folders) == 1
    folders[0].cleanup()
