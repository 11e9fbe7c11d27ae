"""The y-websocket frames: any bytes are a frame or a named error, and what we write is what is read."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as some
from pycrdt import Doc, Map, Text

from forge.collab.protocol.frames import (
    AWARENESS_LIMIT,
    STATE_LIMIT,
    Awareness,
    ClientState,
    FrameTooLarge,
    IgnoredFrame,
    MalformedFrame,
    QueryAwareness,
    SyncStep1,
    Update,
    awareness_frame,
    read_frame,
    step_1_frame,
    step_2_frame,
    update_frame,
)
from forge.collab.protocol.updates import read_update
from tests.support.cases import each_case
from tests.support.properties import examples

NUMBERS = some.integers(min_value=0, max_value=2**53 - 1)


def an_update() -> bytes:
    doc: Doc[Map[object]] = Doc()
    doc["files"] = Map({"a": Map({"path": "a.txt", "text": Text("hello")})})
    return doc.get_update()


@pytest.mark.slow
@examples(70)
@given(some.binary(max_size=60))
def test_any_bytes_are_a_frame_or_a_named_error(data: bytes) -> None:
    with contextlib.suppress(MalformedFrame, FrameTooLarge):
        read_frame(data)


@pytest.mark.slow
@examples(70)
@given(some.integers(min_value=0), some.binary(min_size=1, max_size=1), some.sampled_from([0, 1]))
def test_a_frame_with_one_byte_changed_is_a_frame_or_a_named_error(place: int, byte: bytes, kind: int) -> None:
    frame = bytearray(update_frame(an_update()) if kind else awareness_frame([ClientState(1, 2, '{"a":1}')]))
    frame[place % len(frame)] = byte[0]
    with contextlib.suppress(MalformedFrame, FrameTooLarge):
        read_frame(bytes(frame))


@pytest.mark.slow
@examples(25)
@given(some.lists(some.tuples(NUMBERS, NUMBERS, some.dictionaries(some.text(max_size=5), some.text(max_size=5)))))
def test_presence_is_read_as_it_was_written(people: list[tuple[int, int, dict[str, str]]]) -> None:
    clients = tuple(ClientState(client, clock, json.dumps(state)) for client, clock, state in people[:50])
    assert read_frame(awareness_frame(clients)) == Awareness(clients)


def test_updates_are_read_as_they_were_written() -> None:
    update = an_update()
    for frame, is_answer in ((update_frame(update), False), (step_2_frame(update), True)):
        read = read_frame(frame)
        assert isinstance(read, Update)
        assert (read.update, read.facts, read.is_answer) == (update, read_update(update), is_answer)
    assert read_frame(step_1_frame(b"\0")) == SyncStep1(b"\0")
    assert read_frame(b"\x03") == QueryAwareness()
    assert read_frame(b"\x02\x00\x02no") == IgnoredFrame()


@pytest.mark.parametrize("update", [b"\x8a\x93\xcd\x93\xe1\x65\x01\x02\x03\x04", b"\x01\xff\xff\xff\x7f\x01\x00"])
def test_an_update_that_promises_more_than_it_holds_is_refused_before_it_is_decoded(update: bytes) -> None:
    with pytest.raises(MalformedFrame):
        read_frame(update_frame(update))


@pytest.mark.protects("live/presence-floods")
@pytest.mark.parametrize(
    "clients",
    [
        [ClientState(1, 1, json.dumps("x" * AWARENESS_LIMIT))],
        [ClientState(1, 1, json.dumps("x" * STATE_LIMIT)), ClientState(2, 1, "{}")],
        [ClientState(client, 1, "null") for client in range(1000)],
    ],
)
def test_too_much_presence_says_nothing(clients: list[ClientState]) -> None:
    assert read_frame(awareness_frame(clients)) == Awareness(())


@pytest.mark.protects("live/unreadable-presence")
@each_case(
    "state",
    ['{"x":"\\ud800"}', '{"\\udc00":1}', '{"x":NaN}', '{"x":1e999}', *("[" * deep + "]" * deep for deep in (34, 990))],
)
def test_presence_that_cannot_be_told_on_is_refused(state: str) -> None:
    with pytest.raises(MalformedFrame):
        read_frame(awareness_frame([ClientState(1, 1, state)]))


@pytest.mark.protects("live/unreadable-presence")
def test_a_client_with_a_number_that_no_browser_reads_is_refused() -> None:
    with pytest.raises(MalformedFrame):
        read_frame(awareness_frame([ClientState(2**53, 1, "{}")]))
