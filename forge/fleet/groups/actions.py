"""Acts on groups of devices and on saved searches."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from rest_framework.fields import CharField, ChoiceField

from forge.accounts.models import Organisation
from forge.accounts.names import slug
from forge.accounts.permissions import Verb
from forge.accounts.place import ORGANISATION
from forge.accounts.quotas.limits import locked
from forge.core.actors import Actor
from forge.core.api.acts import DONE, ActAnswer, act
from forge.core.api.states import IF_MATCH, MAKES
from forge.core.audit.entries import write_entry
from forge.core.errors import Conflict, Invalid, NotFound
from forge.core.preconditions import Precondition, require_precondition
from forge.fleet.groups.access import find_group
from forge.fleet.groups.etag_facets import group_facets
from forge.fleet.groups.membership import assign_devices
from forge.fleet.groups.models import Assignment, DeviceGroup, GroupKind
from forge.fleet.groups.place import DEVICE_GROUP
from forge.fleet.groups.serializers import group_to_json
from forge.fleet.queries.fields import condition_of
from forge.fleet.queries.matching import is_lasting, lasting_fields, parse_query, scope_of
from forge.fleet.queries.syntax import LONGEST_QUERY
from hmrd.protocol.names import LONGEST_NAME

MOST_GROUPS = 100
"""Groups and saved searches of an organisation."""
LONGEST_TITLE = 60
GROUP_ANSWER = ActAnswer(group_to_json, group_facets)

Title = Annotated[str, CharField(max_length=LONGEST_TITLE)]
QueryText = Annotated[str, CharField(max_length=LONGEST_QUERY, allow_blank=True)]
Parent = Annotated[str, CharField(max_length=LONGEST_NAME, allow_blank=True)]


@act(
    "POST",
    ORGANISATION,
    "device-groups",
    "device_groups_create",
    verb=Verb.CHANGE_DEVICES,
    state=MAKES,
    answer=ActAnswer(group_to_json, group_facets, status=201),
    raises=(Conflict, Invalid),
)
@transaction.atomic
def create_group(
    actor: Actor,
    organisation: Organisation,
    title: Title,
    query: QueryText,
    kind: Annotated[str, ChoiceField(GroupKind.values)] = GroupKind.GROUP,
    parent: Parent = "",
) -> DeviceGroup:
    """Saves a query: as a group, for which a deployment can be, or as a search."""
    locked(organisation)
    if DeviceGroup.objects.filter(organisation=organisation).count() >= MOST_GROUPS:
        raise Conflict(f"An organisation has at most {MOST_GROUPS} groups and saved searches. Delete one.")
    group = DeviceGroup(
        organisation=organisation,
        name=_free_name(organisation, title),
        title=title,
        kind=kind,
        query=_checked_query(organisation, query, kind),
        parent=_parent(actor, organisation, parent),
        created_by=actor.person,
        created=timezone.now(),
    )
    group.save()
    write_entry(
        actor, "device-group.create", f"device-group:{group.pk}", organisation.place, group=title, query=group.query
    )
    return group


@act(
    "PATCH",
    DEVICE_GROUP,
    "",
    "device_groups_change",
    verb=Verb.CHANGE_DEVICES,
    state=IF_MATCH,
    answer=GROUP_ANSWER,
    raises=Invalid,
)
@transaction.atomic
def change_group(
    actor: Actor,
    group: DeviceGroup,
    title: Title | None = None,
    query: QueryText | None = None,
    parent: Parent | None = None,
    *,
    precondition: Precondition = None,
) -> DeviceGroup:
    """Changes a group's title, its query, or the group below which it is listed. Its name stays. If a deployment is for
    the group, the devices that match from now on get its version."""
    organisation = group.organisation
    _lock(group, precondition)
    before = _payload_of(group)
    if title is not None:
        group.title = title
    if query is not None:
        group.query = _checked_query(organisation, query, group.kind)
    if parent is not None:
        group.parent = _parent(actor, organisation, parent, group)
    after = _payload_of(group)
    if after != before:
        group.save(update_fields=["title", "query", "parent"])
        write_entry(
            actor,
            "device-group.change",
            f"device-group:{group.pk}",
            organisation.place,
            group=group.title,
            before=before,
            after=after,
        )
    if after["query"] != before["query"] and _assignment_of(group):
        assign_devices(organisation)
    return group


@act(
    "DELETE",
    DEVICE_GROUP,
    "",
    "device_groups_delete",
    verb=Verb.CHANGE_DEVICES,
    state=IF_MATCH,
    answer=DONE,
    raises=Conflict,
)
@transaction.atomic
def delete_group(actor: Actor, group: DeviceGroup, *, precondition: Precondition = None) -> None:
    """Deletes a group; its devices stay. While a deployment is bound to it, that is refused."""
    _lock(group, precondition)
    if assignment := _assignment_of(group):
        raise Conflict(f"The deployment {assignment.title} is for this group. Bind it to another group first.")
    write_entry(
        actor,
        "device-group.delete",
        f"device-group:{group.pk}",
        group.organisation.place,
        group=group.title,
        query=group.query,
    )
    group.delete()


def _lock(group: DeviceGroup, precondition: Precondition) -> None:
    """Locks a group's row and reads it again. Raises `Stale`, and `NotFound` for one that was deleted."""
    row = DeviceGroup.objects.select_for_update(no_key=True, of=("self",)).filter(pk=group.pk).first()
    if row is None:
        raise NotFound("The organisation has no such group.")
    group.title, group.query, group.parent = row.title, row.query, row.parent
    require_precondition(group_facets(group), precondition)


