"""The named errors of the device protocol, as devices get them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class DeviceRefusalKind:
    """A reason for which a device gets nothing. `name` never changes: devices compare it."""

    name: str
    status: int
    title: str


SIGNATURE_MISSING = DeviceRefusalKind("signature-missing", 401, "The request has no signature of a device")
CLOCK_WRONG = DeviceRefusalKind("clock-wrong", 401, "The signature was made at another time than the server's")
BODY_CHANGED = DeviceRefusalKind("body-changed", 401, "The body is another one than its digest says")
SIGNATURE_REFUSED = DeviceRefusalKind("signature-refused", 401, "The device's key did not sign this request")
DEVICE_UNKNOWN = DeviceRefusalKind("device-unknown", 401, "There is no such device")
LOCKED_OUT = DeviceRefusalKind("locked-out", 403, "The device is locked out")
RETIRED = DeviceRefusalKind("retired", 410, "The device left its organisation")
MESSAGE_WRONG = DeviceRefusalKind("message-wrong", 400, "The message has not the form of the protocol")
CODE_REFUSED = DeviceRefusalKind("code-refused", 403, "The code is unknown, was used, or has ended")
LABEL_REFUSED = DeviceRefusalKind("label-refused", 403, "The label's secret is another one than the member entered")
BATCH_REFUSED = DeviceRefusalKind("batch-refused", 403, "The certificate is unknown, is used up, or has ended")
JOIN_REFUSED = DeviceRefusalKind("join-refused", 409, "The organisation cannot take the device")
REPORT_REFUSED = DeviceRefusalKind("report-refused", 409, "The server has a report of this number")
KEY_REFUSED = DeviceRefusalKind("key-refused", 400, "The new key did not sign the proof")
TOO_OFTEN = DeviceRefusalKind("too-often", 429, "The device asks too often")
SERVER_BUSY = DeviceRefusalKind("server-busy", 503, "The server cannot answer now")
DOORBELL_OFF = DeviceRefusalKind("doorbell-off", 404, "The server has no doorbell")
TOKEN_MISSING = DeviceRefusalKind("token-missing", 401, "The request has no token of a device")
TOKEN_REFUSED = DeviceRefusalKind("token-refused", 401, "The token is unknown, or was revoked")
CONTROLLER_WRONG = DeviceRefusalKind("controller-wrong", 403, "The token is another client's")
ACTION_UNKNOWN = DeviceRefusalKind("action-unknown", 404, "The client has no such action now")
IMAGE_UNKNOWN = DeviceRefusalKind("image-unknown", 404, "The release has no such image now")
ADDRESS_UNKNOWN = DeviceRefusalKind("address-unknown", 404, "The protocol has no such address")
METHOD_REFUSED = DeviceRefusalKind("method-refused", 405, "The method is not allowed here")


class DeviceRefusal(Exception):
    """A device gets nothing, for a named reason."""

    def __init__(self, kind: DeviceRefusalKind, detail: str = "", **extra: int) -> None:
        """`extra` is for the device, such as the number of its last report."""
        super().__init__(kind.title)
        self.kind = kind
        self.detail = detail or f"{kind.title}."
        self.extra = extra
