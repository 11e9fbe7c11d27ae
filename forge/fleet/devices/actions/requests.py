"""Requests of members to a device: its log, a restart, a self-test, a new key."""

from __future__ import annotations

from typing import Annotated

from django.db import transaction
from rest_framework.fields import ChoiceField

from forge.accounts.access import require_in
from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.core.api.acts import ActAnswer, act
from forge.core.api.states import WORKS
from forge.core.audit.entries import write_entry
from forge.core.errors import Conflict
from forge.core.events.log import append_event
from forge.fleet.devices.announcements import changed_event
from forge.fleet.devices.locking import lock_device, require_in_service
from forge.fleet.devices.models import Device, DeviceRequest, PersonEntry
from forge.fleet.devices.requests import ask_device
from forge.fleet.devices.serializers import request_to_json
from forge.fleet.devices.timeline import write_line
from forge.fleet.place import DEVICE
from hmrd.protocol.wanted import RequestKind

KINDS = {
    RequestKind.LOG: (Verb.READ_DEVICE_LOGS, PersonEntry.LOG),
    RequestKind.RESTART: (Verb.CHANGE_DEVICES, PersonEntry.RESTART),
    RequestKind.SELF_TEST: (Verb.CHANGE_DEVICES, PersonEntry.SELF_TEST),
    RequestKind.REPLACE_KEY: (Verb.LOCK_OUT_DEVICES, PersonEntry.KEY),
}
"""The kinds that members ask for, each with its right and its line in the timeline. Other acts ask the rest."""


@act(
    "POST",
    DEVICE,
    "requests",
    "device_requests_create",
    verb=Verb.CHANGE_DEVICES,
    state=WORKS,
    answer=ActAnswer(request_to_json, status=202),
    raises=(Conflict,),
)
@transaction.atomic
def request_of_device(
    actor: Actor, device: Device, kind: Annotated[str, ChoiceField([each.value for each in KINDS])]
) -> DeviceRequest:
    """Asks something of a device, which gets it with its next poll and answers in its next report. A log takes the
    right to read logs, a new key the right to lock devices out."""
    request_kind = RequestKind(kind)
    verb, line = KINDS[request_kind]
    require_in(actor, verb, device.organisation)
    row = lock_device(device)
    require_in_service(row)
    request = ask_device(row, request_kind, actor.person)
    write_line(row, line, actor.person)
    write_entry(
        actor, "device.request", row.subject, row.organisation.place, device=row.name, request=line.label.lower()
    )
    append_event(row.organisation.stream, changed_event(row, line), actor)
    return request
