"""The addresses of the device protocol (`hmrd.protocol.addresses`). They know devices by keys, and nobody else."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from forge.fleet.protocol.answering import Answer, device_response, done_response
from forge.fleet.protocol.authentication import require_device
from forge.fleet.protocol.counts import answer_counts
from forge.fleet.protocol.doorbells import answer_doorbell
from forge.fleet.protocol.enrolments import answer_enrolment, answer_enrolment_again
from forge.fleet.protocol.limits import require_rate
from forge.fleet.protocol.refusals import KEY_REFUSED, DeviceRefusal
from forge.fleet.protocol.report_answers import answer_report
from forge.fleet.protocol.samples import answer_sample_answer, answer_sample_window
from forge.fleet.protocol.states import answer_state
from forge.fleet.reports.actions import leave, replace_key
from hmrd.protocol.addresses import (
    COUNTS,
    DEVICE,
    DOORBELL,
    ENROLMENTS,
    KEY,
    REPORTS,
    SAMPLE_ANSWERS,
    SAMPLE_WINDOWS,
    STATE,
)
from hmrd.protocol.enrolment import LARGEST_ENROLMENT, KeyChange, key_change_text
from hmrd.protocol.keys import verifies
from hmrd.protocol.reading import parsed


def _answer_key(request: HttpRequest) -> HttpResponse:
    """Replaces the key of a device. The same change again, signed by the new key, is acknowledged."""
    device = require_device(request)
    require_rate(device.pk)
    change = KeyChange.from_json(parsed(request.body, LARGEST_ENROLMENT))
    proof = bytes.fromhex(change.proof)
    if not verifies(change.public_key, proof, key_change_text(str(device.pk), change.public_key)):
        raise DeviceRefusal(KEY_REFUSED)
    replace_key(device, change.public_key)
    return done_response()


def _answer_leaving(request: HttpRequest) -> HttpResponse:
    """Takes a device out of service that leaves by itself."""
    leave(require_device(request, may_leave=True))
    return done_response()


_ANSWERS: Mapping[str, Mapping[str, Answer]] = {
    ENROLMENTS: {"POST": answer_enrolment, "GET": answer_enrolment_again},
    STATE: {"GET": answer_state},
    REPORTS: {"POST": answer_report},
    COUNTS: {"POST": answer_counts},
    KEY: {"PUT": _answer_key},
    SAMPLE_ANSWERS: {"POST": answer_sample_answer},
    SAMPLE_WINDOWS: {"POST": answer_sample_window},
    DOORBELL: {"GET": answer_doorbell},
    DEVICE: {"DELETE": _answer_leaving},
}


@csrf_exempt
def device_address(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Everything below the root of the protocol."""
    return device_response(request, _ANSWERS.get(request.path))
