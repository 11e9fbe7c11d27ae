"""Acts on many devices: by a query with the number that a person saw, and by a table, all of it or nothing."""

from __future__ import annotations

import pytest
from django.test import Client

from forge.accounts.models import Organisation, User
from forge.core.errors import Conflict, Forbidden, Invalid
from forge.core.models import AuditEntry
from forge.fleet.bulk import actions
from forge.fleet.bulk.actions import import_labels, label_devices, request_of_devices
from forge.fleet.bulk.label_table import BadTable
from forge.fleet.errors import BadLabels
from forge.fleet.models import Device, DeviceEntry, DeviceLabel, DeviceRequest
from tests.support.forge.factories.device_rows import assignment_row, device_row, group_row

pytestmark = pytest.mark.django_db


@pytest.fixture
def devices(organisation: Organisation) -> dict[str, Device]:
    rows = [
        device_row(organisation, "b1", {"site": "berlin", "line": "1"}),
        device_row(organisation, "b2", {"site": "berlin", "line": "2"}),
        device_row(organisation, "h1", {"site": "hamburg"}),
    ]
    device_row(Organisation.objects.create(name="elsewhere"), "b1", {"site": "berlin"})
    return {each.name: each for each in rows}


def _labels(device: Device) -> dict[str, str]:
    return dict(DeviceLabel.objects.filter(device=device).values_list("key", "value"))


def test_labels_of_a_query_are_set_and_removed(
    developer: User, organisation: Organisation, devices: dict[str, Device]
) -> None:
    assignment = assignment_row(group_row(organisation, "ones", "line=1"), "p/ones", "1", "sha256:1")
    changed = label_devices(developer, organisation, "site=berlin", 2, ["line=1", "site=", "hall=3 b"])
    assert [each.name for each in sorted(changed, key=lambda each: each.name)] == ["b1", "b2"]
    assert [_labels(each) for each in devices.values()] == [
        {"line": "1", "hall": "3 b"},
        {"line": "1", "hall": "3 b"},
        {"site": "hamburg"},
    ]
    assert list(DeviceEntry.objects.values_list("kind", flat=True)) == ["labels-changed"] * 2
    assert set(Device.objects.filter(assignment=assignment).values_list("name", flat=True)) == {"b1", "b2"}
    assert AuditEntry.objects.get().data == {
        "count": 2,
        "query": "site=berlin",
        "labels": "line=1, site=, hall=3 b",
    }


def test_what_is_already_so_is_not_written_again(
    developer: User, organisation: Organisation, devices: dict[str, Device]
) -> None:
    (changed,) = label_devices(developer, organisation, "site=berlin", 2, ["line=1"])
    assert (changed.name, changed.before["line"], changed.after["line"]) == ("b2", "2", "1")
    assert DeviceEntry.objects.count() == 1


@pytest.mark.usefixtures("devices")
def test_another_number_than_a_person_saw_is_refused(developer: User, organisation: Organisation) -> None:
    with pytest.raises(Conflict, match="The query matches 2 devices now, not 3") as error:
        label_devices(developer, organisation, "site=berlin", 3, ["line=1"])
    assert error.value.extra == {"count": 2}
    with pytest.raises(Conflict, match="The query matches 2 devices now, not 1"):
        request_of_devices(developer, organisation, "site=berlin", 1, "restart")


@pytest.mark.usefixtures("devices")
@pytest.mark.parametrize("cell", ["site", "Site=x", "site=<b>", "=x"])
def test_a_label_outside_the_grammar_is_refused(developer: User, organisation: Organisation, cell: str) -> None:
    with pytest.raises(BadLabels):
        label_devices(developer, organisation, "", 3, [cell])


def test_a_device_has_no_more_labels_than_it_may(developer: User, organisation: Organisation) -> None:
    device_row(organisation, "full", {f"k{number}": "x" for number in range(32)})
    with pytest.raises(BadLabels, match="full would have 33 labels"):
        label_devices(developer, organisation, "", 1, ["more=x"])
    label_devices(developer, organisation, "", 1, ["more=x", "k1="])


