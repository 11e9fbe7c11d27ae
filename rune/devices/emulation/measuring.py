"""The needs of a built rune on a target: measured on its emulated core, or planned."""

from __future__ import annotations

import hashlib
import struct
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from rune.capabilities.sound import SOUND
from rune.compiler.anvil.program import CapabilityRequest
from rune.compiler.building.report import BuildResult
from rune.compiler.targets.c.interface import Interface, interface_of
from rune.compiler.targets.lookup import find_target
from rune.devices.boards.fit import Needs
from rune.devices.emulation.cores import EmulatedCore, core_of
from rune.devices.emulation.errors import EmulationError
from rune.devices.emulation.firmware import build_firmware
from rune.devices.emulation.running import SECONDS, emulate
from rune.devices.emulation.stages import IN_FUNCTIONS, instructions_by_stage
from rune.tensor import ElementType, TensorType

RUNS: Final = 3
"""The least number of runs. The first one fills what is kept between runs, so the others count; a stream must fill
its windows."""


def measured_needs(build: BuildResult, name: str, seconds: float = SECONDS, optimization: str = "-O2") -> Needs:
    """Runs it on noise, and takes the longest run after the first. Other inputs may need a few instructions more. An
    emulator that has not ended after `seconds` is stopped. `optimization` is the flag for gcc.

    Raises `ValueError` for a target without an emulated core, and `rune.devices.emulation.errors.EmulationError`.
    """
    interface = interface_of(build.program, name)
    core = _core(build)
    with tempfile.TemporaryDirectory(prefix="measured-") as folder:
        firmware = build_firmware(core, build.files, interface, Path(folder), (optimization,))
        result = emulate(firmware, _frames(build, interface), seconds=seconds)
    ram = firmware.sizes.static_ram + result.stack
    # A rune without an input runs once.
    return Needs(
        core.name, firmware.sizes.flash, ram + _buffers(interface), max(result.instructions[1:] or result.instructions)
    )


def measured_stages(
    build: BuildResult, name: str, seconds: float = SECONDS, optimization: str = "-O2"
) -> Mapping[str, int]:
    """The instructions of each stage, and of what a run does beside them, in the longest run after the first. Stages
    are functions of their own here, which takes a few instructions more than `measured_needs` says. Raises as it does.
    """
    interface = interface_of(build.program, name)
    with tempfile.TemporaryDirectory(prefix="measured-") as folder:
        firmware = build_firmware(_core(build), build.files, interface, Path(folder), (optimization, *IN_FUNCTIONS))
        runs = instructions_by_stage(firmware, build.program, _frames(build, interface), seconds)
    return max(runs[1:] or runs, key=lambda run: sum(run.values()))


def measured_or_planned(
    build: BuildResult, name: str, seconds: float = SECONDS, optimization: str = "-O2"
) -> tuple[Needs, str | None]:
    """Returns the needs, and the reason why they were planned; None where they were measured."""
    if core_of(build.report.target) is None:
        return planned_needs(build, name), "no emulator counts the instructions of these cores"
    try:
        return measured_needs(build, name, seconds, optimization), None
    except EmulationError as error:
        return planned_needs(build, name), str(error).partition("\n")[0]


def _core(build: BuildResult) -> EmulatedCore:
    core = core_of(build.report.target)
    if core is None:
        raise ValueError(f"no core of {build.report.target} is emulated")
    return core


def period_of(requests: Sequence[CapabilityRequest]) -> float | None:
    """Returns how long one frame of sound lasts, in milliseconds: the shortest, where there are several."""
    lengths = [
        1000 * request.type.count / dict(request.parameters)["hz"] for request in requests if request.kind is SOUND
    ]
    return min(lengths, default=None)


def planned_needs(build: BuildResult, name: str) -> Needs:
    """The least that it needs, by the plan of its memory."""
    memory = build.report.memory
    return Needs(
        find_target(build.report.target).package_of or build.report.target,
        memory.constants,
        memory.arena + _buffers(interface_of(build.program, name)),
    )


def _buffers(interface: Interface) -> int:
    """Bytes that the program around the rune holds: a frame of each input, and the outputs."""
    return sum(field.type.size for field in (*interface.inputs, *interface.outputs))


def _frames(build: BuildResult, interface: Interface) -> list[list[bytes]]:
    """The inputs of each run that is measured."""
    return [
        [_noise(field.type, f"{run} {field.name}") for field in interface.inputs]
        for run in range(max(RUNS, build.program.whole_runs))
    ]


def _noise(kind: TensorType, seed: str) -> bytes:
    """Integers over their whole range, and floats between -1 and 1; the same for the same seed."""
    if not kind.element.is_float:
        return hashlib.shake_256(seed.encode()).digest(kind.size)
    halves = struct.unpack(f"<{kind.count}h", hashlib.shake_256(seed.encode()).digest(2 * kind.count))
    letter = "f" if kind.element is ElementType.F32 else "d"
    return struct.pack(f"<{kind.count}{letter}", *(half / 32_768 for half in halves))
