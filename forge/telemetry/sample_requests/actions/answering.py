"""The answer of a member who manages a device, on its page. The device gets it with its next poll.

The sounds are on the device, and cannot be heard on the page. A device that believes a key at home sends nothing for
such an answer: only a person at the device says yes there.
"""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from django.db import transaction
from rest_framework.fields import BooleanField, ChoiceField

from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.core.api.acts import ActAnswer, act
from forge.core.api.states import SETS
from forge.core.audit.entries import write_entry
from forge.core.errors import Conflict, Invalid
from forge.core.events.log import append_event
from forge.datasets.consent_terms import DEFAULT_PURPOSES, Purpose
from forge.fleet.devices.announcements import changed_event
from forge.fleet.devices.locking import lock_device, require_in_service
from forge.fleet.devices.models import Device
from forge.fleet.devices.requests import raise_revision
from forge.fleet.devices.timeline import write_line
from forge.fleet.place import DEVICE
from forge.telemetry.sample_requests.access import find_device_request, is_active, is_of_device
from forge.telemetry.sample_requests.actions.taking import LINES, withdraw
from forge.telemetry.sample_requests.models import DeviceSampleRequest
from forge.telemetry.sample_requests.serializers import device_request_to_json
from forge.telemetry.sample_requests.terms import purposes_of_boxes
from hmrd.protocol.enrolment import TrustKind
from hmrd.protocol.samples import AnswerKind


@act(
    "PUT",
    DEVICE,
    "sample-requests/<uuid:request_id>/answer",
    "device_sample_requests_answer",
    verb=Verb.CHANGE_DEVICES,
    state=SETS,
    answer=ActAnswer(device_request_to_json),
    raises=(Invalid, Conflict),
)
def answer_sample_request(
    actor: Actor,
    device: Device,
    request_id: UUID,
    kind: Annotated[str, ChoiceField([each.value for each in AnswerKind])],
    for_tests: Annotated[bool, BooleanField()] = True,
    for_training: Annotated[bool, BooleanField()] = True,
    for_readers: Annotated[bool, BooleanField()] = False,
    for_other_projects: Annotated[bool, BooleanField()] = False,
    for_assistants: Annotated[bool, BooleanField()] = False,
) -> DeviceSampleRequest:
    """Answers a request for samples for a device: `yes` for some purposes, `no`, or `take-back`, which deletes all that
    the device sent for the request at once. The device gets a yes with its next poll, and sends the windows that it
    keeps then; one that believes a key at home answers at the device alone."""
    purposes = purposes_of_boxes(
        for_tests=for_tests,
        for_training=for_training,
        for_readers=for_readers,
        for_other_projects=for_other_projects,
        for_assistants=for_assistants,
    )
    row = _answer(actor, device, request_id, AnswerKind(kind), purposes)
    if row.answer == AnswerKind.TAKE_BACK:
        withdraw(row)
    return find_device_request(device, request_id)


@transaction.atomic
def _answer(
    actor: Actor, device: Device, request_id: UUID, kind: AnswerKind, purposes: frozenset[Purpose]
) -> DeviceSampleRequest:
    locked_device = lock_device(device)
    DeviceSampleRequest.objects.select_for_update().filter(device=device, request=request_id).first()
    row = find_device_request(locked_device, request_id)
    if kind is AnswerKind.YES:
        _require_yes(locked_device, row, purposes)
    else:
        # A no and a take-back end it at once, whatever the device says later under an earlier answer.
        row.answer, row.number, row.digest = kind.value, row.number + 1, ""
    row.page_answer, row.page_number = kind.value, row.page_number + 1
    row.page_purposes = sorted(purposes & row.request.terms.requested_purposes) if kind is AnswerKind.YES else []
    row.page_by = actor.person
    row.save()
    raise_revision(locked_device)
    line = LINES[kind]
    write_line(locked_device, line, actor.person)
    organisation = locked_device.organisation
    values = {"device": locked_device.name, "what": row.request.what, "answer": kind.value}
    write_entry(actor, "device.samples", locked_device.subject, organisation.place, **values)
    append_event(organisation.stream, changed_event(locked_device, line), actor)
    return row


def _require_yes(device: Device, row: DeviceSampleRequest, purposes: frozenset[Purpose]) -> None:
    """Raises `Conflict` and `Invalid` where a yes on the page means nothing."""
    require_in_service(device)
    if not is_of_device(row.request, row.device or device) or not is_active(row.request):
        raise Conflict("Nobody asks this device for it any more.")
    if device.trust == TrustKind.HOME:
        raise Conflict(
            f"{device.name} believes a key at home, and sends nothing for an answer that comes through this server. "
            "Answer at the device: hmrd collect --offers."
        )
    if not purposes & DEFAULT_PURPOSES & {Purpose(each) for each in row.request.terms.requested_purposes}:
        raise Invalid("Allow tests, training or both.")
