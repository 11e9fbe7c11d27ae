"""Takes what owners of devices answer to requests for samples, and the windows that they chose. A floor above judges
and keeps them: it knows who asked for what."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from forge.fleet.hooks import sample_answer_arrived, sample_window_arrived
from forge.fleet.protocol.answering import message_response
from forge.fleet.protocol.authentication import require_device
from forge.fleet.protocol.limits import require_rate, require_samples_rate
from hmrd.protocol.reading import parsed
from hmrd.protocol.samples import LARGEST_ANSWER, LARGEST_WINDOW_MESSAGE, OfferAnswer, SampleWindow


def answer_sample_answer(request: HttpRequest) -> HttpResponse:
    """Takes the answer of an owner. The same one again is acknowledged."""
    device = require_device(request)
    require_rate(device.pk)
    require_samples_rate(device.pk)
    message = OfferAnswer.from_json(parsed(request.body, LARGEST_ANSWER))
    (reply,) = sample_answer_arrived.call(device, message)
    return message_response(reply.to_json())


def answer_sample_window(request: HttpRequest) -> HttpResponse:
    """Takes a window. The same one again is acknowledged."""
    device = require_device(request)
    require_rate(device.pk)
    require_samples_rate(device.pk)
    message = SampleWindow.from_json(parsed(request.body, LARGEST_WINDOW_MESSAGE))
    (reply,) = sample_window_arrived.call(device, message)
    return message_response(reply.to_json())
