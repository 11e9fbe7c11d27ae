"""A deployment that is for a group of devices: what they are wanted to run, who may read it, and how it changes."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from forge.accounts.models import Organisation, User
from forge.core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound, Stale
from forge.deployments.actions import create_deployment, delete_deployment, go_back, promote, serve_tag
from forge.deployments.bindings.actions import bind_to_group, store_home_order, unbind_from_group
from forge.deployments.bound_devices import BoundToGroup, NotBound, order_of
from forge.deployments.errors import NotPromoted
from forge.deployments.models import Deployment
from forge.deployments.settings.actions import change_deployment
from forge.deployments.updates.jobs import request_updates
from forge.fleet.groups.actions import create_group
from forge.fleet.groups.assignments import assignment_of
from forge.fleet.groups.models import GroupKind
from forge.fleet.models import Device, SelfTest
from forge.fleet.self_tests.judging import store_outputs
from forge.projects.models import Project
from forge.registry.provenance.signing.models import KeyOrigin, SigningKey
from forge.registry.tags.withdrawing.actions import withdraw_tag
from hmrd.protocol.addresses import deployment_path, rune_path
from hmrd.protocol.orders import KeysOrder, LeaveOrder, MoveOrder, sign_order
from hmrd.protocol.wanted import DesiredState, WantedRune
from rune.tools.signing.keys import Algorithm, make_private_key
from tests.support.forge.devices import DeviceClient, device_client
from tests.support.forge.factories.deployments import deployed, now, published

pytestmark = pytest.mark.django_db
Signer = Callable[[], list[Any]]
OTHER_RUNE = b"\0asm\1\0\0\0" + b"another rune"


@pytest.fixture
def gate(organisation: Organisation) -> DeviceClient:
    return device_client(organisation)


@pytest.fixture
def gateways(developer: User, reviewer: User, project: Project) -> Deployment:
    return deployed(developer, project, "1.0", title="Gateways", kind="devices")


@pytest.fixture
def bound(developer: User, organisation: Organisation, gate: DeviceClient, gateways: Deployment) -> Deployment:
    create_group(developer, organisation, "Berlin", "site=berlin")
    bind_to_group(developer, gateways, "berlin", 1)
    return gateways


@pytest.fixture
def sign(run_signer: Signer) -> Callable[[], None]:
    def run() -> None:
        request_updates()
        for job in run_signer():
            assert job.state == "succeeded", job.error
        # The result of a worker for these bytes, which are not a rune.
        for test in SelfTest.objects.filter(computed=None):
            store_outputs(test, "", "the rune does not run")

    return run


def wanted_of(client: DeviceClient) -> WantedRune | None:
    return DesiredState.from_json(client.poll().json()).wanted


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"group": "hamburg"}, NotFound),
        ({"group": "away"}, Conflict),
        ({"devices": 0}, Stale),
        ({"devices": 2}, Stale),
    ],
)
def test_a_binding_that_does_not_fit_is_refused(
    developer: User,
    organisation: Organisation,
    gate: DeviceClient,
    gateways: Deployment,
    change: dict[str, Any],
    error: type[DomainError],
) -> None:
    create_group(developer, organisation, "Berlin", "site=berlin")
    create_group(developer, organisation, "Away", "seen>1d", GroupKind.SEARCH)
    values = {"group": "berlin", "devices": 1, **change}
    if values["group"] == "away":
        values["devices"] = 0
        Device.objects.update(seen=timezone.now())
    with pytest.raises(error):
        bind_to_group(developer, gateways, **values)
    assert assignment_of(gateways.pk) is None


def test_a_deployment_for_websites_is_for_no_devices(
    developer: User, reviewer: User, organisation: Organisation, project: Project
) -> None:
    create_group(developer, organisation, "Berlin", "site=berlin")
    with pytest.raises(Invalid, match="for a website"):
        bind_to_group(developer, deployed(developer, project, "1.0"), "berlin", 0)


def test_who_may_not_deploy_binds_nothing(reviewer: User, bound: Deployment) -> None:
    with pytest.raises(Forbidden):
        unbind_from_group(reviewer, bound)
    with pytest.raises(Forbidden):
        bind_to_group(reviewer, bound, "berlin", 1)


def test_a_group_has_one_deployment_and_a_deployment_one_group(
    developer: User, organisation: Organisation, project: Project, bound: Deployment
) -> None:
    other = create_deployment(developer, project, "Laboratory", "devices", "1.0")
    with pytest.raises(Conflict, match="is for Berlin"):
        bind_to_group(developer, other, "berlin", 1)
    create_group(developer, organisation, "All", "")
    with pytest.raises(BoundToGroup):
        bind_to_group(developer, bound, "all", 1)


def test_a_release_is_wanted_once_it_is_signed(bound: Deployment, gate: DeviceClient, sign: Callable[[], None]) -> None:
    assert wanted_of(gate) is None
    sign()
    release = now(bound)
    wanted_rune = wanted_of(gate)
    assert wanted_rune is not None
    assert (wanted_rune.deployment, wanted_rune.number, wanted_rune.version) == ("acme/kitchen/gateways", 1, "1.0")
    assert (wanted_rune.rune, wanted_rune.size) == (release.rune, release.size)


def test_a_version_of_devices_changes_by_a_press_that_saw_their_number(
    developer: User, project: Project, bound: Deployment, gate: DeviceClient, sign: Callable[[], None]
) -> None:
    sign()
    published(developer, project, "1.1", OTHER_RUNE)
    for devices in (None, 0, 2):
        with pytest.raises(Stale, match="1 device"):
            serve_tag(developer, bound, "1.1", devices=devices)
    serve_tag(developer, bound, "1.1", devices=1)
    before = wanted_of(gate)
    sign()
    after = wanted_of(gate)
    assert before is not None
    assert after is not None
    assert (before.version, after.version, after.number) == ("1.0", "1.1", 2)
    with pytest.raises(Stale):
        go_back(developer, bound, 1)
    go_back(developer, bound, 1, devices=1)
    sign()
    again = wanted_of(gate)
    assert again is not None
    assert (again.version, again.number) == ("1.0", 3)


def test_it_follows_no_tag_and_is_promoted_from_nothing(developer: User, project: Project, bound: Deployment) -> None:
    source = create_deployment(developer, project, "Staging", "devices", "1.0")
    with pytest.raises(BoundToGroup):
        serve_tag(developer, bound, "1.0", follow=True, devices=1)
    with pytest.raises(BoundToGroup):
        change_deployment(developer, bound, promoted_from=source.name)


def test_binding_ends_that_it_follows_a_tag_or_is_promoted(
    developer: User, reviewer: User, organisation: Organisation, project: Project
) -> None:
    staging = deployed(developer, project, "stable", title="Staging", kind="devices", follow=True)
    gateways = create_deployment(developer, project, "Gateways", "devices", "stable", promoted_from=staging.name)
    create_group(developer, organisation, "Berlin", "site=berlin")
    create_group(developer, organisation, "Hamburg", "site=hamburg")
    bind_to_group(developer, gateways, "berlin", 0)
    bind_to_group(developer, staging, "hamburg", 0)
    for each in (gateways, staging):
        each.refresh_from_db()
        assert (each.follows, each.promoted_from) == ("", None)
    with pytest.raises(NotPromoted):
        promote(developer, gateways)


def test_a_device_reads_what_it_shall_run_and_nothing_else(
    developer: User, organisation: Organisation, project: Project, bound: Deployment, gate: DeviceClient, sign: Any
) -> None:
    sign()
    wanted_rune = wanted_of(gate)
    assert wanted_rune is not None
    path = rune_path(wanted_rune.deployment, wanted_rune.rune)
    whole = gate.send("GET", path)
    part = gate.send("GET", path, headers={"Range": "bytes=4-"})
    bytes_of = [b"".join(each.streaming_content) if each.streaming else each.content for each in (whole, part)]
    assert (whole.status_code, part.status_code) == (200, 206)
    assert bytes_of[0][4:] == bytes_of[1]
    documents = f"{deployment_path(wanted_rune.deployment)}/tuf/timestamp.json"
    assert gate.send("GET", documents).status_code == 200

    create_deployment(developer, project, "Laboratory", "devices", "1.0")
    stranger = device_client(organisation, "elsewhere")
    Device.objects.get(pk=stranger.device).labels.update(value="hamburg")
    Device.objects.filter(pk=stranger.device).update(assignment=None)
    laboratory = "acme/kitchen/laboratory"
    answers = [
        gate.send("GET", rune_path(laboratory, wanted_rune.rune)),
        gate.send("GET", f"{deployment_path(laboratory)}/tuf/timestamp.json"),
        gate.send("GET", rune_path("acme/kitchen/nothing", wanted_rune.rune)),
        stranger.send("GET", path),
        stranger.send("GET", documents),
    ]
    assert {(each.status_code, each.json()["name"]) for each in answers} == {(403, "key-unknown")}


@pytest.mark.parametrize("field", ["locked_out", "retired"])
def test_a_device_that_is_not_in_service_reads_nothing(
    bound: Deployment, gate: DeviceClient, sign: Callable[[], None], field: str
) -> None:
    sign()
    wanted_rune = wanted_of(gate)
    assert wanted_rune is not None
    Device.objects.update(**{field: timezone.now()})
    answer = gate.send("GET", rune_path(wanted_rune.deployment, wanted_rune.rune))
    assert (answer.status_code, answer.json()["name"]) == (403, "device-refused")


def test_devices_keep_what_they_run_after_their_version_was_withdrawn(
    owner: User,
    project: Project,
    bound: Deployment,
    gate: DeviceClient,
    sign: Any,
    django_capture_on_commit_callbacks: Any,
) -> None:
    sign()
    with django_capture_on_commit_callbacks(execute=True):
        withdraw_tag(owner, project, "1.0", "It hears knocks where there are none.")
    assert wanted_of(gate) is None


@pytest.mark.parametrize("ending", ["unbind", "delete"])
def test_devices_keep_what_they_run_when_their_deployment_ends(
    owner: User, bound: Deployment, gate: DeviceClient, sign: Callable[[], None], ending: str
) -> None:
    sign()
    assert wanted_of(gate) is not None
    if ending == "unbind":
        unbind_from_group(owner, bound)
        with pytest.raises(NotBound):
            unbind_from_group(owner, bound)
    else:
        delete_deployment(owner, bound)
    assert wanted_of(gate) is None


def test_an_order_of_the_key_at_home_goes_to_the_devices_until_another_release_is_wanted(
    developer: User, organisation: Organisation, project: Project, bound: Deployment, gate: DeviceClient, sign: Any
) -> None:
    sign()
    home, other = make_private_key(Algorithm.ED25519), make_private_key(Algorithm.ED25519)
    SigningKey.objects.create(
        organisation=organisation,
        origin=KeyOrigin.HOME,
        algorithm=Algorithm.ED25519,
        fingerprint=home.public.fingerprint,
        public_key=home.public.pem,
        created=timezone.now(),
    )
    assignment = assignment_of(bound.pk)
    assert assignment is not None
    order = order_of(assignment)
    assert order is not None
    for order_text in (sign_order(order, other), sign_order(type(order)(**{**vars(order), "number": 9}), home), "{}"):
        with pytest.raises(Invalid):
            store_home_order(developer, bound, order_text)
    envelope = sign_order(order, home)
    store_home_order(developer, bound, envelope)
    assert DesiredState.from_json(gate.poll().json()).orders == (envelope,)
    keys = sign_order(KeysOrder("acme", 1, (other.public.pem,)), home)
    store_home_order(developer, bound, keys)
    for order_text in (
        sign_order(KeysOrder("beta", 1, (other.public.pem,)), home),
        sign_order(MoveOrder("acme/kitchen/laboratory", "acme/kitchen/gateways", 1), home),
        sign_order(LeaveOrder("acme", gate.device), home),
    ):
        with pytest.raises(Invalid):
            store_home_order(developer, bound, order_text)
    published(developer, project, "1.1", OTHER_RUNE)
    serve_tag(developer, bound, "1.1", devices=1)
    sign()
    assert DesiredState.from_json(gate.poll().json()).orders == (keys,)


def test_a_device_pins_the_root_that_was_signed(
    bound: Deployment, gate: DeviceClient, sign: Callable[[], None]
) -> None:
    address = "/api/device/v1/enrolments"
    assert gate.send("GET", address).json()["trust"].get("root") is None
    sign()
    assert gate.send("GET", address).json()["trust"]["root"].startswith("sha256:")


def test_the_page_binds_says_the_number_of_devices_and_sets_their_version(
    developer: User,
    organisation: Organisation,
    project: Project,
    gate: DeviceClient,
    gateways: Deployment,
    sign: Callable[[], None],
    browser_of: Callable[[User | None], Client],
) -> None:
    create_group(developer, organisation, "Berlin", "site=berlin")
    browser = browser_of(developer)
    address = gateways.get_absolute_url()
    page = browser.get(address).content.decode()
    assert '<option value="berlin 1">' in page
    etag = tag_of(page)
    browser.post(f"{address}/do", {"do": "bind", "group": "berlin 1", "etag": etag})
    sign()
    published(developer, project, "1.1", OTHER_RUNE)
    page = browser.get(address).content.decode()
    assert "Set version of" in page
    choice = re.search(r'<option value="(fixed 1\.1 [^"]*)"', page)
    assert choice is not None
    form = {"do": "serve", "choice": choice[1], "etag": tag_of(page)}
    answer = browser.post(f"{address}/do", {**form, "devices": "7"}).content.decode()
    assert "Berlin has 1 device now" in answer
    browser.post(f"{address}/do", {**form, "devices": "1"})
    sign()
    wanted_rune = wanted_of(gate)
    assert wanted_rune is not None
    assert wanted_rune.version == "1.1"
    progress = browser.get(f"/api/v1/projects/acme/kitchen/deployments/{gateways.name}").json()["devices"]
    assert (progress["group"], progress["devices"], progress["wanted"], progress["running"]) == ("berlin", 1, "1.1", 0)
    assert progress["waiting"] + progress["away"] == 1


def test_a_reader_sees_the_devices_and_binds_nothing(
    viewer: User, bound: Deployment, browser_of: Callable[[User | None], Client]
) -> None:
    page = browser_of(viewer).get(bound.get_absolute_url()).content.decode()
    assert "of the group <b>Berlin</b>" in page
    assert 'value="unbind"' not in page


def tag_of(page: str) -> str:
    tag = re.search(r'name="etag" value="([^"]*)"', page)
    assert tag is not None
    return html.unescape(tag[1])
