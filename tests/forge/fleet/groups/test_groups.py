"""Groups: which queries they take, their names and places, their counts, and that one in use is not deleted."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from forge.accounts.models import Organisation, User
from forge.core.errors import Conflict, Invalid, Stale
from forge.core.models import AuditEntry
from forge.core.preconditions import etag_of
from forge.fleet.devices.actions.standing import retire_device
from forge.fleet.groups import actions
from forge.fleet.groups.actions import change_group, create_group, delete_group
from forge.fleet.groups.counts import count_queries
from forge.fleet.groups.etag_facets import group_facets
from forge.fleet.groups.models import DeviceGroup
from forge.fleet.models import Device
from forge.fleet.queries import remembered
from forge.fleet.queries.errors import BadQuery
from forge.fleet.queries.matching import scope_of
from tests.support.forge.factories.device_rows import assignment_row, device_row, group_row

pytestmark = pytest.mark.django_db
_ADDRESS = "/api/v1/organisations/acme/device-groups"


def test_a_group_has_a_word_of_its_title_that_stays(developer: User, organisation: Organisation) -> None:
    first = create_group(developer, organisation, "Berlin, Hall 3", "site=berlin  name~hall*")
    second = create_group(developer, organisation, "Berlin hall-3", "site=berlin")
    assert (first.name, first.query, second.name) == ("berlin-hall-3", "site=berlin name~hall*", "berlin-hall-3-2")
    assert change_group(developer, first, title="Hall").name == "berlin-hall-3"
    assert [each.action for each in AuditEntry.objects.order_by("at")] == [
        "device-group.create",
        "device-group.create",
        "device-group.change",
    ]


def test_a_group_asks_for_what_people_change_and_a_search_for_anything(
    developer: User, organisation: Organisation
) -> None:
    with pytest.raises(Invalid, match="asks for labels, name, board and batch alone") as error:
        create_group(developer, organisation, "Away", "site=berlin is:away")
    assert list(error.value.errors) == ["query"]
    assert create_group(developer, organisation, "Away", "is:away", kind="search").kind == "search"
    with pytest.raises(BadQuery):
        create_group(developer, organisation, "Wrong", "seen<x", kind="search")
    with pytest.raises(BadQuery, match="There is no group berlin"):
        create_group(developer, organisation, "Below", "group=berlin", kind="search")


def test_a_group_is_below_another_and_never_below_itself(developer: User, organisation: Organisation) -> None:
    berlin = create_group(developer, organisation, "Berlin", "site=berlin")
    hall = create_group(developer, organisation, "Hall", "site=berlin hall=3", parent="berlin")
    assert hall.parent == berlin
    with pytest.raises(Invalid, match="cannot be listed below itself"):
        change_group(developer, berlin, parent="hall")
    with pytest.raises(Invalid, match="no such group"):
        change_group(developer, berlin, parent="elsewhere")
    assert change_group(developer, hall, parent="").parent is None


def test_a_changed_query_of_a_bound_group_moves_its_devices(developer: User, organisation: Organisation) -> None:
    group = group_row(organisation, "berlin", "site=berlin")
    assignment = assignment_row(group, "door-knock/gateways", "1.4", "sha256:1")
    berlin = device_row(organisation, "b", {"site": "berlin"}, assignment=assignment)
    hamburg = device_row(organisation, "h", {"site": "hamburg"})
    change_group(developer, group, query="site=hamburg")
    for device in (berlin, hamburg):
        device.refresh_from_db()
    assert (berlin.assignment, hamburg.assignment, berlin.revision, hamburg.revision) == (None, assignment, 1, 1)


def test_a_group_that_a_deployment_is_for_is_not_deleted(developer: User, organisation: Organisation) -> None:
    group = group_row(organisation, "berlin", "site=berlin")
    assignment = assignment_row(group, "door-knock/gateways", "1.4", "sha256:1")
    with pytest.raises(Conflict, match="The deployment door-knock/gateways is for this group"):
        delete_group(developer, group)
    assignment.delete()
    delete_group(developer, DeviceGroup.objects.get())
    assert not DeviceGroup.objects.exists()


def test_a_change_of_what_was_not_read_is_refused(developer: User, organisation: Organisation) -> None:
    group = group_row(organisation, "berlin", "site=berlin")
    state = etag_of(group_facets(group))
    change_group(developer, group, query="site=bern", precondition=[state])
    with pytest.raises(Stale, match=r"The group's query changed\."):
        delete_group(developer, group, precondition=[state])


def test_an_organisation_has_a_number_of_groups(
    developer: User, organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "MOST_GROUPS", 1)
    create_group(developer, organisation, "A", "")
    with pytest.raises(Conflict, match="at most 1 groups"):
        create_group(developer, organisation, "B", "")


def test_groups_are_listed_with_counts(client: Client, organisation: Organisation) -> None:
    berlin = group_row(organisation, "berlin", "site=berlin")
    group_row(organisation, "hall", "name~hall*", parent=berlin)
    group_row(organisation, "away", "is:away", kind="search")
    group_row(organisation, "lost", "group=deleted", kind="search")
    device_row(organisation, "hall-1", {"site": "berlin"})
    device_row(organisation, "hall-2", {"site": "berlin"}, seen=None)
    device_row(organisation, "hall-3", {"site": "berlin"}, retired="2026-01-01T00:00Z")
    device_row(Organisation.objects.create(name="elsewhere"), "hall-1", {"site": "berlin"})
    groups = client.get(_ADDRESS).json()["groups"]
    assert [(each["name"], each["devices"], each["parent"]) for each in groups] == [
        ("away", 1, None),
        ("berlin", 2, None),
        ("hall", 2, "berlin"),
        ("lost", 0, None),
    ]
    assert client.get(f"{_ADDRESS}/hall").json()["devices"] == 2


def test_a_group_is_made_changed_and_deleted_over_rest(client: Client, organisation: Organisation) -> None:
    created = client.post(_ADDRESS, {"title": "Berlin", "query": "site=berlin"}, content_type="application/json")
    assert (created.status_code, created.json()["name"], created.json()["assignment"]) == (201, "berlin", None)
    wrong = client.post(_ADDRESS, {"title": "B", "query": "site="}, content_type="application/json")
    assert (wrong.status_code, wrong.json()["start"], wrong.json()["errors"]) == (
        400,
        5,
        {"q": ["Write a value after site=."]},
    )
    address, headers = f"{_ADDRESS}/berlin", {"If-Match": created["ETag"]}
    changed = client.patch(address, {"query": "site=bern"}, content_type="application/json", headers=headers)
    assert changed.json()["query"] == "site=bern"
    assert client.delete(address, headers=headers).status_code == 412
    assert client.delete(address, headers={"If-Match": changed["ETag"]}).status_code == 204


@pytest.mark.django_db(transaction=True)
def test_counts_that_took_long_are_remembered_until_a_device_changes(
    owner: User, organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remembered, "SLOW", 0.0)
    silent, other = (device_row(organisation, name, {"site": "berlin"}) for name in ("gate-1", "gate-2"))

    def counted() -> int:
        return count_queries(["site=berlin"], scope_of(organisation.pk))["site=berlin"]

    assert counted() == 2
    Device.objects.filter(pk=silent.pk).update(retired=timezone.now())
    assert counted() == 2, "remembered: nothing told of the change"
    retire_device(owner, other)
    assert counted() == 0
