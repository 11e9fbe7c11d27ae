"""Documents of pairs: the size of the others, one spelling of each, and never taken for counts."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hmrd.protocol.counts import (
    DOCUMENT_SIZE,
    UNSIGNED_SIZE,
    BadDocument,
    CountedPeriod,
    CountsDocument,
    is_signed,
    rune_key,
)
from hmrd.protocol.document_fields import pairs_fields
from hmrd.protocol.pairs import PairsDocument, read_document
from hmrd.protocol.problems import DeviceProblem, ProblemName
from hmrd.protocol.reading import BadDeviceMessage, written
from hmrd.protocol.reports import InstalledRune, Phase, Report
from hmrd.protocol.wanted import DesiredState, WantedRune
from rune.watch.pairs import PAIRS_SIZE, LabelPairs, PairBins, encode
from tests.hmrd.protocol.test_counts import DOCUMENT, EIGHT, KEY, PUBLIC, RUNE
from tests.support.properties import examples

BINS = PairBins(("nothing", "knock"), ("nothing", "speech", "knock"))
HOURS = st.builds(CountedPeriod, st.dates(date(2020, 1, 1), date(2199, 6, 5)), st.integers(0, 23))
PAIRS = PairsDocument(
    CountedPeriod(date(2026, 12, 1), 9),
    DOCUMENT.device,
    DOCUMENT.rune,
    rune_key(f"sha256:{'6f' * 32}"),
    encode(LabelPairs.empty(BINS), BINS),
)
BESIDE = WantedRune("acme/door-knock/gateways", 7, "1.7", RUNE, 1000)


@examples(200)
@given(HOURS, EIGHT, EIGHT, EIGHT, st.binary(min_size=PAIRS_SIZE, max_size=PAIRS_SIZE))
def test_a_document_is_read_as_it_was_written(
    period: CountedPeriod, device: bytes, rune: bytes, beside: bytes, pairs: bytes
) -> None:
    if rune == beside:
        with pytest.raises(BadDocument):
            PairsDocument(period, device, rune, beside, pairs)
        return
    document = PairsDocument(period, device, rune, beside, pairs)
    data = document.signed(KEY.sign)
    assert len(data) == DOCUMENT_SIZE <= 256
    assert read_document(data) == document
    assert is_signed(data, PUBLIC)
    with pytest.raises(BadDocument):
        CountsDocument.read(data)


@examples(500)
@given(st.binary(min_size=DOCUMENT_SIZE - 1, max_size=DOCUMENT_SIZE + 1))
@example(b"")
@example(PAIRS.signed(KEY.sign))
@example(DOCUMENT.signed(KEY.sign))
def test_bytes_of_anybody_are_refused_or_have_one_spelling(data: bytes) -> None:
    try:
        document = read_document(data)
    except BadDocument:
        return
    assert document.unsigned == data[:UNSIGNED_SIZE]


@pytest.mark.parametrize(("place", "value"), [(0, 2), (1, 3), (1, 0), (4, 24)])
def test_another_spelling_is_refused(place: int, value: int) -> None:
    data = bytearray(PAIRS.signed(KEY.sign))
    data[place] = value
    with pytest.raises(BadDocument):
        read_document(bytes(data))


def test_pairs_of_a_day_and_of_one_rune_are_none() -> None:
    with pytest.raises(BadDocument):
        replace(PAIRS, period=CountedPeriod(date(2026, 12, 1)))
    with pytest.raises(BadDocument):
        replace(PAIRS, beside=PAIRS.rune)
    with pytest.raises(BadDocument):
        replace(PAIRS, pairs=b"")


def test_a_document_has_pairs_and_whose_they_are_and_nothing_else() -> None:
    assert [field.name for field in fields(PairsDocument)] == ["period", "device", "rune", "beside", "pairs"]
    assert [field.name for field in fields(LabelPairs)] == ["counts", "missed"]


@pytest.mark.parametrize("bins", [None, BINS, PairBins(tuple("abcdefghijkl"), tuple("abcdefghijkl"))])
def test_each_byte_of_a_document_has_a_meaning(bins: PairBins | None) -> None:
    rows = pairs_fields(bins)
    assert [each.offset for each in rows[1:]] == [each.end for each in rows[:-1]]
    assert (rows[0].offset, rows[-1].end) == (0, DOCUMENT_SIZE)
    assert all(each.meaning and each.size > 0 for each in rows)


def test_a_state_may_want_a_rune_beside() -> None:
    desired = DesiredState(None, 60, shadow=BESIDE)
    assert DesiredState.from_json(json.loads(json.dumps(desired.to_json()))) == desired
    with pytest.raises(BadDeviceMessage):
        DesiredState.from_json({**desired.to_json(), "shadow": {"rune": "x"}})
    # To devices that do not know it, and of servers that do not, the state is as before.
    assert b"shadow" not in written(DesiredState(None, 60).to_json())
    assert DesiredState.from_json({"wanted": None, "interval": 60}).shadow is None


def test_a_report_says_what_runs_beside_and_why_not() -> None:
    report = Report(3, "hmrd 1", "linux", Phase.RUNNING)
    assert b"shadow" not in written(report.to_json())
    installed = InstalledRune(BESIDE.deployment, BESIDE.number, BESIDE.version, BESIDE.rune)
    problem = DeviceProblem(ProblemName.MEMORY_SHORT, "Too little.")
    for shadow, shadow_problem in ((installed, None), (None, problem)):
        full = replace(report, shadow=shadow, shadow_problem=shadow_problem)
        assert Report.from_json(json.loads(json.dumps(full.to_json()))) == full
