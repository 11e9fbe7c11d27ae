"""Changes of a device by members: name, note, labels, requests, locked out, retired, deleted."""

from __future__ import annotations

import pytest

from forge.accounts.audit.log import organisation_entries
from forge.accounts.audit.sentences import render_entries
from forge.accounts.models import Organisation, User
from forge.core.errors import Forbidden, NotFound, Stale
from forge.core.models import Event
from forge.core.preconditions import etag_of
from forge.fleet.devices.actions.changing import change_device
from forge.fleet.devices.actions.requests import request_of_device
from forge.fleet.devices.actions.standing import delete_device, let_in_device, lock_out_device, retire_device
from forge.fleet.devices.etag_facets import device_facets
from forge.fleet.devices.labels import labels_of, parse_labels
from forge.fleet.devices.models import Device, DeviceEntry, PersonEntry
from forge.fleet.devices.requests import ask_device
from forge.fleet.errors import BadDeviceName, BadLabels, DeviceNameInUse, NothingRuns, NotInService, RequestPending
from hmrd.protocol.wanted import RequestKind
from tests.forge.fleet.conftest import Send
from tests.support.forge.factories.devices import RUNE, joined

pytestmark = pytest.mark.django_db


def _sentences(owner: User, organisation: Organisation) -> list[str]:
    return [each.sentence for each in render_entries(list(organisation_entries(owner, organisation)))]


def _kinds(device: Device) -> list[str]:
    return list(DeviceEntry.objects.filter(device=device).values_list("kind", flat=True))


def test_a_change_is_in_the_timeline_the_audit_log_and_an_event(
    device: Device, developer: User, owner: User, organisation: Organisation
) -> None:
    change_device(developer, device, name="gate-8", labels={"site": "hamburg", "line": "3"})
    device.refresh_from_db()
    assert (device.name, labels_of(device)) == ("gate-8", {"site": "hamburg", "line": "3"})
    assert _kinds(device)[0] == PersonEntry.LABELS
    expected = "changed the device gate-8: name from gate-7 to gate-8; labels from site=berlin to line=3, site=hamburg."
    assert f"Jo Okafor {expected}" in _sentences(owner, organisation)
    event = Event.objects.filter(stream=organisation.stream, type="device.changed").last()
    assert event is not None
    assert event.data == {"device": str(device.pk), "name": "gate-8", "change": "labels-changed"}


def test_what_changes_nothing_is_not_written_down(device: Device, developer: User) -> None:
    change_device(developer, device, name="gate-7", labels={"site": "berlin"})
    assert _kinds(device) == [PersonEntry.CLAIMED]


def test_a_note_leaves_the_labels(device: Device, developer: User) -> None:
    change_device(developer, device, note="Hall 3")
    device.refresh_from_db()
    assert (device.note, labels_of(device)) == ("Hall 3", {"site": "berlin"})
    assert _kinds(device)[0] == PersonEntry.CHANGED


@pytest.mark.parametrize("labels", [{"Site": "berlin"}, {"site": "a<b"}, {f"k{n}": "x" for n in range(33)}])
def test_labels_outside_the_grammar_are_refused(device: Device, developer: User, labels: dict[str, str]) -> None:
    with pytest.raises(BadLabels):
        change_device(developer, device, labels=labels)
    assert labels_of(device) == {"site": "berlin"}


def test_labels_are_read_from_the_text_of_a_form() -> None:
    assert parse_labels("site=berlin, line=3\n") == {"site": "berlin", "line": "3"}
    with pytest.raises(BadLabels, match="berlin is not a label"):
        parse_labels("site=x, berlin")


def test_a_name_twice_and_a_wrong_name_are_refused(device: Device, developer: User) -> None:
    joined(device.organisation, "gate-8")
    with pytest.raises(DeviceNameInUse):
        change_device(developer, device, name="gate-8")
    with pytest.raises(BadDeviceName):
        change_device(developer, device, name="Gate 8")


def test_a_change_of_what_changed_meanwhile_is_refused(device: Device, developer: User) -> None:
    read = [etag_of(device_facets(device))]
    change_device(developer, device, labels={"site": "hamburg"}, precondition=read)
    with pytest.raises(Stale, match="other labels"):
        change_device(developer, device, note="x", precondition=read)


def test_a_report_does_not_spoil_a_change(device: Device, developer: User) -> None:
    read = [etag_of(device_facets(device))]
    Device.objects.filter(pk=device.pk).update(sequence=2, phase="fetching")
    change_device(developer, device, note="x", precondition=read)


def test_a_request_raises_the_revision_that_a_poll_compares(device: Device, developer: User) -> None:
    request = request_of_device(developer, device, "log")
    device.refresh_from_db()
    assert (request.kind, request.created_by, device.revision) == ("log", developer, 1)
    assert _kinds(device)[0] == PersonEntry.LOG


def test_a_self_test_has_a_seed_and_the_rune_that_runs(device: Device, developer: User) -> None:
    request = request_of_device(developer, device, "self-test")
    assert request.seed is not None
    assert request.rune == RUNE


def test_a_self_test_of_a_device_without_a_rune_is_refused(device: Device, developer: User) -> None:
    Device.objects.filter(pk=device.pk).update(running_rune="")
    with pytest.raises(NothingRuns):
        request_of_device(developer, device, "self-test")


def test_the_same_request_twice_is_refused_until_it_is_answered(device: Device, developer: User) -> None:
    request_of_device(developer, device, "restart")
    with pytest.raises(RequestPending):
        request_of_device(developer, device, "restart")
    request_of_device(developer, device, "log")


def test_a_new_key_takes_the_right_to_lock_out(device: Device, developer: User, maintainer: User) -> None:
    with pytest.raises(Forbidden):
        request_of_device(developer, device, "replace-key")
    assert request_of_device(maintainer, device, "replace-key").kind == "replace-key"


