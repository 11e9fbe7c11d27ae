"""Finding devices, and what is known of one, for members of its organisation."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from forge.accounts.models import ApiToken, Organisation
from forge.core.actors import Actor
from forge.core.errors import NotFound
from forge.fleet.models import Device, DeviceDay, DeviceEntry, DeviceQuerySet, DeviceRequest, HandOver


def devices_of(actor: Actor, organisation: Organisation) -> DeviceQuerySet:
    """Returns an organisation's devices with what their answers show."""
    devices = Device.objects.visible_to(actor).filter(organisation=organisation).prefetch_related("labels")
    return devices.select_related("organisation", "assignment", "batch", "claimed_by", "hand_over__to")


def find_device(actor: Actor, organisation: Organisation, name: str) -> Device:
    """Returns a device, also one that was retired. Raises `NotFound`."""
    device = devices_of(actor, organisation).filter(name=name).first()
    if device is None:
        raise NotFound("The organisation has no such device.")
    return device


def read_again(actor: Actor, device: Device) -> Device:
    """Returns a device as it is after an act, which may have renamed it. Raises `NotFound`."""
    return devices_of(actor, device.organisation).get(pk=device.pk)


def requests_of(device: Device) -> QuerySet[DeviceRequest]:
    """Returns what was asked of a device, without the logs. The caller may see the device."""
    return device.requests.select_related("created_by").defer("log")


def find_request(device: Device, request_id: int) -> DeviceRequest:
    """Returns a request with its log, for who may read logs or to show what it came to. Raises `NotFound`."""
    request = device.requests.select_related("created_by").filter(pk=request_id).first()
    if request is None:
        raise NotFound("The device has no such request.")
    return request


def timeline_of(device: Device) -> QuerySet[DeviceEntry]:
    """Returns the lines of a device's timeline. The caller may see the device."""
    return device.entries.select_related("person")


def days_of(device: Device) -> QuerySet[DeviceDay]:
    """Returns a device's counts by day. The caller may see the device."""
    return device.days.all()


def hand_overs_to(organisation: Organisation) -> QuerySet[HandOver]:
    """Returns the offers of devices to an organisation. An offer that was not accepted ends with the token that made
    it. The caller may accept them."""
    tokens = ApiToken.objects.alive().filter(pk=OuterRef("offered_by_token"))
    stands = Q(accepted__isnull=False) | Q(offered_by_token=None) | Q(Exists(tokens))
    offers = HandOver.objects.filter(stands, to=organisation).order_by("-offered")
    return offers.select_related("device__organisation", "offered_by")


def find_hand_over(organisation: Organisation, hand_over: UUID) -> HandOver:
    """Returns an offer to an organisation. The caller may accept it. Raises `NotFound`."""
    offer = hand_overs_to(organisation).filter(pk=hand_over).first()
    if offer is None:
        raise NotFound("No such device is offered to the organisation.")
    return offer
