"""Pairs of labels that devices send while a rune runs beside the one that answers: taken once, or refused by name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from forge.accounts.models import Organisation, User
from forge.fleet.models import Device
from forge.projects.models import Project
from forge.telemetry.intake.access import shadow_pairs
from forge.telemetry.intake.runes import watch_rune
from forge.telemetry.intake.taking import forget_device
from forge.telemetry.models import DeploymentTelemetry, DeviceCounts, DevicePairs
from forge.telemetry.retention import delete_old
from forge.telemetry.switch.actions import turn_off
from hmrd.protocol.counts import CountedPeriod, device_key, rune_key
from hmrd.protocol.counts import CountsVerdict as Verdict
from hmrd.protocol.pairs import PairsDocument
from rune.digests import digest_of
from rune.watch.layout import LabelBins, WatchLayout
from rune.watch.pairs import LabelPairs, PairBins, encode
from tests.support.forge.counts import MODULE, CountingFleet, yesterday
from tests.support.forge.devices import DeviceKey, device_client
from tests.support.forge.factories.deployments import published
from tests.support.watch import with_watch

pytestmark = pytest.mark.django_db
SWAPPED = WatchLayout(LabelBins(("nothing", "knock", "speech"), (0, 1, 2)), None)
BESIDE = with_watch(MODULE + b"\0\2\1b", SWAPPED)
BINS = PairBins(("nothing", "speech", "knock"), ("nothing", "knock", "speech"))
PAIRS = LabelPairs(((50, 0, 1), (0, 20, 0), (0, 0, 9)), 4)


@dataclass
class ShadowFleet:
    """A device with a rune beside the one that answers."""

    counting: CountingFleet
    beside: str

    def document(
        self,
        pairs: LabelPairs = PAIRS,
        *,
        day: date | None = None,
        hour: int = 9,
        rune: str = "",
        beside: str = "",
        device: str = "",
        key: DeviceKey | None = None,
        bins: PairBins = BINS,
    ) -> bytes:
        """A document of the device, about an hour of yesterday."""
        document = PairsDocument(
            CountedPeriod(day or yesterday(), hour),
            device_key(UUID(device or self.counting.client.device)),
            rune_key(rune or self.counting.rune),
            rune_key(beside or self.beside),
            encode(pairs, bins),
        )
        return document.signed((key or self.counting.client.key).sign)

    def names(self, *documents: bytes) -> list[str]:
        """Sends documents in one request. Returns the name of each answer."""
        return self.counting.names(*documents)


@pytest.fixture
def shadow(fleet: CountingFleet, developer: User, project: Project) -> ShadowFleet:
    published(developer, project, "2.0", BESIDE)
    watch_rune(fleet.deployment.pk, digest_of(BESIDE), "2.0")
    return ShadowFleet(fleet, digest_of(BESIDE))


def refused(shadow: ShadowFleet, document: bytes, verdict: Verdict) -> None:
    """Sends a document, which is refused by name, beside one that is taken."""
    assert shadow.names(document, shadow.document()) == [verdict, Verdict.ACCEPTED]
    assert DevicePairs.objects.count() == 1


def test_pairs_are_read_by_device(shadow: ShadowFleet, organisation: Organisation) -> None:
    other = device_client(organisation, "gate-8")
    Device.objects.update(claimed=timezone.now() - timedelta(days=30))
    assert shadow.names(shadow.document(), shadow.document(hour=10), shadow.counting.document()) == ["accepted"] * 3
    table = shadow_pairs(shadow.counting.deployment.pk, shadow.counting.rune, shadow.beside, midnight(yesterday()))
    assert table is not None
    assert (table.bins, table.devices) == (BINS, (UUID(shadow.counting.client.device),))
    assert table.counts.shape == (1, 12, 12)
    assert table.counts[0, :3, :3].tolist() == [[100, 0, 2], [0, 40, 0], [0, 0, 18]]
    assert table.counts.sum() == 160
    assert int(table.counts[0][table.agreeing].sum()) == 100
    assert (table.missed.tolist(), table.hours.tolist()) == ([8], [2])
    at_ten = shadow_pairs(
        shadow.counting.deployment.pk,
        shadow.counting.rune,
        shadow.beside,
        midnight(yesterday()) + timedelta(hours=10),
    )
    assert at_ten is not None
    assert at_ten.hours.tolist() == [1]
    of_other = shadow_pairs(
        shadow.counting.deployment.pk, shadow.counting.rune, shadow.beside, midnight(yesterday()), [UUID(other.device)]
    )
    assert of_other is not None
    assert of_other.devices == ()
    assert DeviceCounts.objects.count() == 1


def test_runes_that_are_not_known_have_no_pairs(shadow: ShadowFleet) -> None:
    deployment, now = shadow.counting.deployment.pk, timezone.now()
    assert shadow_pairs(deployment, shadow.counting.rune, digest_of(b"another"), now) is None


@pytest.mark.protects("devices/forged-counts")
def test_forged_pairs_are_refused(shadow: ShadowFleet) -> None:
    refused(shadow, shadow.document(key=DeviceKey()), Verdict.SIGNATURE_REFUSED)
    data = bytearray(shadow.document())
    data[60] ^= 1
    refused(shadow, bytes(data), Verdict.SIGNATURE_REFUSED)


@pytest.mark.protects("devices/others-counts")
def test_pairs_of_another_device_are_refused(shadow: ShadowFleet, organisation: Organisation) -> None:
    other = device_client(organisation, "gate-8")
    refused(shadow, shadow.document(device=other.device, key=other.key), Verdict.OTHER_DEVICE)


@pytest.mark.protects("devices/replayed-counts")
def test_other_pairs_for_the_same_hour_are_refused(shadow: ShadowFleet) -> None:
    other = shadow.document(LabelPairs(((1, 0, 0), (0, 0, 0), (0, 0, 0))))
    assert shadow.names(shadow.document(), shadow.document(), other) == [
        Verdict.ACCEPTED,
        Verdict.ACCEPTED,
        Verdict.COUNTS_CHANGED,
    ]
    assert shadow.names(other, shadow.document()) == [Verdict.COUNTS_CHANGED, Verdict.ACCEPTED]
    (row,) = DevicePairs.objects.all()
    assert bytes(row.document) == shadow.document()


@pytest.mark.protects("devices/false-counts")
def test_pairs_that_cannot_be_are_refused(shadow: ShadowFleet) -> None:
    refused(shadow, shadow.document(beside=digest_of(b"another")), Verdict.RUNE_UNKNOWN)
    refused(shadow, shadow.document(rune=digest_of(b"another")), Verdict.RUNE_UNKNOWN)
    unlike = PairBins(("a", "b", "c", "d"), BINS.beside)
    refused(shadow, shadow.document(LabelPairs(((0, 0, 0),) * 3 + ((0, 0, 1),)), bins=unlike), Verdict.BINS_WRONG)
    busy = LabelPairs(((80_000_000, 0, 0), (0, 0, 0), (0, 0, 0)))
    refused(shadow, shadow.document(busy), Verdict.COUNTS_IMPOSSIBLE)
    refused(shadow, shadow.document(LabelPairs(PAIRS.counts, 80_000_000)), Verdict.COUNTS_IMPOSSIBLE)


@pytest.mark.protects("devices/false-counts")
def test_pairs_with_a_rune_without_labels_are_refused(shadow: ShadowFleet) -> None:
    plain = digest_of(b"a rune that nobody stored")
    watch_rune(shadow.counting.deployment.pk, plain, "3.0")
    refused(shadow, shadow.document(beside=plain), Verdict.BINS_WRONG)


@pytest.mark.protects("devices/false-days")
def test_hours_that_cannot_be_are_refused(shadow: ShadowFleet) -> None:
    refused(shadow, shadow.document(day=yesterday(-3)), Verdict.DAY_AHEAD)
    refused(shadow, shadow.document(day=yesterday(200)), Verdict.DAY_OLD)
    DeploymentTelemetry.objects.update(changed=timezone.now() - timedelta(days=2))
    refused(shadow, shadow.document(day=yesterday(3)), Verdict.DAY_EARLY)


@pytest.mark.protects("devices/unwanted-counts")
def test_turned_off_no_pairs_are_taken(shadow: ShadowFleet, developer: User) -> None:
    turn_off(developer, shadow.counting.deployment)
    assert shadow.names(shadow.document()) == [Verdict.TELEMETRY_OFF]


def test_pairs_go_with_their_device_and_after_their_time(shadow: ShadowFleet, settings: Any) -> None:
    assert shadow.names(shadow.document(), shadow.document(day=yesterday(5))) == ["accepted"] * 2
    settings.TELEMETRY_DAYS = 3
    delete_old()
    assert DevicePairs.objects.count() == 1
    forget_device(Device.objects.get())
    assert not DevicePairs.objects.exists()


def midnight(day: date) -> datetime:
    """The beginning of a day in UTC."""
    return datetime.combine(day, time(), UTC)
