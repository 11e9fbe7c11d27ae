"""A device that is not there: it has a key, joins and sends signed documents over HTTP. What it counts is made up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

import numpy as np

from hmrd.network.client import ServerClient, ServerClock
from hmrd.protocol.counts import CountedPeriod, CountsDocument, CountsMessage, CountsVerdict, device_key, rune_key
from hmrd.protocol.enrolment import BatchProof, Enrolment, EnrolmentRequest
from hmrd.protocol.reports import Phase, Report
from hmrd.server_address import read_address
from rune.watch.counts import Counts
from rune.watch.encoding import encode
from rune.watch.layout import WatchLayout
from rune.watch.record import WatchRecord
from tests.support.field.sounds import Levels
from tests.support.forge.devices import DeviceKey

ANSWERS: Final = 220
"""Answers of a device on a day."""
_OWN_LEVEL: Final = 0.8
_DAY_LEVEL: Final = 0.4
"""Decibels: the standard deviations of the level between devices, and of a device from day to day."""
_OWN_MIX: Final = 300.0
"""Devices differ in their labels by as much as samples of so many answers do."""


@dataclass(frozen=True)
class SimulatedRoom:
    """The room of a device: what is heard there on a day, as its microphone has it."""

    record: WatchRecord
    levels: Levels
    """Levels of windows in decibels, from which those of a day are drawn."""
    own: float
    """Decibels by which this room is louder."""
    mix: tuple[float, ...]
    """The share of each label."""

    @staticmethod
    def of(record: WatchRecord, levels: Levels, random: np.random.Generator) -> SimulatedRoom:
        """Returns a room in which labels are much as in the test samples."""
        assert record.reference is not None
        mix = random.dirichlet(_OWN_MIX * _shares(record.reference.labels))
        return SimulatedRoom(record, levels, float(random.normal(0, _OWN_LEVEL)), tuple(mix))

    def day(self, random: np.random.Generator, decibels: float) -> Counts:
        """Returns the counts of a day on which all is louder by so many decibels."""
        reference = self.record.reference
        assert reference is not None
        levels = random.choice(self.levels, ANSWERS) + self.own + random.normal(0, _DAY_LEVEL) + decibels
        labels = random.multinomial(ANSWERS, self.mix)
        confidence = random.multinomial(ANSWERS, _shares(reference.confidence))
        return Counts(
            tuple(labels.tolist()),
            tuple(confidence.tolist()),
            (_level_bins(self.record.layout, levels),),
            (0, ANSWERS, 0, 0, 0, 0, 0, 0),
            ANSWERS,
            2_000 * ANSWERS,
            memory=61_440,
        )


def _shares(counts: Sequence[int]) -> Levels:
    even = np.asarray(counts, np.float64) + 0.5
    return np.asarray(even / even.sum())


def _level_bins(layout: WatchLayout, decibels: Levels) -> tuple[int, ...]:
    (feature,) = layout.features
    places = np.searchsorted(10 * np.log10(feature.edges), decibels, side="right")
    return tuple(np.bincount(places, minlength=len(feature.edges) + 1).tolist())


class SendingDevice:
    """A device that joins by the certificate of its production line."""

    def __init__(self, server: str, clock: ServerClock, name: str) -> None:
        self.name = name
        self._key, self._server, self._clock = DeviceKey(), read_address(server), clock
        self._client = ServerClient(self._server, self._key, clock=clock)
        self._id = UUID(int=0)

    def join(self, certificate: str) -> None:
        """Joins an organisation."""
        report = Report(1, "hmrd 0.1.0", "linux-x86_64", Phase.EMPTY)
        answer = self._client.enrol(EnrolmentRequest(BatchProof(certificate), self._key.public, report, self.name))
        assert isinstance(answer, Enrolment)
        self._id = UUID(answer.device)
        self._client = ServerClient(self._server, self._key, answer.device, clock=self._clock)

    def send(self, day: date, rune: str, counts: Counts) -> CountsVerdict:
        """Sends the document of a day. Returns what the server says of it."""
        document = CountsDocument(CountedPeriod(day), device_key(self._id), rune_key(rune), encode(counts))
        answer = self._client.counts(CountsMessage((document.signed(self._key.sign),)))
        return CountsVerdict(answer.answers[0].name)
