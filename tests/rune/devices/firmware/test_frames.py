"""The terminal's side of the serial protocol: frames in noise, answers that are none, and what a board may refuse."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Sequence

import pytest

from rune.devices.firmware.answers import BoardOutput, read_hello, read_problem, read_run
from rune.devices.firmware.device import BoardClient
from rune.devices.firmware.errors import BoardError
from rune.devices.firmware.frames import Frame, FrameKind, FrameReader, encode_frame
from rune.devices.firmware.protocol import HelloJson
from tests.support.cases import each_case

PORT = {"name": "scores", "capability": "", "type": "u8[1, 3]", "bytes": 3, "texts": 0, "optional": True, "sizes": 0}
WORDS = {"name": "words", "capability": "", "type": "utf8[4]", "bytes": 0, "texts": 4, "optional": False, "sizes": 1}
FIELDS = {
    "protocol": 1,
    "rune": "sine",
    "digest": "sha256:00",
    "board": "raspberry-pi-pico",
    "clock_hz": 125_000_000,
    "inputs": [],
    "outputs": [PORT, WORDS],
    "steps": ["read", "layer"],
}
HELLO: HelloJson = read_hello(json.dumps(FIELDS).encode())
ANSWER = encode_frame(0x82, 7, b"four")


def test_a_frame_is_found_in_noise_and_in_pieces() -> None:
    reader = FrameReader()
    line = b"\x00RU~boot\r\nR" + ANSWER + b"RURU" + encode_frame(0xFF, 8) + b"R"
    frames = [frame for byte in line for frame in reader.push(bytes([byte]))]
    assert frames == [Frame(1, 0x82, 7, b"four"), Frame(1, 0xFF, 8, b"")]
    assert (reader.noise, reader.damaged_frames) == (len(b"\x00RU~boot\r\nR") + 4, 0)
    assert list(reader.push(ANSWER[1:])) == [Frame(1, 0x82, 7, b"four")]


@each_case("place", range(2, len(ANSWER)))
def test_a_frame_with_any_byte_changed_is_none(place: int) -> None:
    reader = FrameReader()
    changed = ANSWER[:place] + bytes([ANSWER[place] ^ 0x10]) + ANSWER[place + 1 :]
    assert list(reader.push(changed)) == []
    reader.abandon()
    assert list(reader.push(ANSWER)) == [Frame(1, 0x82, 7, b"four")]


@pytest.mark.protects("browser/serial-port")
@each_case(
    "change",
    [
        {"digest": 5},
        {"clock_hz": 0},
        {"clock_hz": True},
        {"steps": [1]},
        {"outputs": [{**PORT, "bytes": -1}]},
        {"outputs": [{**PORT, "type": "f16[1]"}]},
        {"inputs": {}},
    ],
)
def test_a_description_that_lacks_something_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(BoardError, match="is incomplete"):
        read_hello(json.dumps({**FIELDS, **change}).encode())


def test_a_description_that_is_no_json_is_refused() -> None:
    for payload in (b"{", b"\xff", b"[" * 100_000):
        with pytest.raises(BoardError, match="cannot be read"):
            read_hello(payload)


def words(*numbers: int) -> bytes:
    return struct.pack(f"<{len(numbers)}I", *numbers)


def test_a_result_has_what_the_run_sent_and_nothing_else() -> None:
    head = words(9, 1, 64, 4, 5)
    texts = words(2, 2) + b"up" + words(0)
    ran = read_run(head + words(0) + texts, HELLO)
    assert (ran.cycles, ran.stack, ran.steps) == (9 + (1 << 32), 64, (4, 5))
    assert ran.outputs == (None, BoardOutput((2,), (b"up", b"")))
    assert read_run(head + words(1) + b"abc" + texts, HELLO).outputs[0] == BoardOutput(None, (b"abc",))
    for payload, reason in (
        (head + words(1) + b"abc" + texts[:-1], "too short"),
        (head + words(0) + texts + b"?", "too long"),
        (head + words(0) + words(5), "too many texts"),
    ):
        with pytest.raises(BoardError, match=reason):
            read_run(payload, HELLO)
    with pytest.raises(BoardError, match="too short"):
        read_problem(words(1, 2))


class FramePeer:
    """A line whose other end answers by the given function, which gets the request's number."""

    def __init__(self, answers: Sequence[Callable[[int], bytes]]) -> None:
        self._answers = iter(answers)
        self._sent = b""

    def write(self, data: bytes) -> None:
        self._sent = next(self._answers)(int.from_bytes(data[4:6], "little"))

    def read(self, seconds: float) -> bytes:
        data, self._sent = self._sent[:3], self._sent[3:]
        return data


def hello(number: int) -> bytes:
    return encode_frame(0x80 | FrameKind.HELLO, number, json.dumps(FIELDS).encode())


def problem(code: int, detail: int = 0, step: int = 0xFFFFFFFE, text: bytes = b"") -> Callable[[int], bytes]:
    return lambda number: encode_frame(0xFF, number, words(code, detail, step) + text)


def spoilt(number: int) -> bytes:
    return hello(number)[:-1] + b"!"


@each_case(
    ("answer", "reason"),
    [
        (problem(7, 0x20000010, 1), "faulted at 0x20000010 in the step “layer”"),
        (problem(8, 9, 0), "The stack outgrew its memory in the step “read”"),
        (problem(6, 4, 1, b"no word"), "The rune gave up in the step “layer”: no word"),
        (problem(2, 12), "takes 12 bytes of input"),
        (problem(3, 2), "version 2 of the protocol"),
        (problem(99), r"refuses the request \(code 99\)"),
        (lambda _: encode_frame(0xFF, 0, words(7, 16, 1)), "faulted at 0x10"),
        (lambda number: encode_frame(0x80 | FrameKind.RESET, number), "something else than it was asked"),
    ],
)
def test_what_a_board_refuses_is_said(answer: Callable[[int], bytes], reason: str) -> None:
    device = BoardClient(FramePeer([hello, answer]))
    with pytest.raises(BoardError, match=reason):
        device.run(b"")


def test_what_came_damaged_is_asked_again_and_an_older_answer_is_passed_over() -> None:
    again = [spoilt, problem(1), lambda number: hello(number - 1) + hello(number)]
    assert BoardClient(FramePeer(again), timeout=0.05).hello == HELLO
    with pytest.raises(BoardError, match="The connection is unreliable"):
        BoardClient(FramePeer([spoilt] * 3), timeout=0.05)


@pytest.mark.parametrize("before", [[], [problem(1)]])
def test_a_run_whose_answer_came_damaged_is_not_made_twice(before: list[Callable[[int], bytes]]) -> None:
    """The board has gone on in its state."""
    device = BoardClient(FramePeer([hello, *before, spoilt]), timeout=0.05)
    with pytest.raises(BoardError, match="start again from the first input"):
        device.run(b"")


def test_a_run_that_the_board_refused_as_damaged_is_asked_again() -> None:
    device = BoardClient(FramePeer([hello, problem(1), problem(5), problem(6, 4, 1)]), timeout=0.05)
    with pytest.raises(BoardError, match="The rune gave up"):
        device.run(b"")
