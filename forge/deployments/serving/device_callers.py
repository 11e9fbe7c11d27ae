"""A device that asks a deployment's address: it reads what the deployment serves that it shall run, and no other."""

from __future__ import annotations

from django.http import HttpRequest

from forge.deployments.models import Deployment
from forge.deployments.serving.refusals import DEVICE_REFUSED, KEY_UNKNOWN, TOO_OFTEN, ServingRefusal
from forge.fleet.protocol.authentication import require_device
from forge.fleet.protocol.limits import require_rate
from forge.fleet.protocol.refusals import DeviceRefusal


def is_signed_by_device(request: HttpRequest) -> bool:
    """Returns whether a request names a device in place of a deployment's key."""
    return "Signature-Input" in request.headers


def require_device_of(request: HttpRequest, deployment: Deployment | None) -> Deployment:
    """Returns the deployment, for a device that shall run what it serves. Raises `ServingRefusal`.

    An unknown deployment is answered as another one is.
    """
    try:
        device = require_device(request)
    except DeviceRefusal as refusal:
        raise ServingRefusal(DEVICE_REFUSED, refusal.detail) from None
    if deployment is None or device.assignment is None or device.assignment.deployment != deployment.pk:
        raise ServingRefusal(KEY_UNKNOWN, "This device does not belong to the deployment, or there is none.")
    try:
        require_rate(device.pk)
    except DeviceRefusal as refusal:
        raise ServingRefusal(TOO_OFTEN, refusal.detail) from None
    return deployment
