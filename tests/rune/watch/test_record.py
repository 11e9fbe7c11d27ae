"""The section in which a rune says what it counts: read from bytes that anybody may have written."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rune.abi import SectionName
from rune.running.container import ContainerError, canonical_json, pack, read_watch
from rune.watch.counts import Counts
from rune.watch.record import WatchRecord
from tests.support.properties import examples
from tests.support.watch import LAYOUT, with_watch

MODULE = b"\0asm\1\0\0\0"
REFERENCE = Counts((1, 2, 3), (0, 0, 1, 5), ((1, 2, 3),), answers=6)


def test_it_comes_back_from_the_bytes_of_a_rune() -> None:
    assert read_watch(MODULE) is None
    assert read_watch(with_watch(MODULE)) == WatchRecord(LAYOUT)
    for record in (WatchRecord(LAYOUT, REFERENCE), WatchRecord(LAYOUT, REFERENCE, 5)):
        assert read_watch(pack(MODULE, {SectionName.WATCH: canonical_json(record.to_json())})) == record


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"layout": []},
        {"layout": LAYOUT.to_json(), "reference": 1},
        {"layout": LAYOUT.to_json(), "right": 1},
        *(WatchRecord(LAYOUT, REFERENCE).to_json() | {"right": right} for right in (-1, 7, 1.0, True, "5")),
        {"layout": LAYOUT.to_json(), "reference": {"labels": [1, 2]}},
        {"layout": LAYOUT.to_json(), "reference": {"labels": [1, 2, -1], "confidence": [0] * 4, "features": [[0] * 3]}},
        {
            "layout": LAYOUT.to_json(),
            "reference": {"labels": [1, 2, True], "confidence": [0] * 4, "features": [[0] * 3]},
        },
    ],
)
def test_another_form_is_refused_by_name(value: object) -> None:
    with pytest.raises(ContainerError, match="cannot be read"):
        read_watch(pack(MODULE, {SectionName.WATCH: json.dumps(value).encode()}))


@examples(200)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        read_watch(pack(MODULE, {SectionName.WATCH: data}))
    except ContainerError:
        return