def _assignment_of(group: DeviceGroup) -> Assignment | None:
    return Assignment.objects.filter(group=group).first()


def _checked_query(organisation: Organisation, text: str, kind: str) -> str:
    """Returns a query as it is stored. Raises `BadQuery`, and `Invalid` for a group that changes by itself."""
    query = parse_query(text)
    condition_of(query, scope_of(organisation.pk))
    if kind == GroupKind.GROUP and not is_lasting(query):
        message = (
            f"A group asks for {lasting_fields()} alone, so that a deployment can be for it. Save this as a search."
        )
        raise Invalid(message, errors={"query": [message]})
    return str(query)


def _parent(
    actor: Actor, organisation: Organisation, name: str, group: DeviceGroup | None = None
) -> DeviceGroup | None:
    """Returns the group above; None for "". Raises `Invalid` for one that is missing, or below the group itself."""
    if not name:
        return None
    try:
        parent = find_group(actor, organisation, name)
    except NotFound as error:
        raise Invalid(error.detail, errors={"parent": [error.detail]}) from error
    if group is not None and group.pk in _line_of(parent):
        message = "A group cannot be listed below itself."
        raise Invalid(message, errors={"parent": [message]})
    return parent


def _line_of(group: DeviceGroup) -> list[UUID]:
    """Returns the ids of a group and of those above it."""
    above = dict(DeviceGroup.objects.filter(organisation=group.organisation_id).values_list("pk", "parent"))
    line: list[UUID] = []
    following: UUID | None = group.pk
    while following is not None and following not in line:
        line.append(following)
        following = above[following]
    return line


def _free_name(organisation: Organisation, title: str) -> str:
    """Returns the word of a title that no group has yet. The organisation is locked."""
    base = slug(title)[: LONGEST_NAME - 4].strip("-")
    names = set(DeviceGroup.objects.filter(organisation=organisation).values_list("name", flat=True))
    return next(name for name in (base, *(f"{base}-{number}" for number in range(2, 1000))) if name not in names)


def _payload_of(group: DeviceGroup) -> dict[str, object]:
    return {"title": group.title, "query": group.query, "parent": group.parent.title if group.parent else ""}
