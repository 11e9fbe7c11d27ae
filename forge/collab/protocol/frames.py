"""The y-websocket protocol's frames, and one of our own: bytes to values and back. Knows no socket and no document.

Frames are those of y-protocols (https://github.com/yjs/y-protocols/blob/master/PROTOCOL.md): a kind, then for a sync
frame a step and its payload, for an awareness frame a list of clients with clock and state. Ours says how many frames
with updates a client has heard; a client that does not know it leaves it out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from forge.collab.protocol.updates import BadUpdate, UpdateFacts, read_update
from forge.core.studio_limits import MAX_UPDATE_BYTES

AWARENESS_LIMIT = 64 * 1024
"""Bytes of one awareness frame."""
STATE_LIMIT = 8 * 1024
"""Characters of one client's awareness state."""
CLIENTS_LIMIT = 256
"""Clients in one awareness frame."""
STATE_DEPTH = 32
"""Lists and objects inside each other in one client's awareness state; the studio writes four."""
_BROWSER_INTEGER = 2**53 - 1
"""The largest number that a browser reads in a frame."""

_SYNC, _AWARENESS, _AUTH, _QUERY_AWARENESS = range(4)
_RECEIVED_FRAMES = 40
"""Far from the kinds that y-protocols may still give a meaning to."""
_STEP_1, _STEP_2, _UPDATE = range(3)

EMPTY_UPDATE = b"\x00\x00"
"""An update that changes nothing; clients send it when they have nothing new."""


class MalformedFrame(Exception):
    """Bytes that are no frame of the protocol."""


class FrameTooLarge(Exception):
    """A frame above its limit; the message is for the client's developer."""


class AnswerTooLarge(FrameTooLarge):
    """A step 2 above the limit: less can be asked for."""


@dataclass(frozen=True)
class SyncStep1:
    """The sender's state vector. The answer has the updates that it lacks."""

    state_vector: bytes


@dataclass(frozen=True)
class Update:
    """A change, or, when it is an answer, all that the other side lacked."""

    update: bytes
    facts: UpdateFacts = field(compare=False)
    is_answer: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class ClientState:
    """The state of a client as JSON text; `null` means that it left. A higher clock is newer."""

    client: int
    clock: int
    state: str


@dataclass(frozen=True)
class Awareness:
    """The clients that are present; empty where the frame was above a limit.

    A client repeats to the server what it hears of others. A limit that one of them passes must not close its socket.
    """

    clients: tuple[ClientState, ...]


@dataclass(frozen=True)
class QueryAwareness:
    """Asks who is there."""


@dataclass(frozen=True)
class ReceivedFrames:
    """Frames with updates that the client had heard before what it sends next: all with step 2 or an update."""

    frames: int


@dataclass(frozen=True)
class IgnoredFrame:
    """A frame that only servers send."""


Frame = SyncStep1 | Update | Awareness | QueryAwareness | ReceivedFrames | IgnoredFrame


class _FrameReader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def number(self) -> int:
        value = shift = 0
        while True:
            if self._at >= len(self._data) or shift > 56:
                raise MalformedFrame("a number is cut short or too long")
            byte = self._data[self._at]
            self._at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def bytes(self) -> bytes:
        length = self.number()
        if length > len(self._data) - self._at:
            raise MalformedFrame("a payload is cut short")
        start, self._at = self._at, self._at + length
        return self._data[start : self._at]

    def end(self) -> None:
        if self._at != len(self._data):
            raise MalformedFrame("bytes are left over")


def read_frame(data: bytes) -> Frame:
    """The frame in a message. Raises `MalformedFrame` and `FrameTooLarge`."""
    reader = _FrameReader(data)
    kind = reader.number()
    if kind == _SYNC:
        frame = _read_sync(reader)
    elif kind == _AWARENESS:
        payload = reader.bytes()
        frame = Awareness(_read_clients(payload) if len(data) <= AWARENESS_LIMIT else ())
    elif kind == _QUERY_AWARENESS:
        frame = QueryAwareness()
    elif kind == _RECEIVED_FRAMES:
        frame = ReceivedFrames(reader.number())
    elif kind == _AUTH:
        return IgnoredFrame()
    else:
        raise MalformedFrame(f"there is no frame of kind {kind}")
    reader.end()
    return frame


def _read_sync(reader: _FrameReader) -> Frame:
    step = reader.number()
    payload = reader.bytes()
    if len(payload) > MAX_UPDATE_BYTES:
        error = AnswerTooLarge if step == _STEP_2 else FrameTooLarge
        raise error(f"an update has at most {MAX_UPDATE_BYTES} bytes; this one has {len(payload)}")
    if step == _STEP_1:
        return SyncStep1(payload)
    if step in (_STEP_2, _UPDATE):
        try:
            return Update(payload, read_update(payload), is_answer=step == _STEP_2)
        except BadUpdate as error:
            raise MalformedFrame(str(error)) from error
    raise MalformedFrame(f"there is no sync step {step}")


def _read_clients(payload: bytes) -> tuple[ClientState, ...]:
    reader = _FrameReader(payload)
    count = reader.number()
    if count > CLIENTS_LIMIT:
        return ()
    states = []
    for _ in range(count):
        client, clock = reader.number(), reader.number()
        if max(client, clock) > _BROWSER_INTEGER:
            raise MalformedFrame("a client or its clock is too large a number")
        states.append(ClientState(client, clock, _read_state(reader.bytes())))
    reader.end()
    return tuple(states) if all(len(entry.state) <= STATE_LIMIT for entry in states) else ()


def _read_state(payload: bytes) -> str:
    """A client's state, as text that can be written to the others and that their browsers can read.

    What JSON of Python reads and no browser does (half of a surrogate pair, a number without end) is refused here: the
    state is in all frames that say who is there, and would break each of them.
    """
    try:
        state = payload.decode("utf-8")
        value = json.loads(state)
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise MalformedFrame("an awareness state is not JSON") from error
    if not _nests_little(value):
        raise MalformedFrame(f"an awareness state nests more than {STATE_DEPTH} deep")
    return state


def _nests_little(value: object) -> bool:
    level = [value]
    for _ in range(STATE_DEPTH + 1):
        containers = [each for each in level if isinstance(each, list | dict)]
        if not containers:
            return True
        level = [inner for each in containers for inner in (each.values() if isinstance(each, dict) else each)]
    return False


def step_1_frame(state_vector: bytes) -> bytes:
    """Asks the other side for what we lack."""
    return bytes((_SYNC, _STEP_1)) + _with_length(state_vector)


def step_2_frame(update: bytes) -> bytes:
    """Answers a `SyncStep1`."""
    return bytes((_SYNC, _STEP_2)) + _with_length(update)


def update_frame(update: bytes) -> bytes:
    """Tells of a change."""
    return bytes((_SYNC, _UPDATE)) + _with_length(update)


def received_frame(frames: int) -> bytes:
    """Says how many frames with updates were heard."""
    return bytes((_RECEIVED_FRAMES,)) + _number(frames)


def awareness_frame(clients: Iterable[ClientState]) -> bytes:
    """Tells who is there."""
    client_states = tuple(clients)
    entries = b"".join(
        _number(entry.client) + _number(entry.clock) + _with_length(entry.state.encode("utf-8"))
        for entry in client_states
    )
    return bytes((_AWARENESS,)) + _with_length(_number(len(client_states)) + entries)


def _number(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _with_length(payload: bytes) -> bytes:
    return _number(len(payload)) + payload
