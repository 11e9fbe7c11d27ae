"""Documents of counts: one spelling of each, whatever the bytes, and what is never in one."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import example, given
from hypothesis import strategies as st

from hmrd.protocol.counts import (
    DOCUMENT_SIZE,
    LARGEST_DOCUMENT,
    MOST_DOCUMENTS,
    UNSIGNED_SIZE,
    BadDocument,
    CountedPeriod,
    CountsAnswer,
    CountsDocument,
    CountsMessage,
    DocumentAnswer,
    batches,
    device_key,
    is_signed,
    rune_key,
)
from hmrd.protocol.document_fields import document_fields
from hmrd.protocol.keys import public_key_text
from hmrd.protocol.reading import BadDeviceMessage
from hmrd.protocol.wanted import DesiredState, Telemetry
from rune.watch.counts import Counts
from rune.watch.encoding import COUNTS_SIZE, encode
from rune.watch.layout import WatchLayout
from tests.support.properties import examples
from tests.support.watch import LAYOUT

DEVICE = UUID("0d3f2c1e-1111-4222-8333-444455556666")
RUNE = f"sha256:{'5e' * 32}"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
PUBLIC = public_key_text(KEY.public_key().public_bytes_raw())
DOCUMENT = CountsDocument(
    CountedPeriod(date(2026, 12, 1)), device_key(DEVICE), rune_key(RUNE), encode(Counts.empty(LAYOUT))
)
PERIODS = st.builds(
    CountedPeriod, st.dates(date(2020, 1, 1), date(2199, 6, 5)), st.one_of(st.none(), st.integers(0, 23))
)
EIGHT = st.binary(min_size=8, max_size=8)
DOCUMENTS = st.builds(CountsDocument, PERIODS, EIGHT, EIGHT, st.binary(min_size=COUNTS_SIZE, max_size=COUNTS_SIZE))


@examples(200)
@given(DOCUMENTS)
def test_a_document_is_read_as_it_was_written(document: CountsDocument) -> None:
    data = document.signed(KEY.sign)
    assert len(data) == DOCUMENT_SIZE <= LARGEST_DOCUMENT
    assert CountsDocument.read(data) == document
    assert is_signed(data, PUBLIC)


@examples(500)
@given(st.binary(min_size=DOCUMENT_SIZE - 1, max_size=DOCUMENT_SIZE + 1))
@example(b"")
@example(DOCUMENT.signed(KEY.sign))
def test_bytes_of_anybody_are_refused_or_have_one_spelling(data: bytes) -> None:
    try:
        document = CountsDocument.read(data)
    except BadDocument:
        return
    assert document.unsigned == data[:UNSIGNED_SIZE]


@pytest.mark.parametrize("place", range(DOCUMENT_SIZE))
def test_a_changed_byte_is_not_signed(place: int) -> None:
    data = bytearray(DOCUMENT.signed(KEY.sign))
    data[place] ^= 1
    assert not is_signed(bytes(data), PUBLIC)


def test_a_signature_of_other_bytes_of_the_key_is_none() -> None:
    """The key signs requests too: the tag keeps one from passing for the other."""
    assert not is_signed(DOCUMENT.unsigned + KEY.sign(DOCUMENT.unsigned), PUBLIC)


@pytest.mark.parametrize(
    ("place", "value"), [(0, 2), (1, 2), (4, 1), (4, 24), (21, 1), (22, 1), (23, 1)], ids=lambda value: str(value)
)
def test_another_spelling_is_refused(place: int, value: int) -> None:
    data = bytearray(DOCUMENT.signed(KEY.sign))
    data[place] = value
    with pytest.raises(BadDocument):
        CountsDocument.read(bytes(data))


def test_an_hour_that_is_none_is_refused() -> None:
    data = bytearray(DOCUMENT.signed(KEY.sign))
    data[1], data[4] = 1, 24
    with pytest.raises(BadDocument, match="0 to 23"):
        CountsDocument.read(bytes(data))


def test_days_before_2020_are_none() -> None:
    with pytest.raises(BadDocument):
        CountedPeriod(date(2019, 12, 31))


def test_a_period_ends_with_its_day_or_hour() -> None:
    assert CountedPeriod(date(2026, 12, 31)).end == datetime(2027, 1, 1, tzinfo=UTC)
    assert CountedPeriod(date(2026, 12, 31), 23).end == datetime(2027, 1, 1, tzinfo=UTC)
    assert (CountedPeriod(date(2026, 12, 31), 9).name, CountedPeriod(date(2026, 12, 31)).name) == (
        "2026-12-31T09",
        "2026-12-31",
    )


def test_a_document_has_counts_and_whose_they_are_and_nothing_else() -> None:
    """No input, no tensor, no text, and no time finer than a day or an hour: there is no room for any."""
    assert [field.name for field in fields(CountsDocument)] == ["period", "device", "rune", "counts"]
    assert [field.name for field in fields(CountedPeriod)] == ["day", "hour"]
    assert [field.name for field in fields(Counts)] == [
        "labels",
        "confidence",
        "features",
        "time",
        "answers",
        "microseconds",
        "restarts",
        "memory",
    ]
    # The same counts at another moment of the day are the same bytes.
    assert DOCUMENT.signed(KEY.sign) == DOCUMENT.signed(KEY.sign)


@pytest.mark.parametrize("layout", [None, LAYOUT, WatchLayout(None, None), WatchLayout(LAYOUT.labels, None)])
def test_each_byte_of_a_document_has_a_meaning(layout: WatchLayout | None) -> None:
    rows = document_fields(layout)
    assert [each.offset for each in rows[1:]] == [each.end for each in rows[:-1]]
    assert (rows[0].offset, rows[-1].end) == (0, DOCUMENT_SIZE)
    assert all(each.meaning and each.size > 0 for each in rows)


def test_messages_are_read_as_they_were_written() -> None:
    documents = [bytes([number]) * DOCUMENT_SIZE for number in range(MOST_DOCUMENTS + 1)]
    messages = batches(documents)
    assert [len(each.documents) for each in messages] == [MOST_DOCUMENTS, 1]
    assert [CountsMessage.from_json(json.loads(json.dumps(each.to_json()))) for each in messages] == messages
    answer = CountsAnswer((DocumentAnswer("accepted"), DocumentAnswer("a-newer-word", "Why.")))
    assert CountsAnswer.from_json(json.loads(json.dumps(answer.to_json()))) == answer
    assert [each.is_accepted for each in answer.answers] == [True, False]


@pytest.mark.parametrize(
    "message",
    [{}, {"documents": []}, {"documents": ["%"]}, {"documents": [1]}, {"documents": [""] * 65}, {"documents": "x"}],
)
def test_a_message_of_another_form_is_refused(message: Any) -> None:
    with pytest.raises(BadDeviceMessage):
        CountsMessage.from_json(message)


def test_a_device_counts_nothing_unless_the_state_says_so() -> None:
    state = {"wanted": None, "interval": 60}
    assert DesiredState.from_json(state).telemetry is Telemetry.OFF
    assert DesiredState.from_json({**state, "telemetry": "minute"}).telemetry is Telemetry.OFF
    assert DesiredState.from_json({**state, "telemetry": None}).telemetry is Telemetry.OFF
    for word in Telemetry:
        desired = DesiredState(None, 60, telemetry=word)
        assert DesiredState.from_json(json.loads(json.dumps(desired.to_json()))) == desired
