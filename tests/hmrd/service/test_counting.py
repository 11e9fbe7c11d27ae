"""Counts on a device: on the disk before they can be lost, sent once, deleted when they are not wanted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hmrd.config.model import Config
from hmrd.protocol.counts import MOST_DAYS, CountsDocument, DocumentAnswer, is_signed, rune_key
from hmrd.protocol.pairs import PairsDocument, read_document
from hmrd.protocol.wanted import Telemetry
from hmrd.service.counting import RuneCounting
from hmrd.service.device import LocalDevice
from hmrd.storage.folder import StateFolder
from hmrd.storage.identity import Identity
from hmrd.storage.log import RingLog
from rune.watch import pairs as watch_pairs
from rune.watch.encoding import decode
from rune.watch.pairs import LabelPairs, PairBins
from tests.support.hmrd.server import ProtocolServer, protocol_server
from tests.support.watch import LAYOUT, counted

RUNE = f"sha256:{'5e' * 32}"
BESIDE = f"sha256:{'6f' * 32}"
BINS = PairBins(("a", "b"), ("a", "b"))
PAIRS = LabelPairs(((3, 1), (0, 2)), 1)
HOUR = timedelta(hours=1)
NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


class Now:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.time = NOON

    def __call__(self) -> float:
        return self.time.timestamp()


@pytest.fixture
def server() -> Iterator[ProtocolServer]:
    with protocol_server() as server:
        yield server


@pytest.fixture
def device(server: ProtocolServer, tmp_path: Path) -> Iterator[LocalDevice]:
    folder = StateFolder(tmp_path)
    folder.identity.write(Identity.of(server.url, server.enrolment))
    server.public_key = folder.identity.key().public
    with (tmp_path / "journal").open("w") as journal:
        yield LocalDevice(folder, Config(), RingLog(folder.log, journal))


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def counting(device: LocalDevice, now: Now) -> RuneCounting:
    counting = RuneCounting(device, "gate", now)
    counting.set_mode(Telemetry.DAY)
    return counting


def days(counting: RuneCounting, now: Now, count: int) -> None:
    for _ in range(count):
        counting.add(now(), RUNE, counted())
        now.time += DAY
        counting.settle()


def send(counting: RuneCounting, device: LocalDevice) -> None:
    assert device.connection is not None
    counting.send(device.connection, 0.0)


def test_a_day_is_sent_once_and_signed(
    counting: RuneCounting, device: LocalDevice, server: ProtocolServer, now: Now
) -> None:
    counting.add(now(), RUNE, counted())
    counting.settle()
    assert not counting.is_due(0.0)
    now.time += DAY
    counting.settle()
    assert counting.is_due(0.0)
    (leaving,) = counting.documents()
    send(counting, device)
    (data,) = server.counts
    assert data == leaving.data
    document = CountsDocument.read(data)
    assert is_signed(data, device.folder.identity.key().public)
    assert (document.period.name, document.rune) == ("2026-12-01", rune_key(RUNE))
    assert decode(document.counts, LAYOUT) == counted()
    assert not counting.is_due(0.0)
    send(counting, device)
    assert len(server.counts) == 1


def test_a_power_cut_loses_what_was_not_written_and_counts_nothing_twice(
    counting: RuneCounting, device: LocalDevice, now: Now
) -> None:
    counting.add(now(), RUNE, counted((1, 0, 0)))
    counting.settle()
    counting.add(now(), RUNE, counted((0, 1, 0)))
    again = RuneCounting(device, "gate", now)
    now.time += DAY
    again.settle()
    (leaving,) = again.documents()
    assert isinstance(leaving.document, CountsDocument)
    assert decode(leaving.document.counts, LAYOUT).labels == (1, 0, 0)
    assert len(RuneCounting(device, "gate", now).documents()) == 1


def test_a_power_cut_between_a_document_and_the_running_day_keeps_the_document(
    counting: RuneCounting, device: LocalDevice, now: Now
) -> None:
    counting.add(now(), RUNE, counted())
    counting.settle()
    running = (device.folder.root / "runes" / "gate" / "counts" / "running.json").read_bytes()
    now.time += DAY
    counting.settle()
    (device.folder.root / "runes" / "gate" / "counts" / "running.json").write_bytes(running)
    again = RuneCounting(device, "gate", now)
    again.settle()
    (leaving,) = again.documents()
    assert leaving.is_over


def test_damaged_files_stop_nothing(counting: RuneCounting, device: LocalDevice, now: Now) -> None:
    days(counting, now, 1)
    folder = device.folder.root / "runes" / "gate" / "counts"
    for path in folder.iterdir():
        path.write_bytes(b"\xff" * 20)
    again = RuneCounting(device, "gate", now)
    assert (again.mode, again.documents()) == (Telemetry.OFF, [])


def test_a_device_that_was_away_for_weeks_sends_all_in_few_requests(
    counting: RuneCounting, device: LocalDevice, server: ProtocolServer, now: Now
) -> None:
    days(counting, now, MOST_DAYS + 5)
    send(counting, device)
    names = sorted(CountsDocument.read(each).period.name for each in server.counts)
    assert len(names) == MOST_DAYS
    assert names[0] == (NOON + 5 * DAY).date().isoformat()
    assert len([each for each in server.requests if each[1].endswith("/counts")]) == 1


def test_a_server_that_is_away_loses_nothing_and_is_not_asked_at_once_again(
    counting: RuneCounting, device: LocalDevice, server: ProtocolServer, now: Now
) -> None:
    days(counting, now, 2)
    for fault in ("away", "broken", "garbage", "html"):
        server.fault = fault
        send(counting, device)
    assert (counting.unsent, counting.is_due(59.0)) == (2, False)
    server.fault = ""
    send(counting, device)
    assert (counting.unsent, len(server.counts)) == (0, 2)


def test_a_refused_document_is_deleted_and_named(
    counting: RuneCounting, device: LocalDevice, server: ProtocolServer, now: Now
) -> None:
    days(counting, now, 1)
    server.counts_answer = DocumentAnswer("rune-unknown", "It never served this rune.")
    send(counting, device)
    assert counting.unsent == 0
    assert "the counts of 2026-12-01 were refused: rune-unknown" in device.log.tail(10_000)


def test_turned_off_all_is_deleted_and_nothing_sent(
    counting: RuneCounting, device: LocalDevice, server: ProtocolServer, now: Now
) -> None:
    days(counting, now, 2)
    counting.add(now(), RUNE, counted())
    counting.set_mode(Telemetry.OFF)
    assert (counting.documents(), counting.is_due(0.0)) == ([], False)
    assert not any((device.folder.root / "runes" / "gate" / "counts").iterdir())
    send(counting, device)
    counting.add(now(), RUNE, counted())
    counting.settle()
    assert (server.counts, RuneCounting(device, "gate", now).documents()) == ([], [])


def test_a_clock_that_was_wrong_is_named_and_heals(
    counting: RuneCounting, device: LocalDevice, server: ProtocolServer, now: Now
) -> None:
    now.time = datetime(1970, 1, 1, 5, tzinfo=UTC)
    counting.add(now(), RUNE, counted())
    assert "clock-wrong: not counted" in device.log.tail(10_000)
    now.time = NOON + 3000 * DAY
    days(counting, now, 2)
    assert counting.unsent == 2
    device.server_clock.learn(NOON.timestamp())
    now.time = NOON
    counting.settle()
    assert counting.unsent == 0
    counting.add(now(), RUNE, counted())
    assert counting.problem is None
    device.server_clock.learn((NOON + DAY).timestamp())
    now.time += DAY
    counting.settle()
    assert [each.document.period.name for each in counting.documents()] == ["2026-12-01"]


def pair(counting: RuneCounting, now: Now) -> None:
    counting.add_pairs(now(), (RUNE, BESIDE), BINS, PAIRS)


def pairs_of(counting: RuneCounting) -> list[tuple[str, bool, LabelPairs]]:
    """Returns the hours of pairs that leave, whether each is over, and what it counts."""
    documents = [(each.document, each.is_over) for each in counting.documents()]
    return [
        (document.period.name, is_over, watch_pairs.decode(document.pairs, BINS))
        for document, is_over in documents
        if isinstance(document, PairsDocument)
    ]


def test_pairs_of_an_hour_are_sent_once_and_signed_beside_the_counts(
    counting: RuneCounting, device: LocalDevice, server: ProtocolServer, now: Now
) -> None:
    counting.add(now(), RUNE, counted())
    pair(counting, now)
    pair(counting, now)
    assert pairs_of(counting) == [("2026-12-01T12", False, PAIRS + PAIRS)]
    now.time += HOUR
    pair(counting, now)
    counting.settle()
    assert pairs_of(counting) == [("2026-12-01T12", True, PAIRS + PAIRS), ("2026-12-01T13", False, PAIRS)]
    now.time += 3 * DAY
    counting.settle()
    leaving = [each.data for each in counting.documents()]
    send(counting, device)
    assert sorted(server.counts) == sorted(leaving)
    assert [type(read_document(each)).__name__ for each in sorted(server.counts)].count("PairsDocument") == 2
    assert all(is_signed(each, device.folder.identity.key().public) for each in server.counts)
    send(counting, device)
    assert len(server.counts) == 3


def test_a_power_cut_counts_no_pairs_twice(counting: RuneCounting, device: LocalDevice, now: Now) -> None:
    pair(counting, now)
    counting.settle()
    running = (device.folder.root / "runes" / "gate" / "counts" / "pairs.json").read_bytes()
    pair(counting, now)
    again = RuneCounting(device, "gate", now)
    assert pairs_of(again) == [("2026-12-01T12", False, PAIRS)]
    now.time += HOUR
    again.settle()
    (device.folder.root / "runes" / "gate" / "counts" / "pairs.json").write_bytes(running)
    third = RuneCounting(device, "gate", now)
    third.settle()
    assert pairs_of(third) == [("2026-12-01T12", True, PAIRS)]


def test_damaged_pairs_stop_nothing(counting: RuneCounting, device: LocalDevice, now: Now) -> None:
    pair(counting, now)
    counting.settle()
    path = device.folder.root / "runes" / "gate" / "counts" / "pairs.json"
    for damage in (b"", b"\xff", b"{}", path.read_bytes().replace(b'"missed":1', b'"missed":-1'), b'{"open":[{}]}'):
        path.write_bytes(damage)
        assert pairs_of(RuneCounting(device, "gate", now)) == []


def test_without_telemetry_no_pairs_are_kept(counting: RuneCounting, device: LocalDevice, now: Now) -> None:
    pair(counting, now)
    now.time += HOUR
    counting.settle()
    pair(counting, now)
    counting.set_mode(Telemetry.OFF)
    pair(counting, now)
    counting.settle()
    assert counting.documents() == []
    assert not any((device.folder.root / "runes" / "gate" / "counts").iterdir())


def test_a_clock_that_cannot_be_right_counts_no_pairs(counting: RuneCounting, now: Now) -> None:
    now.time = datetime(2026, 10, 1, tzinfo=UTC)
    pair(counting, now)
    assert counting.problem is not None
    assert pairs_of(counting) == []
