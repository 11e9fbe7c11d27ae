"""Lets a device join over the protocol. The same request again, by the same key, gets the same answer: one that was
lost on its way does not burn a code."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.http import HttpRequest, HttpResponse

from forge.core.errors import CountersUnavailable
from forge.fleet.enrolment.answers import enrolment_of
from forge.fleet.enrolment.proving import ProofRefused, join_with_batch, join_with_code, note_candidate
from forge.fleet.errors import DeviceKeyInUse
from forge.fleet.models import Device
from forge.fleet.protocol.answering import message_response
from forge.fleet.protocol.authentication import require_device, require_in_service, require_new_device
from forge.fleet.protocol.limits import begin_code, forgive_code, require_rate
from forge.fleet.protocol.refusals import (
    BATCH_REFUSED,
    CODE_REFUSED,
    LABEL_REFUSED,
    SERVER_BUSY,
    DeviceRefusal,
    DeviceRefusalKind,
)
from hmrd.protocol.enrolment import (
    LARGEST_ENROLMENT,
    BatchProof,
    CodeProof,
    EnrolmentRequest,
    LabelProof,
    PendingEnrolment,
)
from hmrd.protocol.reading import parsed

P = TypeVar("P")
T = TypeVar("T")

CONFIRMATION_RETRY = 30
"""Seconds until a device asks again whether a member has confirmed it."""


def answer_enrolment(request: HttpRequest) -> HttpResponse:
    """Lets a device join, or tells it to wait for a member."""
    message = EnrolmentRequest.from_json(parsed(request.body, LARGEST_ENROLMENT))
    require_new_device(request, message.public_key)
    device = _device_of(message.public_key)
    if device is None:
        device = _join(request, message)
    if device is None:
        return message_response(PendingEnrolment(CONFIRMATION_RETRY).to_json(), 202)
    require_in_service(device)
    return message_response(enrolment_of(device).to_json(), 201)


def answer_enrolment_again(request: HttpRequest) -> HttpResponse:
    """Returns the enrolment of a device, which asks for it after it was handed over."""
    device = require_device(request)
    require_rate(device.pk)
    return message_response(enrolment_of(device).to_json())


def _join(request: HttpRequest, message: EnrolmentRequest) -> Device | None:
    """Returns the device that joined; None of one that waits for a member. Raises `DeviceRefusal`."""
    match message.proof:
        case CodeProof():
            return _join_with_code(request, message.proof, message)
        case BatchProof():
            return _proven(join_with_batch, message.proof, message, BATCH_REFUSED)
        case LabelProof():
            _proven(note_candidate, message.proof, message, LABEL_REFUSED)
            return None


def _join_with_code(request: HttpRequest, proof: CodeProof, message: EnrolmentRequest) -> Device | None:
    try:
        attempt = begin_code(request)
    except CountersUnavailable:
        # A code that is not counted could be guessed.
        raise DeviceRefusal(SERVER_BUSY) from None
    device = _proven(join_with_code, proof, message, CODE_REFUSED)
    forgive_code(attempt)
    return device


def _proven(
    join: Callable[[P, EnrolmentRequest], T], proof: P, message: EnrolmentRequest, refusal: DeviceRefusalKind
) -> T | Device:
    try:
        return join(proof, message)
    except (ProofRefused, DeviceKeyInUse):
        # The same request may have come twice at once, and the other one was first.
        device = _device_of(message.public_key)
        if device is None:
            raise DeviceRefusal(refusal) from None
        return device


def _device_of(public_key: str) -> Device | None:
    return Device.objects.filter(public_key=public_key).select_related("organisation").first()
