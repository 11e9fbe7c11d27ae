"""Takes the counts of devices. A floor above judges and keeps them: it knows what each deployment served."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from forge.fleet.devices.seen import seen_devices
from forge.fleet.hooks import documents_arrived
from forge.fleet.protocol.answering import message_response
from forge.fleet.protocol.authentication import require_device
from forge.fleet.protocol.limits import require_counts_rate, require_rate
from hmrd.protocol.counts import LARGEST_COUNTS, CountsAnswer, CountsMessage
from hmrd.protocol.reading import parsed


def answer_counts(request: HttpRequest) -> HttpResponse:
    """Answers each document of a device. Those that were taken before are acknowledged."""
    device = require_device(request)
    require_rate(device.pk)
    require_counts_rate(device.pk)
    message = CountsMessage.from_json(parsed(request.body, LARGEST_COUNTS))
    now = timezone.now()
    seen_devices.note(device.pk, now)
    (answers,) = documents_arrived.call(device, message.documents, now)
    return message_response(CountsAnswer(tuple(answers)).to_json())
