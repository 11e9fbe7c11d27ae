"""The messages that may travel in a pairing, and how many of them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from forge.core.studio_limits import MESSAGE_LIMIT
from forge.player.messages import (
    ELEMENTS,
    BadMessage,
    Confirm,
    End,
    PhoneMessage,
    Refuse,
    SealedFrame,
    read_from_phone,
    read_from_studio,
)
from forge.player.token_bucket import TokenBucket
from tests.support.cases import each_case

TENSOR = {"type": "f32", "dimensions": [1, 2], "elements": [0.25, None]}
OUTPUTS: dict[str, Any] = {
    "type": "outputs",
    "outputs": [
        {"channel": 3, "stage": "answer", "tensors": [TENSOR, {"type": "utf8", "dimensions": [1], "elements": ["up"]}]}
    ],
    "milliseconds": 0.07,
    "isStream": True,
}


def test_outputs_and_words_are_read() -> None:
    assert read_from_phone(json.dumps(OUTPUTS)) == PhoneMessage(OUTPUTS, is_about=False)
    about = {"type": "about", "title": "Build 3", "wordlists": [["up", "down"]]}
    assert read_from_phone(json.dumps(about)) == PhoneMessage(about, is_about=True)
    assert read_from_phone('{"type": "end"}') == End()
    assert read_from_studio('{"type": "confirm", "pairing": "p", "digits": "0042"}') == Confirm("p", "0042")
    assert read_from_studio('{"type": "refuse", "pairing": "p"}') == Refuse("p")


@pytest.mark.protects("browser/false-tensor-claims")
def test_what_a_tensors_numbers_stand_for_travels_with_it() -> None:
    meaning = {"scale": 0.00390625, "zeroPoint": -128, "isProbability": True}
    payload = json.loads(_tensor(meaning=meaning | {"picture": [0] * 100}))
    read = read_from_phone(json.dumps(payload))
    assert isinstance(read, PhoneMessage)
    assert read.data["outputs"][0]["tensors"] == [TENSOR | {"meaning": meaning}]


@pytest.mark.protects("live/pairing-messages")
def test_what_is_no_output_has_no_place_to_travel_in() -> None:
    message = OUTPUTS | {"inputs": [1, 2, 3], "sound": "…"}
    message["outputs"] = [OUTPUTS["outputs"][0] | {"picture": [0] * 100}]
    assert read_from_phone(json.dumps(message)) == PhoneMessage(OUTPUTS, is_about=False)


@pytest.mark.protects("live/sensor-frames")
def test_a_sensors_frames_are_bytes_that_the_server_does_not_read() -> None:
    frame = {"type": "sealed", "frame": "A" * 64}
    assert read_from_phone(json.dumps(frame | {"sound": [1, 2]})) == PhoneMessage(frame, is_about=False)
    assert read_from_studio(json.dumps(frame | {"want": "sound"})) == SealedFrame(frame)
    key = {"type": "key", "key": "B" * 87}
    assert read_from_phone(json.dumps(key)) == PhoneMessage(key, is_about=False)
    for text in ("", "A" * 31, "A" * 63_001, '{"kind":"sound","rate":16000,"samples":[1,2,3]}'):
        for read in (read_from_phone, read_from_studio):
            with pytest.raises(BadMessage):
                read(json.dumps({"type": "sealed", "frame": text}))
    for text in ("B" * 86, "B" * 88, "B" * 86 + "="):
        with pytest.raises(BadMessage):
            read_from_phone(json.dumps({"type": "key", "key": text}))


def _changed(**changes: Any) -> str:
    return json.dumps(OUTPUTS | changes)


def _tensor(**changes: Any) -> str:
    return _changed(outputs=[{"channel": 1, "stage": None, "tensors": [TENSOR | changes]}])


@pytest.mark.protects("live/pairing-messages")
@each_case(
    "text",
    [
        "",
        "[]",
        "nonsense",
        '{"type": "inputs"}',
        "[" * 20_000,
        '{"type": "outputs"}',
        _changed(milliseconds="1"),
        _changed(milliseconds=True),
        '{"type": "outputs", "outputs": [], "milliseconds": NaN}',
        '{"type": "outputs", "outputs": [], "milliseconds": 1' + "0" * 4000 + "}",
        _changed(outputs=[{}]),
        _changed(outputs=[{"channel": -1, "tensors": []}]),
        _changed(outputs=OUTPUTS["outputs"] * 33),
        _tensor(type="f16"),
        _tensor(elements=[True]),
        _tensor(elements=["1"]),
        _tensor(elements=[0] * (ELEMENTS + 1)),
        _tensor(dimensions=[1] * 9),
        _tensor(dimensions=[0.5]),
        _tensor(meaning=[]),
        _tensor(meaning={"scale": "1", "zeroPoint": 0, "isProbability": True}),
        _tensor(meaning={"scale": 1, "zeroPoint": 0.5, "isProbability": True}),
        json.dumps(OUTPUTS) + " " * MESSAGE_LIMIT,
        json.dumps({"type": "about", "title": "x", "wordlists": [["a" * 201]]}),
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(BadMessage):
        read_from_phone(text)
    with pytest.raises(BadMessage):
        read_from_studio(text)


def test_a_pace_gives_some_at_once_and_then_so_many_a_second() -> None:
    bucket = TokenBucket(a_second=10, at_once=3)
    assert [bucket.take(5.0) for _ in range(4)] == [True, True, True, False]
    assert [bucket.take(5.125), bucket.take(5.15)] == [True, False]
    assert [bucket.take(60.0) for _ in range(4)] == [True, True, True, False]
