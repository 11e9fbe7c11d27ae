"""Running firmware on its emulated core: what it writes, its instructions, and how deep its stack was."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from rune.devices.emulation.cores import EmulatedCore
from rune.devices.emulation.errors import (
    BadFirmware,
    EmulationError,
    FirmwareFaulted,
    FirmwareHangs,
    FirmwareStalled,
    RuneFailed,
)
from rune.devices.emulation.firmware import LinkedProgram, program

BUDGET: Final = 4_000_000_000
"""Instructions after which firmware is stopped."""
SECONDS: Final = 300
"""The seconds after which a run is stopped too: a core that sleeps executes nothing."""
_COUNTER: Final = Path(__file__).parent / "counter" / "counter.c"
_TRANSLATED_CODE_MEGABYTES: Final = 64
"""Megabytes for translated code: by default QEMU takes a gigabyte, and a machine may have only two."""
_FAULT_STATUS: Final = 2
_STATUS: Final = 16


@dataclass(frozen=True)
class EmulatedRuns:
    """`outputs` are the bytes of all outputs, run by run. `runs` has for each run the instructions by function: those
    of the watched ones, and what the run did outside of them under its own name. `stack` in bytes, at its deepest."""

    outputs: bytes
    runs: tuple[Mapping[str, int], ...]
    stack: int

    @property
    def instructions(self) -> tuple[int, ...]:
        """Returns the instructions of each run."""
        return tuple(sum(run.values()) for run in self.runs)


def emulate(
    firmware: LinkedProgram,
    frames: Iterable[Sequence[bytes]],
    watch: Sequence[str] = (),
    budget: int = BUDGET,
    seconds: float = SECONDS,
) -> EmulatedRuns:
    """Runs on each frame: the bytes of all inputs. Instructions are counted from the entry of `<prefix>_run` to its
    return; those below a function of `watch` are counted under its name.

    Raises `FirmwareHangs`, `FirmwareStalled`, `FirmwareFaulted`, `RuneFailed`, `MissingProgram`, and `EmulationError`
    where the emulator does not count.
    """
    names = (f"{firmware.interface.prefix}_run", *watch)
    with tempfile.TemporaryDirectory(prefix="emulated-") as folder_name:
        folder = Path(folder_name)
        shutil.copyfile(counter(), folder / "counter.so")
        (folder / "frames.bin").write_bytes(b"".join(data for frame in frames for data in frame))
        watch_options = [f"watch={firmware.symbols[name]:x}" for name in names]
        plugin = ",".join(["./counter.so", "out=counts", f"budget={budget}", *watch_options])
        core = firmware.core
        command = [
            *(program(core.emulator, core.emulator_package), *core.machine, "-nographic", "-monitor", "none"),
            *("-serial", "none", "-semihosting-config", "enable=on,target=native", "-kernel", str(firmware.path)),
            *("-accel", f"tcg,tb-size={_TRANSLATED_CODE_MEGABYTES}", "-plugin", plugin),
        ]
        try:
            process = subprocess.run(
                command,
                cwd=folder,
                capture_output=True,
                text=True,
                timeout=seconds,
                check=False,
                stdin=subprocess.DEVNULL,
            )
        except subprocess.TimeoutExpired as error:
            raise FirmwareStalled(seconds) from error
        file = folder / "counts"
        if not file.exists():
            reason, *_ = process.stderr.strip().splitlines() or [f"it ended with {process.returncode}"]
            raise EmulationError(f"{core.emulator} does not run the plugin that counts: {reason}")
        counts = [line.split() for line in file.read_text("ascii").splitlines()]
        _raise_for(firmware, folder, process, counts, budget)
        return EmulatedRuns(
            (folder / "outputs.bin").read_bytes(),
            tuple(dict(zip(names, map(int, numbers), strict=True)) for word, *numbers in counts if word == "run"),
            int.from_bytes((folder / "stack.bin").read_bytes(), "little"),
        )


def _raise_for(
    firmware: LinkedProgram,
    folder: Path,
    process: subprocess.CompletedProcess[str],
    counts: Sequence[Sequence[str]],
    budget: int,
) -> None:
    """Raises what is wrong with a run that ended."""
    for word, number, *_ in counts:
        if word == "hangs":
            raise FirmwareHangs(budget, int(number), firmware.place(int(number)))
        if word == "deep":
            raise EmulationError(f"watched functions call each other too deeply, at {firmware.place(int(number))}")
    if process.returncode == _FAULT_STATUS and (folder / "fault.bin").exists():
        address = int.from_bytes((folder / "fault.bin").read_bytes(), "little")
        raise FirmwareFaulted(address, firmware.place(address))
    if process.returncode >= _STATUS:
        raise RuneFailed(process.returncode - _STATUS)
    if process.returncode:
        raise EmulationError(f"{firmware.core.emulator} ended with {process.returncode}: {process.stderr[-2000:]}")


def missing_package(core: EmulatedCore) -> str | None:
    """Debian's package that measuring on this core needs and that is not here; None where all are."""
    programs = ((core.emulator, core.emulator_package), (f"{core.tools}gcc", core.package), ("gcc", "gcc"))
    return next((package for name, package in programs if shutil.which(name) is None), None)


def counter() -> Path:
    """The plugin that counts. Raises `MissingProgram`, `BadFirmware`."""
    with _COMPILING:
        return Path(_counter_folder().name) / "counter.so"


_COMPILING = threading.Lock()
"""Threads that emulate at once share one plugin: a second folder would be removed while it is copied."""


@cache
def _counter_folder() -> tempfile.TemporaryDirectory[str]:
    """The plugin is compiled once in a process, which removes it at its end."""
    folder = tempfile.TemporaryDirectory(prefix="counter-")
    command = [program("gcc", "gcc"), "-O2", "-shared", "-fPIC", str(_COUNTER), "-o", f"{folder.name}/counter.so"]
    process = subprocess.run(command, capture_output=True, text=True, check=False)
    if process.returncode:
        raise BadFirmware(process.stderr)
    return folder
