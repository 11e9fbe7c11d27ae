"""The account of a device at the broker, as the device gets it. A worker makes it there (`ringing`)."""

from __future__ import annotations

import hmac
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from forge.fleet.models import Doorbell
from forge.fleet.protocol.answering import message_response
from forge.fleet.protocol.authentication import require_device
from forge.fleet.protocol.limits import require_rate
from forge.fleet.protocol.refusals import DOORBELL_OFF, DeviceRefusal
from hmrd.protocol.doorbell import DoorbellAccount


def answer_doorbell(request: HttpRequest) -> HttpResponse:
    """Answers a device that asks for its account."""
    device = require_device(request)
    require_rate(device.pk)
    if not settings.DEVICE_MQTT_URL:
        raise DeviceRefusal(DOORBELL_OFF)
    Doorbell.objects.get_or_create(device=device)
    return message_response(account_of(device.pk).to_json())


def account_of(device: UUID) -> DoorbellAccount:
    """Returns the account of a device. Its password follows from the server's key, so that none is stored here."""
    text = f"forge.fleet.doorbell:{device}"
    return DoorbellAccount(str(device), hmac.digest(settings.SECRET_KEY.encode(), text.encode(), "sha256").hex())
