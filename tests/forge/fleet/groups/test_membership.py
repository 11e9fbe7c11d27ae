"""Devices get what they shall run from groups: the deployment that was bound first decides, and revisions rise only
where something changed."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from django.utils import timezone

from forge.accounts.models import Organisation
from forge.fleet.groups.membership import FEW, assign_devices
from forge.fleet.hooks import devices_changed
from forge.fleet.models import Assignment, Device, DeviceLabel
from forge.fleet.queries.matching import parse_query
from tests.support.forge.device_oracle import DeviceRow, Oracle
from tests.support.forge.factories.device_rows import assignment_row, device_row, group_row

pytestmark = pytest.mark.django_db


def _wanted(organisation: Organisation) -> dict[str, str | None]:
    devices = Device.objects.filter(organisation=organisation).select_related("assignment")
    return {each.name: each.assignment.path if each.assignment else None for each in devices}


def test_the_deployment_that_was_bound_first_decides(organisation: Organisation) -> None:
    now = timezone.now()
    later = assignment_row(group_row(organisation, "all", ""), "p/all", "1", "sha256:1", bound=now)
    first_group = group_row(organisation, "berlin", "site=berlin")
    first = assignment_row(first_group, "p/berlin", "1", "sha256:1", bound=now - timedelta(1))
    device_row(organisation, "b", {"site": "berlin"})
    device_row(organisation, "h", {"site": "hamburg"})
    device_row(organisation, "gone", {"site": "berlin"}, retired=now, assignment=later)
    device_row(Organisation.objects.create(name="elsewhere"), "x", {"site": "berlin"})
    assert assign_devices(organisation) == 3
    assert _wanted(organisation) == {"b": "acme/p/berlin", "h": "acme/p/all", "gone": None}
    revisions = dict(Device.objects.values_list("name", "revision"))
    assert assign_devices(organisation) == 0
    assert dict(Device.objects.values_list("name", "revision")) == revisions == {"b": 1, "h": 1, "gone": 1, "x": 0}
    first.delete()
    assert assign_devices(organisation) == 1
    assert _wanted(organisation)["b"] == "acme/p/all"


def test_the_hook_chooses_for_the_named_devices_alone(organisation: Organisation) -> None:
    assignment_row(group_row(organisation, "all", ""), "p/all", "1", "sha256:1")
    first, _ = device_row(organisation, "a"), device_row(organisation, "b")
    devices_changed.call(organisation, [first.pk])
    assert _wanted(organisation) == {"a": "acme/p/all", "b": None}
    devices_changed.call(organisation, [first.pk] * (FEW + 1))
    assert _wanted(organisation)["b"] == "acme/p/all"


def test_random_changes_end_where_an_oracle_says(organisation: Organisation) -> None:
    chance, now = Random(5), timezone.now()
    queries = ["site=a", "site=a,b line!=1", "name~d1* -site=c", "board=gateway", "line=2"]
    for number, query in enumerate(queries):
        group = group_row(organisation, f"g{number}", query)
        assignment_row(group, f"p/{number}", "1", "sha256:1", bound=now + timedelta(seconds=number * 7 % 5))
    devices = [device_row(organisation, f"d{number}", board=chance.choice(["gateway", "pi"])) for number in range(20)]
    labels: dict[str, dict[str, str]] = {each.name: {} for each in devices}
    for _ in range(40):
        device = chance.choice(devices)
        key, value = chance.choice([("site", chance.choice("abc")), ("line", chance.choice("12"))])
        labels[device.name][key] = value
        DeviceLabel.objects.update_or_create(
            device=device, key=key, defaults={"organisation": organisation, "value": value}
        )
        before = dict(Device.objects.values_list("pk", "assignment"))
        revisions = dict(Device.objects.values_list("pk", "revision"))
        assign_devices(organisation, [device.pk])
        oracle = Oracle(now, {})
        order = Assignment.objects.select_related("group").order_by("bound", "pk")
        for each in Device.objects.all():
            row = DeviceRow(each, labels[each.name])
            expected = [a.pk for a in order if oracle.matches(row, parse_query(a.group.query))]
            if each.pk == device.pk or before[each.pk] is not None:
                assert each.assignment_id == (expected[0] if expected else None)
            assert (each.revision > revisions[each.pk]) == (each.assignment_id != before[each.pk])
