"""The addresses of devices, and of what lets them join."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from forge.accounts.models import Membership, Organisation, Role, User
from forge.fleet.devices.actions.requests import request_of_device
from forge.fleet.devices.models import Device, HandOver
from forge.fleet.enrolment.actions.batches import create_batch
from forge.fleet.enrolment.actions.candidates import enter_label
from forge.fleet.enrolment.actions.codes import create_code
from forge.fleet.enrolment.models import DeviceCandidate
from forge.fleet.groups.actions import create_group
from forge.fleet.hand_overs.actions import offer_device
from forge.fleet.stock.actions import create_stock_device
from hmrd.protocol.keys import fingerprint
from tests.support.forge.addresses.table import (
    EDIT,
    MANAGED,
    ORGANISATION,
    ORGANISATION_ROUTE,
    PAGE,
    PAGE_EDIT,
    READ,
    SENT,
    Case,
)
from tests.support.forge.factories.devices import first_report, joined, key_of

_DEVICE = f"{ORGANISATION_ROUTE}/devices/<str:device>"
_PATH = f"{ORGANISATION}/devices/gate-7"
_PAGES = "<str:organisation>/devices"
_LOG = f"{_DEVICE}/requests/<int:request_id>"
LABEL_TABLE = {"do": "store", "table": "gate-7,site=bern", "count": "1"}

CASES: list[Case] = [
    ("get", _DEVICE, _PATH, None, READ),
    ("get", f"{_DEVICE}/requests", f"{_PATH}/requests", None, READ),
    ("get", _LOG, "DEVICE_REQUEST", None, READ),
    ("get", f"{_LOG}/log", "DEVICE_REQUEST/log", None, EDIT),
    ("get", f"{_DEVICE}/timeline", f"{_PATH}/timeline", None, READ),
    ("get", f"{_DEVICE}/days", f"{_PATH}/days", None, READ),
    ("get", f"{_DEVICE}/counts", f"{_PATH}/counts", None, READ),
    ("get", f"{_DEVICE}/sample-requests", f"{_PATH}/sample-requests", None, READ),
    ("get", f"{_DEVICE}/stock-account", f"{ORGANISATION}/devices/stock-1/stock-account", None, READ),
    ("get", f"{ORGANISATION_ROUTE}/device-codes", f"{ORGANISATION}/device-codes", None, EDIT),
    ("get", f"{ORGANISATION_ROUTE}/device-candidates", f"{ORGANISATION}/device-candidates", None, EDIT),
    ("get", f"{ORGANISATION_ROUTE}/device-batches", f"{ORGANISATION}/device-batches", None, EDIT),
    ("get", f"{ORGANISATION_ROUTE}/hand-overs", f"{ORGANISATION}/hand-overs", None, MANAGED),
    ("get", f"{ORGANISATION_ROUTE}/devices", f"{ORGANISATION}/devices?q=group=berlin", None, READ),
    ("get", f"{ORGANISATION_ROUTE}/device-table", f"{ORGANISATION}/device-table", None, READ),
    ("get", f"{ORGANISATION_ROUTE}/device-labels", f"{ORGANISATION}/device-labels", None, READ),
    ("get", f"{ORGANISATION_ROUTE}/device-overview", f"{ORGANISATION}/device-overview", None, READ),
    ("get", f"{ORGANISATION_ROUTE}/device-completion", f"{ORGANISATION}/device-completion?q=site=", None, READ),
    ("get", f"{ORGANISATION_ROUTE}/device-groups", f"{ORGANISATION}/device-groups", None, READ),
    ("get", f"{ORGANISATION_ROUTE}/device-groups/<str:group>", f"{ORGANISATION}/device-groups/berlin", None, READ),
    ("get", _PAGES, "acme/devices?q=key0=x&device=gate-7", None, PAGE),
    ("form", f"{_PAGES}/do", "acme/devices/do", {"do": "log", "device": "gate-7"}, SENT),
    ("get", f"{_PAGES}/claim", "acme/devices/claim", None, PAGE_EDIT),
    ("get", f"{_PAGES}/groups", "acme/devices/groups?q=site=berlin", None, PAGE_EDIT),
    ("get", f"{_PAGES}/groups/<str:group>", "acme/devices/groups/berlin", None, PAGE),
    ("get", f"{_PAGES}/labels", "acme/devices/labels?q=site=berlin", None, PAGE_EDIT),
    ("form", f"{_PAGES}/labels", "acme/devices/labels", LABEL_TABLE, SENT),
    ("get", f"{_PAGES}/<str:device>", "acme/devices/gate-7", None, PAGE),
    ("get", f"{_PAGES}/<str:device>", "acme/devices/stock-1", None, PAGE),
    ("get", f"{_PAGES}/<str:device>/logs/<int:log>", "DEVICE_LOG_PAGE", None, PAGE_EDIT),
]
DEVICE_KEY = key_of("candidate")
"""The key of the candidate."""
CONFIRMED = {"fingerprint": fingerprint(DEVICE_KEY), "name": "gate-8"}
BATCH = {"title": "Line 3", "limit": 10, "until": (timezone.now() + timedelta(days=1)).date().isoformat()}


def fleet_addresses(owner: User, organisation: Organisation, size: int = 1) -> dict[str, str]:
    """Returns the addresses of a device, of a request to it, and of `size` of each thing that lets one join."""
    giver = Organisation.objects.create(name="giver")
    Membership.objects.create(organisation=giver, user=owner, role=Role.OWNER)
    device = joined(organisation, "gate-7", {f"key{number}": "x" for number in range(size)}, by=owner)
    request = request_of_device(owner, device, "restart")
    for number in range(size):
        joined(organisation, f"other-{number}", {"site": "berlin"}, by=owner)
        create_group(owner, organisation, "Berlin", f"site=berlin name!=other-{number + 2}")
        device.entries.create(kind="started", at=timezone.now(), received=timezone.now(), person=owner)
        device.requests.create(kind="log", created=timezone.now(), answered=timezone.now(), created_by=owner)
        device.days.create(day=(timezone.now() - timedelta(days=number)).date())
        code = create_code(owner, organisation).row
        candidate = enter_label(owner, organisation, f"{number:016x}", "5e" * 16)
        batch = create_batch(owner, organisation, "Line 3", 10, (timezone.now() + timedelta(days=1)).date()).row
        offered_device = joined(giver, f"door-{number}")
        offer_device(owner, offered_device, organisation.name)
    DeviceCandidate.objects.filter(pk=candidate.pk).update(
        public_key=DEVICE_KEY, report=first_report().to_json(), requested=timezone.now()
    )
    create_stock_device(owner, organisation, "linux-armv7l", "stock-1")
    offer = HandOver.objects.get(device=offered_device)
    return {
        "DEVICE_REQUEST": f"{_PATH}/requests/{request.pk}",
        "DEVICE_REQUEST/log": f"{_PATH}/requests/{request.pk}/log",
        "DEVICE_LOG_PAGE": f"acme/devices/gate-7/logs/{request.pk}",
        "CLAIM_CODE_PAGE": f"acme/devices/claim/codes/{code.pk}",
        "CANDIDATE_PAGE": f"acme/devices/claim/candidates/{candidate.pk}",
        "BATCH_PAGE": f"acme/devices/claim/batches/{batch.pk}",
        "OFFER_PAGE": f"acme/devices/claim/hand-overs/{offer.pk}",
        "CLAIM_CODE": f"{ORGANISATION}/device-codes/{code.pk}",
        "CANDIDATE": f"{ORGANISATION}/device-candidates/{candidate.pk}",
        "CANDIDATE/confirm": f"{ORGANISATION}/device-candidates/{candidate.pk}/confirm",
        "BATCH": f"{ORGANISATION}/device-batches/{batch.pk}",
        "OFFERED_DEVICE": f"{ORGANISATION}/hand-overs/{offer.pk}",
        "OFFERED_DEVICE/accept": f"{ORGANISATION}/hand-overs/{offer.pk}/accept",
    }


UNUSUAL = 7_100_071
"""The id of a request: a small number would be found in texts that are about something else."""


def names_of_devices(owner: User, organisation: Organisation) -> dict[str, str]:
    """Returns the names of a device, and of what lets one join, in addresses."""
    things = fleet_addresses(owner, organisation)
    device = Device.objects.get(organisation=organisation, name="gate-7")
    device.requests.create(pk=UNUSUAL, kind="log", created=timezone.now())
    names = {"code": "CLAIM_CODE", "candidate": "CANDIDATE", "batch": "BATCH", "hand_over": "OFFERED_DEVICE"}
    ids = {name: things[thing].rpartition("/")[2] for name, thing in names.items()}
    return {"device": "gate-7", "group": "berlin", "request_id": str(UNUSUAL), "log": str(UNUSUAL), **ids}
