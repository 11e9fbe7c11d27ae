"""Turning telemetry on and off: off unless somebody who may turns it on, who hears of it, and what the page says."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from forge.accounts.audit.log import organisation_entries
from forge.accounts.audit.sentences import render_entries
from forge.accounts.models import Organisation, User
from forge.core.errors import Forbidden
from forge.core.models import Event
from forge.deployments.bindings.actions import bind_to_group
from forge.deployments.models import Deployment
from forge.fleet.groups.actions import create_group
from forge.fleet.models import Assignment, RolloutRole
from forge.notices.access import notices_of
from forge.notices.serializers import notice_to_json
from forge.projects.models import Project
from forge.telemetry.models import DayTotal, DeploymentTelemetry, DeviceCounts, WatchedRune
from forge.telemetry.switch.actions import turn_off, turn_on
from forge.telemetry.totals.merging import merge_all
from hmrd.protocol.document_fields import pairs_fields
from rune.watch.pairs import PairBins
from tests.support.forge.counts import WATCHING, CountingFleet
from tests.support.forge.devices import device_client
from tests.support.forge.factories.deployments import deployed, published
from tests.support.forge.shadows import LABELS

pytestmark = pytest.mark.django_db


@pytest.fixture
def gateways(developer: User, reviewer: User, project: Project) -> Deployment:
    published(developer, project, "1.0", WATCHING)
    return deployed(developer, project, "1.0", title="Gateways", kind="devices")


@pytest.mark.protects("devices/unwanted-counts")
def test_no_device_is_asked_for_counts_unless_somebody_turns_it_on(
    developer: User, organisation: Organisation, gateways: Deployment
) -> None:
    client = device_client(organisation)
    create_group(developer, organisation, "Berlin", "site=berlin")
    bind_to_group(developer, gateways, "berlin", 1)
    assert "telemetry" not in client.poll().json()
    turn_on(developer, gateways)
    answer = client.poll()
    assert answer.json()["telemetry"] == "day"
    assert client.poll(answer.headers["ETag"]).status_code == 304
    turn_on(developer, gateways)
    assert client.poll(answer.headers["ETag"]).status_code == 304, "what is so already changes nothing"


def test_a_deployment_that_counts_is_bound_with_it(
    developer: User, organisation: Organisation, gateways: Deployment
) -> None:
    turn_on(developer, gateways)
    create_group(developer, organisation, "Berlin", "site=berlin")
    bind_to_group(developer, gateways, "berlin", 0)
    assert Assignment.objects.get().telemetry == "day"


def test_who_may_not_deploy_changes_nothing(viewer: User, reviewer: User, gateways: Deployment) -> None:
    for person in (viewer, reviewer):
        for change in (turn_on, turn_off):
            with pytest.raises(Forbidden):
                change(person, gateways)


def test_people_hear_of_it_and_the_log_has_it(
    owner: User, developer: User, organisation: Organisation, gateways: Deployment
) -> None:
    turn_on(owner, gateways)
    sentences = [entry.sentence for entry in render_entries(list(organisation_entries(owner, organisation)))]
    assert "Mika Kallio turned telemetry of the deployment Gateways of acme/kitchen on." in sentences
    event = Event.objects.get(type="telemetry.changed")
    assert event.data == {"deployment": "gateways", "title": "Gateways", "is_on": True}
    (notice,) = [each for each in map(notice_to_json, notices_of(developer)) if each["kind"] == "telemetry"]
    assert notice["text"] == "Mika Kallio turned telemetry of Gateways on: its devices send counts"


def test_the_page_says_byte_for_byte_what_leaves_a_device(
    developer: User, viewer: User, gateways: Deployment, browser_of: Callable[[User | None], Client]
) -> None:
    browser = browser_of(developer)
    address = gateways.get_absolute_url()
    page = browser.get(address).content.decode()
    assert "It was never on." in page
    for text in (
        "runs with the answer &quot;knock&quot;",
        "runs with audio level below 100",
        "242",
        "signature of the device",
        "Never in it:",
    ):
        assert text in page
    answer = browser.post(f"{address}/telemetry", {"do": "on"})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{address}#telemetry")
    page = browser.get(address).content.decode()
    assert "<b>On</b> since" in page
    assert "Jo Okafor" in page
    browser.post(f"{address}/telemetry", {"do": "off"})
    page = browser_of(viewer).get(address).content.decode()
    assert "<b>Off</b> since" in page
    assert 'value="on"' not in page


def test_the_page_says_what_leaves_devices_of_a_rollout_and_those_compared_with(
    viewer: User, gateways: Deployment, browser_of: Callable[[User | None], Client]
) -> None:
    """Each role that a rollout gives a device has it send hours, and one of them pairs too."""
    assert set(RolloutRole) == {RolloutRole.NEW, RolloutRole.SHADOW, RolloutRole.COMPARED, RolloutRole.KEEPS}
    page = " ".join(browser_of(viewer).get(gateways.get_absolute_url()).content.decode().split())
    for text in (
        "<b>While a rollout tries a version:</b> the same 242 bytes for each hour in place of the day",
        "those that stay on the former version and are compared with",
        "kind: 0 a day, 1 an hour, 2 pairs of an hour",
        "From devices in shadow, a second document for each hour: labels that both versions gave, byte by byte",
        "first bytes of the digest of the rune that runs beside it",
    ):
        assert text in page
    for field in pairs_fields(PairBins(LABELS, LABELS)):
        assert f"<td>{field.offset}</td><td>{field.size}</td>" in page


def test_a_deployment_of_websites_says_what_apps_report(
    developer: User, reviewer: User, project: Project, browser_of: Callable[[User | None], Client]
) -> None:
    website = deployed(developer, project, "1.0")
    page = browser_of(developer).get(website.get_absolute_url()).content.decode()
    assert "@hotg-ai/forge" in page
    assert "What leaves a device" not in page


def test_counts_go_with_their_deployment(fleet: CountingFleet) -> None:
    fleet.names(fleet.document())
    merge_all()
    fleet.deployment.delete()
    assert not any(table.objects.exists() for table in (DayTotal, DeploymentTelemetry, DeviceCounts, WatchedRune))
