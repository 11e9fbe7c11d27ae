"""Taking a device out of service: locked out, let in again, retired, deleted."""

from __future__ import annotations

from typing import Annotated

from django.db import transaction
from django.utils import timezone
from rest_framework.fields import CharField

from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.core.api.acts import DONE, act
from forge.core.api.states import ENDS, IF_MATCH, OPENS
from forge.core.audit.entries import write_entry
from forge.core.errors import Conflict
from forge.core.events.log import append_event
from forge.core.preconditions import Precondition, require_precondition
from forge.fleet.devices.actions.changing import DEVICE_ANSWER
from forge.fleet.devices.announcements import DELETED, changed_event
from forge.fleet.devices.etag_facets import device_facets
from forge.fleet.devices.locking import lock_device, require_not_retired
from forge.fleet.devices.models import Device, HandOver, PersonEntry
from forge.fleet.devices.orders import require_order_to_leave
from forge.fleet.devices.requests import ask_device, end_requests
from forge.fleet.devices.timeline import write_line
from forge.fleet.errors import NotInService
from forge.fleet.hooks import devices_changed
from forge.fleet.place import DEVICE
from hmrd.protocol.wanted import LONGEST_ORDER, RequestKind


@act(
    "POST",
    DEVICE,
    "lock-out",
    "devices_lock_out",
    verb=Verb.LOCK_OUT_DEVICES,
    state=ENDS,
    answer=DEVICE_ANSWER,
    raises=(Conflict,),
)
@transaction.atomic
def lock_out_device(actor: Actor, device: Device) -> Device:
    """Refuses a device's key from now on, as for one that was stolen. It keeps running what it has."""
    row = lock_device(device)
    require_not_retired(row)
    if row.locked_out is not None:
        return row
    row.locked_out = timezone.now()
    row.save(update_fields=["locked_out"])
    write_line(row, PersonEntry.LOCKED_OUT, actor.person)
    write_entry(
        actor,
        "device.lock-out",
        row.subject,
        row.organisation.place,
        device=row.name,
        fingerprint=row.fingerprint,
    )
    append_event(row.organisation.stream, changed_event(row, PersonEntry.LOCKED_OUT), actor)
    return row


@act(
    "POST",
    DEVICE,
    "let-in",
    "devices_let_in",
    verb=Verb.LOCK_OUT_DEVICES,
    state=OPENS,
    answer=DEVICE_ANSWER,
    raises=(Conflict,),
)
@transaction.atomic
def let_in_device(actor: Actor, device: Device) -> Device:
    """Accepts the key of a device again that was locked out."""
    row = lock_device(device)
    require_not_retired(row)
    if row.locked_out is None:
        return row
    row.locked_out = None
    row.save(update_fields=["locked_out"])
    write_line(row, PersonEntry.LET_IN, actor.person)
    write_entry(
        actor, "device.let-in", row.subject, row.organisation.place, device=row.name, fingerprint=row.fingerprint
    )
    append_event(row.organisation.stream, changed_event(row, PersonEntry.LET_IN), actor)
    return row


@act(
    "POST",
    DEVICE,
    "retire",
    "devices_retire",
    verb=Verb.LOCK_OUT_DEVICES,
    state=IF_MATCH,
    answer=DEVICE_ANSWER,
    raises=(Conflict,),
)
@transaction.atomic
def retire_device(
    actor: Actor,
    device: Device,
    order: Annotated[str, CharField(max_length=LONGEST_ORDER, allow_blank=True)] = "",
    *,
    precondition: Precondition = None,
) -> Device:
    """Takes a device out of service for good. It is asked to leave: it deletes what it recorded and forgets the
    organisation. Until it has left, its key gets that request and nothing else. A device that believes a key at home
    leaves by the order of that key; without one, a person has to run `hmrd leave` on it."""
    row = lock_device(device)
    require_precondition(device_facets(row), precondition)
    require_not_retired(row)
    if order:
        require_order_to_leave(row, order)
    row.retired, row.assignment = timezone.now(), None
    row.save(update_fields=["retired", "assignment"])
    HandOver.objects.filter(device=row).delete()
    end_requests(row)
    if row.public_key is not None:
        ask_device(row, RequestKind.LEAVE, actor.person, order)
    write_line(row, PersonEntry.RETIRED, actor.person)
    write_entry(actor, "device.retire", row.subject, row.organisation.place, device=row.name)
    append_event(row.organisation.stream, changed_event(row, PersonEntry.RETIRED), actor)
    devices_changed.call(row.organisation, [row.pk])
    return row


@act(
    "DELETE",
    DEVICE,
    "",
    "devices_delete",
    verb=Verb.LOCK_OUT_DEVICES,
    state=IF_MATCH,
    answer=DONE,
    raises=(Conflict,),
)
@transaction.atomic
def delete_device(actor: Actor, device: Device, *, precondition: Precondition = None) -> None:
    """Deletes a device that was retired, with its timeline. The audit log keeps what people did to it. A device that
    has not left yet is never asked to any more."""
    row = lock_device(device)
    require_precondition(device_facets(row), precondition)
    if row.retired is None:
        raise NotInService(f"{row.name} is in service. Retire it before you delete it.")
    write_entry(actor, "device.delete", row.subject, row.organisation.place, device=row.name)
    append_event(row.organisation.stream, changed_event(row, DELETED), actor)
    row.delete()
