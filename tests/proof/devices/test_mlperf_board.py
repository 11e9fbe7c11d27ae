"""`rune mlperf --serial`: the emulated Pico with the firmware of a benchmark's model infers for the runner."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from rune.devices.emulation.around_model import project_around
from rune.devices.firmware.device import BoardClient
from rune.tools.cli.running.serial_line import SerialLine
from rune.tools.mlperf.machines import SerialBoard, ThisMachine
from rune.tools.mlperf.protocol import InferenceFailed
from tests.proof.devices.test_serial_port import Chip

pytestmark = pytest.mark.proof


def test_a_board_gives_the_same_bytes_and_its_cycles_are_the_time(test_data: Path, tmp_path: Path) -> None:
    model = (test_data / "models" / "mlperf_ad_int8.tflite").read_bytes()
    chip = Chip("benchmark", tmp_path / "chip", project_around(model))
    here = ThisMachine(model)
    data = bytes(number * 7 % 256 for number in range(640))
    with chip.port() as port, closing(SerialLine(port)) as line:
        board = SerialBoard(model, BoardClient(line))
        assert board.title.endswith(" MHz")
        one, two = board.run(data, 1), board.run(data, 2)
        assert one.answer == two.answer == here.run(data, 1).answer
        assert two.microseconds == pytest.approx(2 * one.microseconds, rel=0.01)
        other = (test_data / "models" / "mlperf_kws_int8.tflite").read_bytes()
        with pytest.raises(InferenceFailed, match="inputs of"):
            SerialBoard(other, BoardClient(line))
