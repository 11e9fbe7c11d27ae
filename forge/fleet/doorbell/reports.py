"""Reports that devices publish: the same signed requests as over HTTPS, answered by the same function."""

from __future__ import annotations

import logging

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest

from forge.fleet.protocol.answering import device_response
from forge.fleet.protocol.report_answers import answer_report
from hmrd.protocol.addresses import REPORTS
from hmrd.protocol.doorbell import LARGEST_ENVELOPE, ReportEnvelope, device_of_report
from hmrd.protocol.reading import BadDeviceMessage, parsed
from hmrd.protocol.signatures import SignatureMissing, read_signature

_log = logging.getLogger(__name__)


def take_published(topic: str, payload: bytes) -> bool:
    """Takes a report that a device published. Returns whether it was taken; the device also sends it over HTTPS, where
    it hears why not."""
    try:
        request = _request(ReportEnvelope.from_json(parsed(payload, LARGEST_ENVELOPE)))
        request.get_host()
        signer = read_signature(request.headers).device
    except (BadDeviceMessage, SignatureMissing, DisallowedHost):
        return False
    # The broker lets a device publish at its own topic alone. The report says the same.
    if signer != device_of_report(topic):
        return False
    response = device_response(request, {"POST": answer_report})
    if response.status_code >= 300:
        _log.info("A published report of the device %s was refused with %d", signer, response.status_code)
    return response.status_code < 300


def _request(envelope: ReportEnvelope) -> HttpRequest:
    """Returns the request over HTTPS that has this body and these headers."""
    request, body = HttpRequest(), envelope.body.encode()
    request.method, request.path, request.path_info = "POST", REPORTS, REPORTS
    request.META = {"HTTP_HOST": envelope.host, "QUERY_STRING": "", "CONTENT_LENGTH": str(len(body))}
    request.META |= {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in envelope.headers.items()}
    request._body = body
    return request
