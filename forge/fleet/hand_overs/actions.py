"""Handing a device over to another organisation: both agree, and the device deletes its recordings before it moves."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from rest_framework.fields import CharField, ChoiceField

from forge.accounts.models import Organisation
from forge.accounts.permissions import Verb
from forge.accounts.place import ORGANISATION
from forge.accounts.principals import INSTALLATION, token_of
from forge.accounts.quotas.limits import locked
from forge.core.actors import Actor
from forge.core.api.acts import DONE, ActAnswer, act
from forge.core.api.states import ENDS, MAKES
from forge.core.audit.entries import write_entry
from forge.core.errors import Conflict, Invalid, NotFound
from forge.core.events.log import append_event
from forge.fleet.access import find_hand_over
from forge.fleet.devices.actions.changing import DEVICE_ANSWER
from forge.fleet.devices.announcements import DELETED, changed_event
from forge.fleet.devices.locking import lock_device, require_in_service
from forge.fleet.devices.models import Device, HandOver, PersonEntry
from forge.fleet.devices.names import require_free_name
from forge.fleet.devices.orders import require_order_to_leave
from forge.fleet.devices.quota import require_room_for_device
from forge.fleet.devices.requests import ask_device, end_requests
from forge.fleet.devices.serializers import offered_to_json
from forge.fleet.devices.timeline import write_line
from forge.fleet.devices.trust import trusted_fingerprints
from forge.fleet.hand_overs.moving import is_backed, move_row
from forge.fleet.hooks import devices_changed
from forge.fleet.place import DEVICE
from hmrd.protocol.enrolment import TrustKind
from hmrd.protocol.names import LONGEST_NAME
from hmrd.protocol.wanted import LONGEST_ORDER, RequestKind

_OFFER = "hand-overs/<uuid:hand_over>"


@act(
    "POST",
    DEVICE,
    "hand-over",
    "devices_offer",
    verb=Verb.LOCK_OUT_DEVICES,
    state=MAKES,
    answer=DEVICE_ANSWER,
    raises=(Conflict,),
)
@transaction.atomic
def offer_device(
    actor: Actor,
    device: Device,
    to: Annotated[str, CharField(max_length=LONGEST_NAME)],
    order: Annotated[str, CharField(max_length=LONGEST_ORDER, allow_blank=True)] = "",
) -> Device:
    """Offers a device to another organisation by its name. It moves when a member there accepts it and it has deleted
    what it recorded. A device that believes a key at home needs the order to leave, which that key signed."""
    row = lock_device(device)
    require_in_service(row)
    if row.public_key is None:
        raise Conflict("A device with a stock client has no key. Retire it, and claim it in the other organisation.")
    if HandOver.objects.filter(device=row).exists():
        raise Conflict(f"{row.name} is offered already. End that offer first.")
    receiver = Organisation.objects.filter(name=to).exclude(pk=row.organisation_id).first()
    if receiver is None:
        message = f"There is no other organisation named {to}. Ask its members for its name."
        raise Invalid(message, errors={"to": [message]})
    require_order_to_leave(row, order)
    HandOver.objects.create(
        device=row,
        to=receiver,
        offered_by=actor.person,
        offered_by_token=token_of(actor),
        offered=timezone.now(),
        order=order,
    )
    write_line(row, PersonEntry.OFFERED, actor.person)
    write_entry(actor, "device.offer", row.subject, row.organisation.place, device=row.name, receiver=receiver.name)
    append_event(row.organisation.stream, changed_event(row, PersonEntry.OFFERED), actor)
    return row


@act(
    "DELETE",
    DEVICE,
    "hand-over",
    "devices_end_offer",
    verb=Verb.LOCK_OUT_DEVICES,
    state=ENDS,
    answer=DONE,
)
@transaction.atomic
def end_offer(actor: Actor, device: Device) -> None:
    """Ends the offer of a device, also one that was accepted, as long as the device has not moved."""
    row = lock_device(device)
    offer = HandOver.objects.select_related("to").filter(device=row).first()
    if offer is None:
        raise NotFound(f"{row.name} is not offered to another organisation.")
    _end(actor, row, offer)
    write_entry(actor, "device.end-offer", row.subject, row.organisation.place, device=row.name, receiver=offer.to.name)
    append_event(row.organisation.stream, changed_event(row, PersonEntry.WITHDRAWN), actor)


@act(
    "POST",
    ORGANISATION,
    f"{_OFFER}/accept",
    "device_hand_overs_accept",
    verb=Verb.LOCK_OUT_DEVICES,
    state=MAKES,
    answer=ActAnswer(offered_to_json, status=202),
    raises=(Conflict,),
)
@transaction.atomic
def accept_device(
    actor: Actor,
    organisation: Organisation,
    hand_over: UUID,
    name: Annotated[str, CharField(max_length=LONGEST_NAME)],
    trust: Annotated[str, ChoiceField([each.value for each in TrustKind])] = TrustKind.SERVER.value,
) -> HandOver:
    """Accepts a device that another organisation offers, under a name that is free here. The device is asked to delete
    what it recorded and the runes that it has; then it moves."""
    require_room_for_device(organisation)
    offer = find_hand_over(organisation, hand_over)
    row = lock_device(offer.device)
    offer = find_hand_over(organisation, hand_over)
    if not is_backed(offer):
        raise NotFound(f"The offer of {row.name} has ended. Ask {row.organisation.name} to offer it again.")
    require_in_service(row)
    if offer.accepted is not None:
        raise Conflict(f"{row.name} was accepted already, and has not moved yet.")
    offer.name = require_free_name(organisation, name)
    trusted_fingerprints(organisation, TrustKind(trust))
    offer.trust, offer.accepted, offer.accepted_by = trust, timezone.now(), actor.person
    offer.save(update_fields=["name", "trust", "accepted", "accepted_by"])
    ask_device(row, RequestKind.HAND_OVER, None, offer.order)
    write_entry(
        actor,
        "device.accept",
        row.subject,
        organisation.place,
        device=row.name,
        giver=row.organisation.name,
        accepted_name=name,
    )
    write_line(row, PersonEntry.ACCEPTED, None)
    append_event(row.organisation.stream, changed_event(row, PersonEntry.ACCEPTED))
    return offer


@act(
    "DELETE",
    ORGANISATION,
    _OFFER,
    "device_hand_overs_decline",
    verb=Verb.LOCK_OUT_DEVICES,
    state=ENDS,
    answer=DONE,
)
@transaction.atomic
def decline_device(actor: Actor, organisation: Organisation, hand_over: UUID) -> None:
    """Declines a device that another organisation offers, also after it was accepted and has not moved."""
    offer = find_hand_over(organisation, hand_over)
    row = lock_device(offer.device)
    _end(None, row, offer)
    write_entry(actor, "device.end-offer", row.subject, organisation.place, device=row.name, receiver=organisation.name)
    append_event(row.organisation.stream, changed_event(row, PersonEntry.WITHDRAWN))


@transaction.atomic
def finish_hand_over(device: Device) -> Device:
    """Moves a device that answered that it deleted what it recorded, and has nothing to go back to: a name that was
    given away meanwhile does not stop it.

    Raises `Conflict` where no offer of it was accepted, and `NoKeyAtHome` where the key that it shall believe ended.
    """
    offer = HandOver.objects.select_related("to").filter(device=device).exclude(accepted=None).first()
    if offer is None:
        raise Conflict("The device was not handed over.")
    locked(offer.to)
    row = lock_device(device)
    giver = row.organisation
    write_entry(INSTALLATION, "device.leave", row.subject, giver.place, device=row.name, receiver=offer.to.name)
    append_event(giver.stream, changed_event(row, DELETED))
    new_row = move_row(row, offer)
    write_line(new_row, PersonEntry.HANDED_OVER, offer.accepted_by)
    write_entry(INSTALLATION, "device.arrive", new_row.subject, offer.to.place, device=new_row.name, giver=giver.name)
    append_event(offer.to.stream, changed_event(new_row, PersonEntry.HANDED_OVER))
    devices_changed.call(offer.to, [new_row.pk])
    return new_row


def _end(actor: Actor | None, device: Device, offer: HandOver) -> None:
    """Deletes an offer. A device that was asked to move and has not done so is not asked any more."""
    offer.delete()
    end_requests(device, RequestKind.HAND_OVER)
    write_line(device, PersonEntry.WITHDRAWN, actor.person if actor else None)
