"""The machines that infer for MLPerf Tiny's runner: this one, an emulated core, and a board at a serial port."""

from __future__ import annotations

import tempfile
from pathlib import Path

from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.compiler.building.report import BuildResult
from rune.compiler.targets.c.interface import interface_of
from rune.compiler.targets.lookup import find_target
from rune.devices.boards.board import Board
from rune.devices.emulation.around_model import project_around
from rune.devices.emulation.cores import core_of
from rune.devices.emulation.errors import EmulationError
from rune.devices.emulation.firmware import build_firmware
from rune.devices.emulation.running import emulate
from rune.devices.firmware.device import BoardClient
from rune.devices.firmware.errors import BoardError
from rune.running.runtime import LoadedRune, Runtime
from rune.running.runtime.errors import RuneError
from rune.running.runtime.messages import sent_pieces
from rune.tools.mlperf.protocol import InferenceFailed, MachineRun

NAME = "benchmark"
"""The name of the rune around the model."""


def built_for(model: bytes, target: str | None = None) -> BuildResult:
    """The smallest rune around a model. Raises `BuildFailed`, `CompileError` and `ModelError`."""
    options = BuildOptions(NAME) if target is None else BuildOptions(NAME, target=find_target(target))
    return build(project_around(model), options)


class ThisMachine:
    """The rune in the runtime of the command, whose time is that of the rune alone."""

    def __init__(self, model: bytes) -> None:
        """Raises what `built_for` raises."""
        build = built_for(model)
        self._rune: LoadedRune = Runtime().load(build.rune)
        self.input_size = sum(request.type.size for request in build.program.capabilities)
        """Bytes that the model reads."""

    @property
    def title(self) -> str:
        return "this machine"

    def run(self, data: bytes, times: int) -> MachineRun:
        sources = {request.id: data for request in self._rune.capabilities}
        milliseconds = 0.0
        try:
            for _ in range(times):
                messages = self._rune.call(sources)
                milliseconds += self._rune.milliseconds
        except RuneError as error:
            raise InferenceFailed(str(error)) from error
        return MachineRun(
            b"".join(piece for message in messages for piece in sent_pieces(message)), 1000 * milliseconds
        )


class EmulatedBoard:
    """The emulated core of a board. Its time is the instructions of a run at the board's clock, one a cycle: what a
    core takes beyond that is not known. A run of the same input executes the same instructions, so one run is counted,
    after one that fills what is kept between runs."""

    def __init__(self, model: bytes, board: Board) -> None:
        """Raises what `built_for` raises, and `InferenceFailed` for a board whose core is not emulated."""
        core = core_of(board.target)
        if core is None:
            raise InferenceFailed(f"No core of {board.name} is emulated")
        self._board = board
        self._build_result = built_for(model, board.target)
        self._folder = tempfile.TemporaryDirectory(prefix="mlperf-")
        try:
            self._firmware = build_firmware(
                core, self._build_result.files, interface_of(self._build_result.program, NAME), Path(self._folder.name)
            )
        except EmulationError as error:
            raise InferenceFailed(str(error)) from error
        self.instructions = 0
        """The instructions of the last run."""

    @property
    def title(self) -> str:
        return f"the emulated core of {self._board.name}, one instruction a cycle at {self._board.clock_mhz} MHz"

    def run(self, data: bytes, times: int) -> MachineRun:
        try:
            result = emulate(self._firmware, [[data], [data]])
        except EmulationError as error:
            raise InferenceFailed(str(error).partition("\n")[0]) from error
        self.instructions = result.instructions[-1]
        answer = result.outputs[len(result.outputs) // 2 :]
        return MachineRun(answer, times * self.instructions / self._board.clock_mhz)


class SerialBoard:
    """A board with the firmware of the rune around the model, at a line; its time is cycles at its clock."""

    def __init__(self, model: bytes, device: BoardClient) -> None:
        """Raises what `built_for` raises, and `InferenceFailed` for a board whose firmware has other inputs or several
        outputs, or answers otherwise than this machine: its firmware is of another model."""
        self._device = device
        sizes = [port["bytes"] for port in device.hello["inputs"]]
        here = ThisMachine(model)
        if sizes != [here.input_size]:
            raise InferenceFailed(
                f"The board's firmware has inputs of {sizes} bytes, and the model one of {here.input_size}"
            )
        outputs = len(device.hello["outputs"])
        if outputs != 1:
            raise InferenceFailed(f"The board's firmware has {outputs} outputs, and the model one")
        trial = bytes(number % 256 for number in range(here.input_size))
        if self.run(trial, 1).answer != here.run(trial, 1).answer:
            raise InferenceFailed("The board answers otherwise than this machine: its firmware is of another model")

    @property
    def title(self) -> str:
        hello = self._device.hello
        return f"{hello['board']} at {hello['clock_hz'] / 1e6:g} MHz"

    def run(self, data: bytes, times: int) -> MachineRun:
        cycles = 0
        try:
            for _ in range(times):
                result = self._device.run(data)
                cycles += result.cycles
        except BoardError as error:
            raise InferenceFailed(str(error)) from error
        (output,) = result.outputs
        if output is None:
            raise InferenceFailed("The board sent no output")
        return MachineRun(b"".join(output.pieces), 1e6 * cycles / self._device.hello["clock_hz"])