def test_a_device_is_locked_out_and_let_in(
    device: Device, maintainer: User, owner: User, organisation: Organisation
) -> None:
    lock_out_device(maintainer, device)
    device.refresh_from_db()
    assert device.locked_out is not None
    with pytest.raises(NotInService, match="Let it in first"):
        request_of_device(maintainer, device, "restart")
    let_in_device(maintainer, device)
    assert Device.objects.get(pk=device.pk).locked_out is None
    assert _kinds(device)[:2] == [PersonEntry.LET_IN, PersonEntry.LOCKED_OUT]
    sentence = f"Noor Haddad locked gate-7 out, whose key is {device.fingerprint}."
    assert sentence in _sentences(owner, organisation)


def test_a_developer_does_not_lock_out(device: Device, developer: User) -> None:
    with pytest.raises(Forbidden):
        lock_out_device(developer, device)


def test_a_retired_device_is_asked_to_leave_and_for_nothing_else(device: Device, maintainer: User) -> None:
    ask_device(device, RequestKind.RESTART, None)
    retire_device(maintainer, device)
    device.refresh_from_db()
    assert device.retired is not None
    assert [each.kind for each in device.requests.filter(answered=None)] == ["leave"]
    for act in (lock_out_device, let_in_device, retire_device):
        with pytest.raises(NotInService, match="was retired"):
            act(maintainer, device)
    with pytest.raises(NotInService, match="Nothing is asked of it"):
        request_of_device(maintainer, device, "log")


def test_a_device_with_a_stock_client_is_not_asked_to_leave(device: Device, maintainer: User) -> None:
    Device.objects.filter(pk=device.pk).update(public_key=None)
    retire_device(maintainer, device)
    assert not device.requests.exists()


def test_a_retired_device_keeps_its_name_until_it_is_deleted(device: Device, maintainer: User) -> None:
    with pytest.raises(NotInService, match="Retire it before"):
        delete_device(maintainer, device)
    retire_device(maintainer, device)
    with pytest.raises(DeviceNameInUse):
        joined(device.organisation, "gate-7", key="made anew")
    delete_device(maintainer, device)
    assert joined(device.organisation, "gate-7", key="made anew").name == "gate-7"


def test_unknown_and_forbidden_devices_look_alike(device: Device, stranger: User, send: Send) -> None:
    unknown, forbidden = send(stranger, "GET", "devices/gate-9"), send(stranger, "GET", "devices/gate-7")
    assert (unknown.status_code, unknown.json()) == (forbidden.status_code, forbidden.json())
    with pytest.raises(NotFound):
        change_device(stranger, device, note="x")


def test_an_act_on_a_device_that_was_deleted_meanwhile_is_refused(device: Device, owner: User) -> None:
    old_row = Device.objects.get(pk=device.pk)
    device.delete()
    with pytest.raises(NotFound):
        change_device(owner, old_row, note="x")


def test_a_member_reads_a_device_and_what_they_may(device: Device, viewer: User, developer: User, send: Send) -> None:
    answer = send(viewer, "GET", "devices/gate-7")
    body = answer.json()
    assert body["may"] == {"change": False, "read_logs": False, "lock_out": False}
    assert (body["labels"], body["running"]["version"]) == ({"site": "berlin"}, "1.4.0")
    assert (body["wanted"], body["offer"], body["self_test"]) == (None, None, None)
    etag = send(developer, "GET", "devices/gate-7").headers["ETag"]
    changed = send(developer, "PATCH", "devices/gate-7", {"name": "gate-8"}, **{"If-Match": etag})
    assert (changed.status_code, changed.json()["name"]) == (200, "gate-8")
    assert changed.json()["may"] == {"change": True, "read_logs": True, "lock_out": False}
    without = send(developer, "PATCH", "devices/gate-8", {"note": "x"})
    assert without.status_code == 428


def test_the_log_is_for_who_may_read_it(device: Device, viewer: User, developer: User, send: Send) -> None:
    request = request_of_device(developer, device, "log")
    device.requests.update(log="09:36:02 check-in\n")
    path = f"devices/gate-7/requests/{request.pk}"
    assert send(viewer, "GET", path).json()["log"] == ""
    assert send(developer, "GET", path).json()["log"] == "09:36:02 check-in\n"
    assert send(viewer, "GET", f"{path}/log").status_code == 403
    text = send(developer, "GET", f"{path}/log")
    assert (text.content.decode(), text.headers["Content-Type"]) == ("09:36:02 check-in\n", "text/plain; charset=utf-8")
    listing = send(viewer, "GET", "devices/gate-7/requests").json()["results"]
    assert [each["id"] for each in listing] == [request.pk]
    assert "log" not in listing[0]


def test_a_request_of_another_device_is_not_there(device: Device, developer: User, send: Send) -> None:
    other = request_of_device(developer, joined(device.organisation, "gate-8"), "log")
    assert send(developer, "GET", f"devices/gate-7/requests/{other.pk}").status_code == 404


def test_timeline_and_days_are_read(device: Device, viewer: User, developer: User, send: Send) -> None:
    request_of_device(developer, device, "restart")
    device.days.create(day="2026-11-30", reports=3, restarts=1)
    lines = send(viewer, "GET", "devices/gate-7/timeline").json()["results"]
    assert [(line["kind"], line["person"]["name"]) for line in lines] == [
        ("restart-requested", "Jo Okafor"),
        ("claimed", "Mika Kallio"),
    ]
    days = send(viewer, "GET", "devices/gate-7/days").json()["days"]
    assert [(day["day"], day["reports"], day["restarts"]) for day in days] == [("2026-11-30", 3, 1)]
