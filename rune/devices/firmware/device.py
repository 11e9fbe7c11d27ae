"""A board at the other end of a line: it is asked one thing at a time, and answers or is given up."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final, Protocol

from rune.devices.firmware.answers import BoardProblem, BoardRun, read_hello, read_problem, read_run
from rune.devices.firmware.errors import BoardError
from rune.devices.firmware.frames import ANSWERS, ERROR, Frame, FrameKind, FrameReader, encode_frame
from rune.devices.firmware.protocol import PROTOCOL, HelloJson
from rune.wording import printable

BITS_A_SECOND: Final = 921_600
TIMEOUT: Final = 10.0
"""Seconds for one answer: longer than any run that is worth waiting for."""
_ATTEMPTS: Final = 3
_SILENT = "The board does not answer; does it run this firmware, and is the line on its pins GP0 and GP1?"
_FOREIGN = "The board answers in another protocol; check that it runs this firmware, at 921600 bits a second"
_LOST = (
    "The answer to a run was damaged, so the state of the rune on the board is unknown; check the cable and its "
    "ground, and start again from the first input"
)
_NOISY = "The connection is unreliable: bytes were damaged three times in a row; check the cable and its ground"
_WRONG_CHECKSUM, _WRONG_LENGTH, _WRONG_VERSION, _INCOMPLETE = 1, 2, 3, 5
_RUNE_FAILED, _FIRMWARE_FAULTED, _STACK_OVERFLOW = 6, 7, 8


class DeviceLine(Protocol):
    """Bytes to a board and back. Both raise `BoardError` where the line is cut."""

    def write(self, data: bytes) -> None: ...

    def read(self, seconds: float) -> bytes:
        """Returns the received bytes; empty if none arrive in that time."""
        ...


class BoardClient:
    """Each of the methods raises `BoardError`."""

    def __init__(self, line: DeviceLine, timeout: float | None = None) -> None:
        """Asks who is there."""
        self._line = line
        self._timeout = TIMEOUT if timeout is None else timeout
        self._reader = FrameReader()
        self._number = 0
        self._steps: Sequence[str] = ()
        self.hello: HelloJson = read_hello(self._ask(FrameKind.HELLO))
        self._steps = self.hello["steps"]

    def run(self, inputs: bytes) -> BoardRun:
        """One run on the bytes of all inputs, one after another."""
        return read_run(self._ask(FrameKind.RUN, inputs), self.hello)

    def reset(self) -> None:
        """Forgets what earlier runs left behind."""
        self._ask(FrameKind.RESET)

    def _ask(self, kind: FrameKind, payload: bytes = b"") -> bytes:
        """The payload of the answer. A request whose answer is damaged is sent again, except for a run: the board may
        have run the rune, and a second run would start from another state."""
        was_damaged = False
        for _ in range(_ATTEMPTS):
            noise, damaged_frames = self._reader.noise, self._reader.damaged_frames
            frame = self._exchange(kind, payload)
            if frame is None:
                was_damaged = was_damaged or self._reader.damaged_frames > damaged_frames
                if not was_damaged:
                    raise BoardError(_FOREIGN if self._reader.noise > noise else _SILENT)
                if kind is FrameKind.RUN:
                    raise BoardError(_LOST)
                continue
            if frame.version != PROTOCOL:
                raise BoardError(
                    f"The board speaks version {frame.version} of the protocol, and this command {PROTOCOL}"
                )
            if frame.kind == kind | ANSWERS:
                return frame.payload
            if frame.kind != ERROR:
                raise BoardError("The board answers something else than it was asked")
            problem = read_problem(frame.payload)
            if problem.code not in (_WRONG_CHECKSUM, _INCOMPLETE):
                raise BoardError(self._message_of(problem))
            was_damaged = True
        raise BoardError(_NOISY)

    def _exchange(self, kind: FrameKind, payload: bytes) -> Frame | None:
        """The answer; None where none came in time."""
        self._number = self._number % 0xFFFF + 1
        self._line.write(encode_frame(kind, self._number, payload))
        end = time.monotonic() + self._timeout
        while (remaining := end - time.monotonic()) > 0:
            for frame in self._reader.push(self._line.read(remaining)):
                # An error that belongs to no request, and is no answer to an older one, has the number 0.
                if frame.number == self._number or (frame.number == 0 and frame.kind == ERROR):
                    return frame
        self._reader.abandon()
        return None

    def _message_of(self, problem: BoardProblem) -> str:
        where = f" in the step “{printable(self._steps[problem.step])}”" if problem.step < len(self._steps) else ""
        again = "unplug the board and plug it in again"
        plain = {
            _WRONG_VERSION: _speaks(problem.detail),
            _WRONG_LENGTH: f"The board's rune takes {problem.detail} bytes of input: it is another rune",
            _RUNE_FAILED: f"The rune gave up{where}" + (f": {printable(problem.text)}" if problem.text else ""),
            _FIRMWARE_FAULTED: f"The firmware faulted at {problem.detail:#x}{where}; {again}",
            _STACK_OVERFLOW: f"The stack outgrew its memory{where}; {again}",
        }
        return plain.get(problem.code, f"The board refuses the request (code {problem.code})")


def _speaks(version: int) -> str:
    return f"The board speaks version {version} of the protocol, and this command {PROTOCOL}"