def test_a_table_is_shown_and_then_stored(
    developer: User, organisation: Organisation, devices: dict[str, Device]
) -> None:
    table = 'name,labels\nb1,site=bern,line=\n\nb2,"hall=3 b"\nh1,site=hamburg\n'
    preview = import_labels(developer, organisation, table, preview=True)
    assert [(each.name, each.after) for each in sorted(preview, key=lambda each: each.name)] == [
        ("b1", {"site": "bern"}),
        ("b2", {"site": "berlin", "line": "2", "hall": "3 b"}),
    ]
    assert _labels(devices["b1"]) == {"site": "berlin", "line": "1"}
    for wrong in (None, 3):
        with pytest.raises(Conflict, match="The table changes 2 devices now"):
            import_labels(developer, organisation, table, wrong)
    import_labels(developer, organisation, table, 2)
    assert (_labels(devices["b1"]), _labels(devices["b2"])["hall"]) == ({"site": "bern"}, "3 b")
    assert AuditEntry.objects.get().data == {"count": 2}


@pytest.mark.usefixtures("devices")
def test_each_wrong_line_of_a_table_is_named_and_nothing_is_stored(developer: User, organisation: Organisation) -> None:
    with pytest.raises(BadTable) as error:
        import_labels(developer, organisation, "b1,site=bern\nb2,site\nb1,line=1\nh1,a=1,a=2\n", 1)
    assert error.value.errors["table"] == [
        "Line 2: 'site' is not a label: write key=value, or key= to remove it.",
        "Line 3: b1 is in line 1 already.",
        "Line 4: a has two values.",
    ]
    with pytest.raises(BadTable) as error:
        import_labels(developer, organisation, "b1;site=bern\nnobody;site=x\n", 1)
    assert error.value.errors["table"] == ["Line 2: there is no device nobody in service."]
    with pytest.raises(BadTable, match="1 line of the table"):
        import_labels(developer, organisation, 'b1,"site=x\n', 1)
    assert not DeviceLabel.objects.filter(value="bern").exists()


def test_requests_skip_who_was_asked_before_and_who_is_locked_out(
    developer: User, organisation: Organisation, devices: dict[str, Device]
) -> None:
    DeviceRequest.objects.create(device=devices["b1"], kind="restart", created="2026-01-01T00:00Z")
    Device.objects.filter(name="h1").update(locked_out="2026-01-01T00:00Z")
    answer = request_of_devices(developer, organisation, "", 3, "restart")
    assert (answer.requests, answer.skipped) == (1, 2)
    assert DeviceRequest.objects.filter(device=devices["b2"], kind="restart", created_by=developer).count() == 1
    assert dict(Device.objects.filter(organisation=organisation).values_list("name", "revision")) == {
        "b1": 0,
        "b2": 1,
        "h1": 0,
    }
    assert list(DeviceEntry.objects.values_list("device__name", "kind")) == [("b2", "restart-requested")]


@pytest.mark.usefixtures("devices")
def test_logs_of_many_devices_at_once_are_refused(
    developer: User, organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "MOST_LOGS", 2)
    with pytest.raises(Invalid, match="at most 2 devices"):
        request_of_devices(developer, organisation, "", 3, "log")
    assert request_of_devices(developer, organisation, "site=berlin", 2, "log").requests == 2


@pytest.mark.usefixtures("devices")
def test_a_viewer_may_not(viewer: User, organisation: Organisation) -> None:
    with pytest.raises(Forbidden):
        label_devices(viewer, organisation, "", 3, ["a=b"])
    with pytest.raises(Forbidden):
        request_of_devices(viewer, organisation, "", 3, "restart")


@pytest.mark.usefixtures("devices")
def test_over_rest(client: Client) -> None:
    base, kind = "/api/v1/organisations/acme", "application/json"
    body = {"query": "site=berlin", "count": 2, "labels": ["line=9"]}
    assert client.post(f"{base}/device-labels", body, content_type=kind).json()["count"] == 2
    stale = client.post(f"{base}/device-labels", body | {"count": 5}, content_type=kind)
    assert (stale.status_code, stale.json()["count"]) == (409, 2)
    table = {"table": "b1,line=\nx,a=b", "preview": True}
    assert client.put(f"{base}/device-labels", table, content_type=kind).status_code == 422
    answer = client.post(f"{base}/device-requests", {"query": "", "count": 3, "kind": "log"}, content_type=kind)
    assert (answer.status_code, answer.json()) == (202, {"requests": 3, "skipped": 0})
