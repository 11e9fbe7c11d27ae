"""Devices that run a release in shadow and send the pairs of labels that both gave."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.utils import timezone

from hmrd.protocol.addresses import COUNTS
from hmrd.protocol.counts import CountedPeriod, device_key, rune_key
from hmrd.protocol.pairs import PairsDocument
from rune.watch.pairs import LabelPairs, PairBins, encode
from tests.support.forge.counts import message
from tests.support.forge.rollouts import ObedientDevice, RolloutFleet

LABELS: Final = ("nothing", "speech", "knock")


def in_shadow(fleet: RolloutFleet) -> list[ObedientDevice]:
    """Returns the devices that run a release beside the one that answers."""
    return [each for each in fleet.devices if each.shadow is not None]


def send_pairs(device: ObedientDevice, counts: Sequence[Sequence[int]], misses: int = 0, back: int = 1) -> str:
    """Sends the pairs of the last whole hour, or of one so many hours back. Returns what the server says."""
    assert device.running is not None
    assert device.shadow is not None
    hour = timezone.now() - timedelta(hours=back)
    document = PairsDocument(
        CountedPeriod(hour.date(), hour.hour),
        device_key(UUID(device.client.device)),
        rune_key(device.running.rune),
        rune_key(device.shadow.rune),
        encode(LabelPairs(tuple(map(tuple, counts)), misses), PairBins(LABELS, LABELS)),
    )
    answer = device.client.send("POST", COUNTS, message([document.signed(device.client.key.sign)]))
    (verdict,) = answer.json()["answers"]
    return str(verdict["name"])
