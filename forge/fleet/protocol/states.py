"""The answer to a poll: what a device shall run, and what is asked of it.

Most polls are answered 304 after the one query that finds the device: the tag of a state has the revisions of its two
parts, and the requests are read for a device that does not have the state yet.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import parse_etags

from forge.fleet.devices.releases import DeviceRelease, release_of, shadow_of, telemetry_of
from forge.fleet.devices.seen import seen_devices
from forge.fleet.hooks import sample_offers
from forge.fleet.models import Device, DeviceRequest
from forge.fleet.protocol.answering import message_response
from forge.fleet.protocol.authentication import require_device
from forge.fleet.protocol.limits import require_rate
from forge.fleet.protocol.long_polls.revisions import revisions_of
from forge.fleet.protocol.long_polls.terms import PollTerms, poll_terms
from forge.fleet.self_tests.approved import OutputsPending, approved_outputs
from forge.fleet.self_tests.requests import ask_daily, is_due
from hmrd.protocol.samples import MOST_OFFERS, SampleOffer
from hmrd.protocol.wanted import (
    MOST_ORDERS,
    MOST_REQUESTS,
    DesiredState,
    RequestKind,
    RequestToDevice,
    Telemetry,
    WantedRune,
)


def answer_state(request: HttpRequest) -> HttpResponse:
    """Answers GET of a device's state."""
    device = require_device(request, may_leave=True)
    require_rate(device.pk)
    now = timezone.now()
    seen_devices.note(device.pk, now)
    if is_due(device, now):
        device = ask_daily(device, now)
    revisions = revisions_of(device)
    terms = poll_terms(request, device, revisions)
    etag = f'"{revisions}-{terms.tag}"'
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        response = HttpResponse(status=304)
    else:
        response = message_response(desired_state(device, terms).to_json())
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def desired_state(device: Device, terms: PollTerms) -> DesiredState:
    """Returns what is wanted of a device, and what is asked of it."""
    requests, telemetry = _requests(device), telemetry_of(device)
    return DesiredState(
        wanted=_wanted(device),
        interval=terms.interval,
        wait=terms.wait,
        requests=tuple(RequestToDevice(each.pk, RequestKind(each.kind), each.seed) for each in requests),
        orders=_orders(device, requests),
        sequence=device.sequence,
        telemetry=telemetry,
        samples=() if telemetry is Telemetry.OFF else _offers(device),
        shadow=_shadow(device),
    )


def _offers(device: Device) -> tuple[SampleOffer, ...]:
    """Returns the open requests for samples of a device."""
    return tuple(each for offers in sample_offers.call(device) for each in offers)[:MOST_OFFERS]


def _wanted(device: Device) -> WantedRune | None:
    return _rune(device, release_of(device))


def _shadow(device: Device) -> WantedRune | None:
    """Returns the rune that a device shall run beside the one that answers."""
    return _rune(device, shadow_of(device))


def _rune(device: Device, release: DeviceRelease | None) -> WantedRune | None:
    if device.assignment is None or release is None or not release.rune:
        return None
    try:
        outputs = approved_outputs(device.organisation_id, release.rune)
    except OutputsPending:
        # A device that switched now could not tell whether it computes what was approved.
        return None
    return WantedRune(
        deployment=device.assignment.path,
        number=release.number,
        version=release.version,
        rune=release.rune,
        size=release.size,
        self_test=outputs,
    )


def _requests(device: Device) -> list[DeviceRequest]:
    """Returns the requests that the device has not answered; of a retired one, that to leave alone."""
    rows = DeviceRequest.objects.filter(device=device, answered=None).order_by("pk")
    rows = rows if device.retired is None else rows.filter(kind=RequestKind.LEAVE)
    return list(rows[:MOST_REQUESTS])


def _orders(device: Device, requests: list[DeviceRequest]) -> tuple[str, ...]:
    """Returns the orders of the key at home about what is wanted and asked."""
    orders = [*_orders_of(device), *(each.order for each in requests)]
    return tuple(order for order in orders if order)[:MOST_ORDERS]


def _orders_of(device: Device) -> Iterator[str]:
    """Yields the orders; those that change the keys come first: one of the new keys may have signed the others."""
    if device.assignment is not None:
        yield from device.assignment.key_orders
    for release in (release_of(device), shadow_of(device)):
        if release is not None:
            yield release.order
