"""The device that sends a request, by its signature. Cookies, sessions, tokens and people are not known here."""

from __future__ import annotations

import hmac
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone

from forge.core.database.compiled_queries import CompiledLookup
from forge.fleet.models import Device, DeviceRequest
from forge.fleet.protocol.refusals import (
    BODY_CHANGED,
    CLOCK_WRONG,
    DEVICE_UNKNOWN,
    LOCKED_OUT,
    RETIRED,
    SIGNATURE_MISSING,
    SIGNATURE_REFUSED,
    DeviceRefusal,
)
from hmrd.protocol.keys import verifies
from hmrd.protocol.signatures import NEW_DEVICE, RequestSignature, SignatureMissing, SignedRequest, read_signature
from hmrd.protocol.wanted import RequestKind

_by_id = CompiledLookup(
    lambda device: Device.objects.filter(pk=device).select_related("organisation", "assignment").order_by()[:1], UUID
)
"""This is asked with each request of a device. An organisation that was deleted took its devices along."""


def require_device(request: HttpRequest, *, may_leave: bool = False) -> Device:
    """Returns the device whose key signed a request, with its organisation and what it shall run. One query.

    With `may_leave`, also one that was retired and is still asked to leave. Raises `DeviceRefusal`.
    """
    signature, signed = _read(request)
    device = None if signature.device == NEW_DEVICE else _find(signature.device)
    if device is None or device.public_key is None:
        raise DeviceRefusal(DEVICE_UNKNOWN)
    _require_signed(signature, signed, device.public_key)
    if not (may_leave and device.retired is not None and is_leaving(device)):
        require_in_service(device)
    return device


def is_leaving(device: Device) -> bool:
    """Returns whether a device is asked to leave, and has not said that it does."""
    return DeviceRequest.objects.filter(device=device, kind=RequestKind.LEAVE, answered=None).exists()


def require_new_device(request: HttpRequest, public_key: str) -> None:
    """Raises `DeviceRefusal` if another key than this one signed the request, or a device that has an id."""
    signature, signed = _read(request)
    if signature.device != NEW_DEVICE:
        raise DeviceRefusal(SIGNATURE_REFUSED)
    _require_signed(signature, signed, public_key)


def require_in_service(device: Device) -> None:
    """Raises `DeviceRefusal` for a device whose key is refused, which only who has the key learns."""
    if device.retired is not None:
        raise DeviceRefusal(RETIRED)
    if device.locked_out is not None:
        raise DeviceRefusal(LOCKED_OUT)


def _read(request: HttpRequest) -> tuple[RequestSignature, SignedRequest]:
    """Returns the signature of a request, which is fresh, and what it should be about."""
    try:
        signature = read_signature(request.headers)
    except SignatureMissing as error:
        raise DeviceRefusal(SIGNATURE_MISSING, str(error)) from None
    now = timezone.now().timestamp()
    if not signature.is_fresh(now):
        raise DeviceRefusal(CLOCK_WRONG, now=int(now))
    signed = SignedRequest(
        request.method or "", request.get_host(), request.path, request.META.get("QUERY_STRING", ""), request.body
    )
    if not hmac.compare_digest(request.headers.get("content-digest", "").encode(), signed.content_digest.encode()):
        raise DeviceRefusal(BODY_CHANGED)
    return signature, signed


def _find(device: str) -> Device | None:
    try:
        return _by_id.first(UUID(device))
    except ValueError:
        return None


def _require_signed(signature: RequestSignature, signed: SignedRequest, public_key: str) -> None:
    if not verifies(public_key, signature.signature, signature.signed_bytes(signed)):
        raise DeviceRefusal(SIGNATURE_REFUSED)
