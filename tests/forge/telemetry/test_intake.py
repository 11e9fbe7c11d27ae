"""Documents that devices send: each is taken once or refused by name, and none that a device cannot have counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from forge.accounts.models import Organisation, User
from forge.deployments.actions import create_deployment
from forge.fleet.models import Device, DeviceEntry
from forge.projects.models import Project
from forge.telemetry.models import DeploymentTelemetry, DeviceCounts, WatchedRune
from forge.telemetry.switch.actions import turn_off, turn_on
from forge.telemetry.totals.merging import merge_all
from hmrd.protocol.addresses import COUNTS
from hmrd.protocol.counts import CountsVerdict as Verdict
from hmrd.protocol.signatures import SignedRequest, sign
from rune.digests import digest_of
from rune.watch.counts import Counts
from rune.watch.layout import LabelBins, WatchLayout
from tests.support.forge.counts import MODULE, CountingFleet, counting_fleet, message, yesterday
from tests.support.forge.devices import DeviceKey, device_client
from tests.support.forge.factories.builds import RUNE
from tests.support.forge.factories.deployments import published
from tests.support.watch import LAYOUT, counted, with_watch

pytestmark = pytest.mark.django_db


def refused(fleet: CountingFleet, document: bytes, verdict: Verdict) -> None:
    """Sends a document, which is refused by name, beside one that is taken."""
    good = fleet.document()
    assert fleet.names(document, good) == [verdict, Verdict.ACCEPTED]
    assert DeviceCounts.objects.count() == 1


@pytest.mark.protects("devices/forged-counts")
def test_a_forged_document_is_refused(fleet: CountingFleet) -> None:
    refused(fleet, fleet.document(key=DeviceKey()), Verdict.SIGNATURE_REFUSED)


@pytest.mark.protects("devices/forged-counts")
def test_a_changed_document_is_refused(fleet: CountingFleet) -> None:
    data = bytearray(fleet.document())
    data[40] ^= 1
    refused(fleet, bytes(data), Verdict.SIGNATURE_REFUSED)


@pytest.mark.protects("devices/forged-counts")
def test_a_request_of_another_key_says_nothing(fleet: CountingFleet) -> None:
    answer = fleet.client.send("POST", COUNTS, message([fleet.document()]), key=DeviceKey())
    assert (answer.status_code, answer.json()["name"]) == (401, "signature-refused")
    assert not DeviceCounts.objects.exists()


@pytest.mark.protects("devices/others-counts")
def test_a_document_of_another_device_is_refused(fleet: CountingFleet, organisation: Organisation) -> None:
    other = device_client(organisation, "gate-8")
    theirs = fleet.document(device=other.device, key=other.key)
    refused(fleet, theirs, Verdict.OTHER_DEVICE)
    refused(fleet, fleet.document(device=other.device), Verdict.OTHER_DEVICE)


@pytest.mark.protects("devices/replayed-counts")
def test_other_counts_for_the_same_day_are_refused(fleet: CountingFleet) -> None:
    assert fleet.names(fleet.document()) == [Verdict.ACCEPTED]
    assert fleet.names(fleet.document(counted((1, 1, 1)))) == [Verdict.COUNTS_CHANGED]
    assert fleet.names(fleet.document()) == [Verdict.ACCEPTED]
    merge_all()
    assert fleet.names(fleet.document(), fleet.document(counted((9, 9, 9)))) == [
        Verdict.ACCEPTED,
        Verdict.COUNTS_CHANGED,
    ]
    assert DeviceCounts.objects.count() == 1


@pytest.mark.protects("devices/replayed-counts")
def test_of_two_in_one_request_the_first_counts(fleet: CountingFleet) -> None:
    first, other = fleet.document(), fleet.document(counted((7, 0, 0)))
    assert fleet.names(first, first, other) == [Verdict.ACCEPTED, Verdict.ACCEPTED, Verdict.COUNTS_CHANGED]
    (row,) = DeviceCounts.objects.all()
    assert bytes(row.document) == first


@pytest.mark.protects("devices/false-counts")
def test_a_rune_that_the_deployment_never_served_is_refused(fleet: CountingFleet) -> None:
    refused(fleet, fleet.document(rune=digest_of(b"another")), Verdict.RUNE_UNKNOWN)


@pytest.mark.protects("devices/false-counts")
def test_a_rune_of_another_deployment_is_refused(fleet: CountingFleet, developer: User, project: Project) -> None:
    published(developer, project, "2.0", with_watch(MODULE + b"\0\2\1a", LAYOUT))
    other = create_deployment(developer, project, "Laboratory", "devices", "2.0")
    rune = other.releases.get().rune
    refused(fleet, fleet.document(rune=rune), Verdict.RUNE_UNKNOWN)
    # A device that ran it, as it reported, and was given to another deployment since.
    DeviceEntry.objects.create(
        device_id=fleet.client.device, kind="installed", rune=rune, at=timezone.now(), received=timezone.now()
    )
    refused(fleet, fleet.document(rune=rune), Verdict.RUNE_UNKNOWN)
    turn_on(developer, other)
    DeploymentTelemetry.objects.update(changed=timezone.now() - timedelta(days=30))
    assert fleet.names(fleet.document(rune=rune)) == [Verdict.ACCEPTED]


@pytest.mark.protects("devices/false-counts")
def test_bins_of_another_build_are_refused(fleet: CountingFleet) -> None:
    other = replace(counted(), labels=(50, 30, 10, 10))
    refused(fleet, fleet.document(other), Verdict.BINS_WRONG)
    other = replace(counted(), features=((0, 100, 0), (100, 0)))
    refused(fleet, fleet.document(other), Verdict.BINS_WRONG)


@pytest.mark.protects("devices/false-counts")
@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"answers": 101}, "fewer labels than answers"),
        ({"answers": 99}, "more labels than answers"),
        ({"confidence": (0, 0, 0, 99)}, "a score is missing"),
        ({"features": ((0, 101, 0),)}, "a feature more often than the rune ran"),
        ({"time": (0, 99, 0, 0, 0, 0, 0, 0)}, "fewer runs than answers"),
        ({"time": (0,) * 8}, "a duration without a run"),
        ({"time": (0, 0, 0, 0, 0, 0, 0, 100)}, "a duration below that of each run"),
        ({"microseconds": 90_000_000_000}, "longer than a day"),
        ({"time": (0, 100, 0, 0, 0, 0, 0, 30_000), "microseconds": 86_000_000_000}, "slow runs for more than a day"),
        (
            {"labels": (4_000_000_000, 0, 0), "answers": 4_000_000_000, "confidence": (0, 0, 0, 4_000_000_000)},
            "more than a day has room for",
        ),
        ({"features": ((0, 1 << 62, 0),)}, "an exponent that nobody counts to"),
    ],
)
def test_counts_that_cannot_be_are_refused(fleet: CountingFleet, changes: dict[str, Any], why: str) -> None:
    refused(fleet, fleet.document(replace(counted(), **changes)), Verdict.COUNTS_IMPOSSIBLE)


@pytest.mark.protects("devices/false-counts")
def test_an_hour_has_less_room_than_a_day(fleet: CountingFleet) -> None:
    busy = replace(counted((1_000_000, 0, 0)), microseconds=4_000_000_000)
    assert fleet.names(fleet.document(busy), fleet.document(busy, hour=3)) == [
        Verdict.ACCEPTED,
        Verdict.COUNTS_IMPOSSIBLE,
    ]


@pytest.mark.protects("devices/false-days")
def test_days_that_cannot_be_are_refused(fleet: CountingFleet, settings: Any) -> None:
    settings.TELEMETRY_DAYS = 20
    refused(fleet, fleet.document(day=yesterday(-3)), Verdict.DAY_AHEAD)
    refused(fleet, fleet.document(day=yesterday(22)), Verdict.DAY_OLD)
    Device.objects.update(claimed=timezone.now() - timedelta(days=5))
    refused(fleet, fleet.document(day=yesterday(6)), Verdict.DAY_EARLY)


@pytest.mark.protects("devices/false-days")
def test_a_day_before_telemetry_was_turned_on_is_refused(fleet: CountingFleet) -> None:
    DeploymentTelemetry.objects.update(changed=timezone.now() - timedelta(days=2))
    refused(fleet, fleet.document(day=yesterday(3)), Verdict.DAY_EARLY)


def test_bytes_that_are_no_document_are_refused(fleet: CountingFleet) -> None:
    refused(fleet, b"", Verdict.NOT_A_DOCUMENT)
    refused(fleet, bytes(242), Verdict.NOT_A_DOCUMENT)


@pytest.mark.protects("devices/unwanted-counts")
def test_turned_off_nothing_is_accepted_and_the_device_is_told(fleet: CountingFleet, developer: User) -> None:
    assert fleet.client.poll().json()["telemetry"] == "day"
    etag = fleet.client.poll().headers["ETag"]
    turn_off(developer, fleet.deployment)
    answer = fleet.client.poll(etag)
    assert (answer.status_code, "telemetry" in answer.json()) == (200, False)
    assert fleet.names(fleet.document()) == [Verdict.TELEMETRY_OFF]
    assert not DeviceCounts.objects.exists()


@pytest.mark.protects("devices/floods")
def test_a_device_that_sends_without_end_is_stopped_by_its_key(fleet: CountingFleet) -> None:
    documents = [fleet.document(day=yesterday(back)) for back in range(1, 29)]
    body = message((documents * 3)[:64])
    answers = [fleet.client.send("POST", COUNTS, body) for _ in range(11)]
    assert [each.status_code for each in answers] == [200] * 10 + [429]
    assert answers[-1].json()["name"] == "too-often"
    assert DeviceCounts.objects.count() == 28


@pytest.mark.protects("devices/floods")
def test_a_message_has_at_most_64_documents(fleet: CountingFleet) -> None:
    answer = fleet.send(*[fleet.document()] * 65)
    assert (answer.status_code, answer.json()["name"]) == (400, "message-wrong")


@pytest.mark.protects("devices/retired")
def test_a_locked_device_sends_nothing(fleet: CountingFleet) -> None:
    Device.objects.update(locked_out=timezone.now())
    answer = fleet.send(fleet.document())
    assert (answer.status_code, answer.json()["name"]) == (403, "locked-out")


def test_a_recorded_request_counts_nothing_twice(fleet: CountingFleet) -> None:
    body = b'{"documents":[]}'
    request = SignedRequest("POST", "testserver", COUNTS, "", body)
    headers = sign(request, fleet.client.device, timezone.now().timestamp(), fleet.client.key.sign)
    assert fleet.client.send_as_is("POST", COUNTS, body, headers).status_code == 400
    answer = fleet.send(fleet.document())
    assert answer.json() == fleet.send(fleet.document()).json()
    merge_all()
    assert DeviceCounts.objects.count() == 1


def test_weeks_later_all_days_come_in_one_request(fleet: CountingFleet) -> None:
    documents = [fleet.document(day=yesterday(back)) for back in range(1, 29)]
    assert set(fleet.names(*documents)) == {Verdict.ACCEPTED}
    assert DeviceCounts.objects.count() == 28
    (rune,) = WatchedRune.objects.all()
    assert (rune.version, rune.layout) == ("1.0", LAYOUT)


def test_a_rune_that_counts_nothing_itself_has_the_counts_of_its_machine(
    organisation: Organisation, project: Project, developer: User, reviewer: User
) -> None:
    fleet = counting_fleet(organisation, project, developer, RUNE)
    own = Counts(time=(100, 0, 0, 0, 0, 0, 0, 0), answers=100, microseconds=20_000)
    assert fleet.names(fleet.document(own), fleet.document(own, day=yesterday(2))) == [Verdict.ACCEPTED] * 2
    assert fleet.names(fleet.document(counted(), day=yesterday(3))) == [Verdict.BINS_WRONG]


def test_a_machine_that_measures_no_time_sends_zeros(fleet: CountingFleet) -> None:
    assert fleet.names(fleet.document(replace(counted(), time=(0,) * 8, microseconds=0))) == [Verdict.ACCEPTED]


def test_large_counts_are_rounded_and_taken(fleet: CountingFleet) -> None:
    labels = (1_234_567, 345_678, 77)
    assert fleet.names(fleet.document(counted(labels))) == [Verdict.ACCEPTED]


def test_a_damaged_section_counts_nothing_and_stops_nothing(
    organisation: Organisation, project: Project, developer: User, reviewer: User
) -> None:
    layout = WatchLayout(LabelBins(("a",), (0,)), None)
    damaged_rune = with_watch(MODULE, layout).replace(b'"names":["a"]', b'"names":["a" ')
    fleet = counting_fleet(organisation, project, developer, damaged_rune)
    assert fleet.names(fleet.document(counted())) == [Verdict.BINS_WRONG]
