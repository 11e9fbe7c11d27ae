"""Finding groups of devices."""

from __future__ import annotations

from forge.accounts.models import Organisation
from forge.core.actors import Actor
from forge.core.errors import NotFound
from forge.fleet.groups.models import DeviceGroup, DeviceGroupQuerySet


def groups_of(actor: Actor, organisation: Organisation) -> DeviceGroupQuerySet:
    """Returns the groups and saved searches of an organisation, with what their answers show."""
    groups = DeviceGroup.objects.visible_to(actor).filter(organisation=organisation)
    return groups.select_related("organisation", "parent", "assignment", "created_by").order_by("title", "name")


def find_group(actor: Actor, organisation: Organisation, name: str) -> DeviceGroup:
    """Returns a group or saved search. Raises `NotFound`."""
    group = groups_of(actor, organisation).filter(name=name).first()
    if group is None:
        raise NotFound("The organisation has no such group.")
    return group
