"""Offers of the list of devices for many at once: groups that labels make, and deployments that serve groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count

from forge.accounts.models import Organisation
from forge.core.actors import Actor
from forge.fleet.groups.access import groups_of
from forge.fleet.groups.models import DeviceGroup, GroupKind
from forge.fleet.models import DeviceQuerySet
from forge.fleet.pages.deployment_address import deployment_address
from forge.fleet.queries.errors import BadQuery
from forge.fleet.queries.fields import FIELDS
from forge.fleet.queries.syntax import LABEL_PREFIX, TEXT_FIELD, QueryOperator, parse


@dataclass(frozen=True)
class ServedGroup:
    """A deployment that serves a group: its page, and how many devices it is for."""

    title: str
    group: str
    address: str
    devices: int


def group_labels(query: str) -> Mapping[str, str]:
    """Returns the labels that put a device into a group; empty where labels alone do not."""
    try:
        terms = parse(query).terms
    except BadQuery:
        return {}
    labels: dict[str, str] = {}
    for term in terms:
        is_label = term.field != TEXT_FIELD and term.field not in FIELDS
        if term.is_negated or term.operator is not QueryOperator.EQUALS or len(term.values) != 1 or not is_label:
            return {}
        labels[term.field.removeprefix(LABEL_PREFIX)] = term.values[0]
    return labels


def settable_groups(actor: Actor, organisation: Organisation) -> list[DeviceGroup]:
    """Returns the groups that devices can be put into by labels."""
    groups = groups_of(actor, organisation).filter(kind=GroupKind.GROUP)
    return [group for group in groups if group_labels(group.query)]


def served_groups(actor: Actor, organisation: Organisation, devices: DeviceQuerySet) -> list[ServedGroup]:
    """Returns the deployments that are for some of the devices, with how many of them; those of most come first."""
    by_assignment = devices.order_by().exclude(assignment=None).values_list("assignment").annotate(count=Count("pk"))
    counts = dict(by_assignment)
    groups = [
        ServedGroup(each.assignment.title, each.title, deployment_address(each.assignment.path), count)
        for each in groups_of(actor, organisation).filter(assignment__in=counts)
        if (count := counts[each.assignment.pk])
    ]
    return sorted(groups, key=lambda each: -each.devices)
