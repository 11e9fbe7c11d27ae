"""Windows on a device and the answers of its owner: kept while they may be, sent once they are allowed, else never."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hmrd.config.model import Config, SamplesConfig
from hmrd.protocol.enrolment import TrustKind
from hmrd.protocol.samples import AnswerKind, OfferAnswer, PageAnswer, SampleOffer, SampleReply, SampleVerdict
from hmrd.sample_requests import SPACING, OwnerAnswerRefused
from hmrd.service.device import LocalDevice
from hmrd.service.sample_requests import AnsweredRune, RuneSampleRequests
from hmrd.storage.folder import StateFolder
from hmrd.storage.identity import Identity
from hmrd.storage.log import RingLog
from rune.capabilities.sound import SOUND
from rune.running.runtime import RequestedCapability
from rune.tensor import ElementType, TensorType
from rune.tools.api.ports import Input
from rune.watch.counts import Counts
from rune.watch.record import WatchRecord
from tests.support.hmrd.offers import OFFER, REQUEST, RUNE
from tests.support.hmrd.server import DEPLOYMENT, ProtocolServer, protocol_server
from tests.support.watch import LAYOUT

AUDIO = Input("audio", "audio", TensorType(ElementType.I16, (160,)), RequestedCapability(1, SOUND, {"hz": 16000}))
SPOKEN = AnsweredRune(RUNE, DEPLOYMENT, WatchRecord(LAYOUT))
KNOCK = Counts((0, 0, 1), (0, 0, 0, 1), ((0, 1, 0),))
SPEECH = Counts((0, 1, 0), (0, 0, 0, 1), ((0, 1, 0),))
SECRET = struct.pack("<160h", *(7 * place for place in range(160)))


class DeviceOwner:
    """A device whose rune counts, and its owner."""

    def __init__(self, device: LocalDevice) -> None:
        self.device, self.time, self.is_counting = device, 1_800_000_000.0, True
        self.samples = self.restarted()

    def restarted(self) -> RuneSampleRequests:
        """The same device after a restart of the daemon."""
        return RuneSampleRequests(self.device, "gate", lambda: self.is_counting, lambda: self.time)

    def hear(self, counts: Counts = KNOCK, data: bytes = SECRET) -> None:
        """The rune answers to a window, a minute after the last one."""
        self.time += SPACING
        self.samples.observe(SPOKEN, [AUDIO], {"audio": data}, counts)

    def send(self) -> None:
        """The device reaches its server."""
        assert self.device.connection is not None
        self.samples.send(self.device.connection, 0.0)

    @property
    def numbers(self) -> list[int]:
        """The numbers of the kept windows."""
        return [each.number for each in self.samples.ledger.windows]

    @property
    def files(self) -> list[Path]:
        """The files of windows, their key and answers."""
        folder = self.device.folder.root / "runes" / "gate" / "windows"
        return sorted(folder.iterdir()) if folder.is_dir() else []


@pytest.fixture
def server() -> Iterator[ProtocolServer]:
    with protocol_server() as server:
        yield server


@pytest.fixture
def world(server: ProtocolServer, tmp_path: Path) -> Iterator[DeviceOwner]:
    folder = StateFolder(tmp_path)
    folder.identity.write(Identity.of(server.url, server.enrolment))
    server.public_key = folder.identity.key().public
    with (tmp_path / "journal").open("w") as journal:
        world = DeviceOwner(LocalDevice(folder, Config(), RingLog(folder.log, journal)))
        world.samples.take_offers([OFFER], DEPLOYMENT)
        yield world


def with_page(kind: AnswerKind, *purposes: str) -> SampleOffer:
    return replace(OFFER, page=PageAnswer(1, kind, purposes))


@pytest.mark.protects("devices/unwanted-samples")
def test_nothing_leaves_the_device_before_its_owner_answers(world: DeviceOwner, server: ProtocolServer) -> None:
    world.hear()
    world.send()
    assert world.numbers == [1]
    assert (server.sample_answers, server.sample_windows) == ([], [])


def test_after_a_yes_the_chosen_windows_are_sent_and_deleted_here(world: DeviceOwner, server: ProtocolServer) -> None:
    for _ in range(3):
        world.hear()
    world.samples.answer_yes(OFFER, ["tests"], [1, 3])
    world.send()
    assert server.sample_answers == [OfferAnswer(REQUEST, 1, AnswerKind.YES, ("tests",), OFFER.terms.digest(["tests"]))]
    (first, second) = server.sample_windows
    assert first.data[-len(SECRET) :] == SECRET
    assert (first.number, first.ending) == (1, "wav")
    assert world.numbers == [2]
    assert len([path for path in world.files if path.suffix == ".window"]) == 1
    world.send()
    assert len(server.sample_windows) == 2, "nothing is sent twice"
    assert second.request == REQUEST


def test_a_no_is_told_and_sends_nothing(world: DeviceOwner, server: ProtocolServer) -> None:
    world.hear()
    world.samples.answer_no(REQUEST, AnswerKind.NO)
    world.send()
    assert [each.kind for each in server.sample_answers] == [AnswerKind.NO]
    assert server.sample_windows == []


def test_what_the_owner_said_survives_a_restart(world: DeviceOwner, server: ProtocolServer) -> None:
    world.hear()
    world.samples.answer_yes(OFFER, None, None)
    world.samples = world.restarted()
    world.send()
    assert len(server.sample_windows) == 1


def test_an_owner_who_says_no_meanwhile_stops_what_was_allowed(world: DeviceOwner, server: ProtocolServer) -> None:
    world.hear()
    world.samples.answer_yes(OFFER, None, None)

    def say_no(answer: OfferAnswer) -> SampleReply:
        if answer.kind is AnswerKind.YES:
            world.samples.answer_no(REQUEST, AnswerKind.NO)
        return SampleReply(SampleVerdict.ACCEPTED)

    server.sample_reply = say_no
    world.send()
    world.send()
    assert server.sample_windows == []
    assert [each.kind for each in server.sample_answers] == [AnswerKind.YES, AnswerKind.NO]


def test_what_the_server_refuses_stays_with_the_owner(world: DeviceOwner, server: ProtocolServer) -> None:
    server.sample_reply = lambda _: SampleReply(SampleVerdict.TERMS_DIFFER, "Other terms.")
    world.hear()
    world.samples.answer_yes(OFFER, None, None)
    world.send()
    world.send()
    assert (len(server.sample_answers), server.sample_windows, world.numbers) == (1, [], [1])
    assert world.samples.ledger.answers[0].refusal == "terms-differ: Other terms."


def test_a_device_that_was_restored_from_a_copy_counts_on(world: DeviceOwner, server: ProtocolServer) -> None:
    server.sample_reply = lambda answer: (
        SampleReply(SampleVerdict.ACCEPTED) if answer.number > 7 else SampleReply(SampleVerdict.ANSWER_OLD, "Later.", 7)
    )
    world.hear()
    world.samples.answer_yes(OFFER, None, None)
    world.send()
    assert [each.number for each in server.sample_answers] == [1, 8]
    assert [each.number for each in server.sample_windows] == [8]


@pytest.mark.parametrize("fault", ["away", "broken", "garbage"])
def test_without_its_server_a_device_keeps_what_was_allowed(
    world: DeviceOwner, server: ProtocolServer, fault: str
) -> None:
    world.hear()
    world.samples.answer_yes(OFFER, None, None)
    server.fault = fault
    world.send()
    assert world.numbers == [1]
    server.fault = ""
    world.send()
    assert len(server.sample_windows) == 1


def test_a_yes_needs_a_window(world: DeviceOwner) -> None:
    with pytest.raises(OwnerAnswerRefused, match="No kept window"):
        world.samples.answer_yes(OFFER, None, None)
    with pytest.raises(OwnerAnswerRefused, match="Nothing was sent"):
        world.samples.answer_no(REQUEST, AnswerKind.TAKE_BACK)


@pytest.mark.protects("devices/windows-at-rest")
class TestForgetting:
    def test_nothing_is_kept_while_telemetry_is_off(self, world: DeviceOwner) -> None:
        world.hear()
        world.is_counting = False
        world.samples.settle()
        world.hear()
        assert (world.numbers, world.files) == ([], [])

    def test_what_a_crash_left_is_deleted(self, world: DeviceOwner) -> None:
        world.hear()
        world.is_counting = False
        world.samples = world.restarted()
        world.samples.settle()
        assert world.files == []

    def test_the_owner_turns_it_off_in_the_configuration(self, world: DeviceOwner) -> None:
        world.hear()
        world.device.config = Config(samples=SamplesConfig(keep=False))
        world.samples.settle()
        assert (world.numbers, world.files) == ([], [])

    def test_windows_of_another_deployment_are_deleted(self, world: DeviceOwner) -> None:
        world.hear()
        world.samples.take_offers([], "acme/others/gateways")
        assert world.numbers == []
        assert not [path for path in world.files if path.suffix == ".window"]

    def test_windows_end_after_a_week(self, world: DeviceOwner) -> None:
        world.hear()
        world.time += 7 * 86_400
        world.samples.settle()
        assert world.numbers == []

    def test_who_leaves_takes_nothing_along(self, world: DeviceOwner) -> None:
        world.hear()
        world.samples.forget()
        assert (world.numbers, world.files) == ([], [])

    def test_no_file_of_the_device_has_the_sound(self, world: DeviceOwner) -> None:
        world.hear()
        world.samples.answer_yes(OFFER, None, None)
        for path in world.device.folder.root.rglob("*"):
            if path.is_file():
                assert SECRET[20:60] not in path.read_bytes(), path


@pytest.mark.protects("devices/taken-over-servers")
class TestAnswersOfThePage:
    def test_one_that_believes_its_server_follows_its_page(self, world: DeviceOwner, server: ProtocolServer) -> None:
        world.hear()
        world.samples.take_offers([with_page(AnswerKind.YES, "tests")], DEPLOYMENT)
        world.send()
        assert [each.purposes for each in server.sample_answers] == [("tests",)]
        assert len(server.sample_windows) == 1

    def test_one_with_a_key_at_home_does_not(self, world: DeviceOwner, server: ProtocolServer) -> None:
        connection = world.device.connection
        assert connection is not None
        world.device.pin(connection, replace(connection.identity.trust, kind=TrustKind.HOME))
        world.hear()
        world.samples.take_offers([with_page(AnswerKind.YES, "tests")], DEPLOYMENT)
        world.send()
        assert (server.sample_answers, server.sample_windows) == ([], [])

    def test_nor_one_whose_configuration_says_so(self, world: DeviceOwner, server: ProtocolServer) -> None:
        world.device.config = Config(samples=SamplesConfig(page=False))
        world.hear()
        world.samples.take_offers([with_page(AnswerKind.YES, "tests")], DEPLOYMENT)
        world.send()
        assert (server.sample_answers, server.sample_windows) == ([], [])
