"""A board's outputs against those of the rune here, without a board."""

from __future__ import annotations

import struct
from types import SimpleNamespace
from typing import Any, cast

import pytest

from rune.abi import OutputKind
from rune.devices.firmware.answers import BoardOutput, BoardRun
from rune.devices.firmware.device import BoardClient
from rune.devices.firmware.errors import BoardError
from rune.digests import digest_of
from rune.running.runtime import LoadedRune
from rune.running.runtime.messages import read_message
from rune.tools.cli.running.on_board import ConnectedBoard

RUNE = b"a rune"


def board(*answers: float) -> ConnectedBoard:
    """A board that answers each run with these two numbers."""
    port = {"name": "o", "capability": "", "type": "f32[2]", "bytes": 8, "texts": 0, "optional": False, "sizes": 0}
    output = BoardOutput(None, (struct.pack("<2f", *answers),))
    device = SimpleNamespace(
        hello={"digest": digest_of(RUNE), "rune": "a", "inputs": [], "outputs": [port], "clock_hz": 10**6},
        reset=lambda: None,
        run=lambda data: BoardRun(5, 1, (), (output,)),
    )
    return ConnectedBoard(cast(BoardClient, device), RUNE, cast(LoadedRune, SimpleNamespace(capabilities=())))


def serial(elements: str) -> Any:
    text = f'{{"type_name": "f32", "dimensions": [2], "elements": [{elements}]}}'
    return read_message(1, OutputKind.SERIAL, text.encode())


@pytest.mark.parametrize("answer", [float("inf"), float("-inf"), float("nan")])
def test_null_of_a_serial_output_is_any_number_that_is_not_finite(answer: float) -> None:
    device = board(answer, 0.5)
    assert device.run({}, (serial("null, 0.5"),)).is_same
    device.require_same()
    assert not device.run({}, (serial("1, 0.5"),)).is_same
    assert not device.run({}, (serial("null, null"),)).is_same
    with pytest.raises(BoardError, match="in 2 of 3 runs, first in run 2"):
        device.require_same()


def test_a_tensor_output_tells_infinities_apart() -> None:
    def tensor(first: float) -> Any:
        return read_message(1, OutputKind.TENSOR, struct.pack("<I6s2f", 6, b"f32[2]", first, 0.5))

    device = board(float("inf"), 0.5)
    assert device.run({}, (tensor(float("inf")),)).is_same
    assert not device.run({}, (tensor(float("-inf")),)).is_same
