"""The bytes of a page's document: the same here as in pages, and each of them described."""

from __future__ import annotations

import json
from datetime import date

import pytest

from forge.telemetry.app_reports.documents import (
    PAGE_DOCUMENT_SIZE,
    BadPageDocument,
    PageDocument,
    page_fields,
)
from hmrd.protocol.counts import rune_key
from rune.watch.counts import Counts
from rune.watch.encoding import encode
from tests.support.servers.live_forge import REPOSITORY
from tests.support.watch import LAYOUT


def test_a_document_has_the_bytes_that_pages_write() -> None:
    folder = REPOSITORY / "frontend/src/sdk/telemetry"
    cases = json.loads((folder / "document-cases.json").read_text("utf-8"))
    assert len(cases) >= 16
    for case in cases:
        groups = (tuple(case["labels"]), tuple(case["confidence"]), tuple(map(tuple, case["features"])))
        answers = max(sum(group) for group in (groups[0], groups[1], *groups[2]))
        document = PageDocument(
            date.fromisoformat(case["day"]), rune_key(case["rune"]), encode(Counts(*groups, answers=answers))
        )
        assert document.data.hex() == case["document"]
        assert PageDocument.read(document.data) == document


def test_each_byte_is_described_once_and_in_order() -> None:
    end = 0
    for field in page_fields(LAYOUT):
        assert field.offset == end
        end += field.size
    assert end == PAGE_DOCUMENT_SIZE == 166
    meanings = [field.meaning for field in page_fields(LAYOUT) if field.is_counted]
    words_of_time = ("memory", "restarts", "inference time", "time of all runs")
    assert not any(word in each for each in meanings for word in words_of_time)
    assert not any("device" in field.meaning or "signature" in field.meaning for field in page_fields(LAYOUT))


def test_another_form_is_refused() -> None:
    for data in (b"", bytes(PAGE_DOCUMENT_SIZE), bytes([1, 1]) + bytes(PAGE_DOCUMENT_SIZE - 2)):
        with pytest.raises(BadPageDocument):
            PageDocument.read(data)
