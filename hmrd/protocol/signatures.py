"""The signatures of a device's requests: HTTP Message Signatures (RFC 9421) in one fixed form.

A signature covers the method, the host, the path, the query and the digest of the body, with the time and the id of the
device. Other forms that the RFC allows are refused.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

TOLERANCE: Final = 300
"""Seconds by which the time of a signature may differ from the server's clock."""
NEW_DEVICE: Final = "new"
"""Stands for the id of a device that has none yet."""
_COVERED: Final = '("@method" "@authority" "@path" "@query" "content-digest")'
_INPUT: Final = re.compile(
    r'hmrd=\("@method" "@authority" "@path" "@query" "content-digest"\)'
    r';created=(\d{1,12});keyid="([0-9a-f-]{36}|new)";alg="ed25519"'
)
_SIGNATURE: Final = re.compile(r"hmrd=:([A-Za-z0-9+/]{86}==):")


class SignatureMissing(Exception):
    """A request has no signature of this form."""


@dataclass(frozen=True)
class SignedRequest:
    """The parts of a request that a signature covers."""

    method: str
    authority: str
    """The host with its port, in lower case, as in the request's `Host`."""
    path: str
    query: str = ""
    """The part behind the question mark; "" without one."""
    body: bytes = b""

    @property
    def content_digest(self) -> str:
        """The value of the header `Content-Digest` (RFC 9530), also of an empty body."""
        return f"sha-256=:{base64.b64encode(hashlib.sha256(self.body).digest()).decode()}:"


@dataclass(frozen=True)
class RequestSignature:
    """The signature of a request, whose key is not compared yet."""

    device: str
    """The id of the device, or `NEW_DEVICE`."""
    created: int
    """Seconds since 1970, by the device's clock or by what it learned of the server's."""
    signature: bytes

    def is_fresh(self, now: float) -> bool:
        """Returns whether it was made around this time of the server."""
        return abs(now - self.created) <= TOLERANCE

    def signed_bytes(self, request: SignedRequest) -> bytes:
        """Returns the bytes that were signed, if the request is the one that was."""
        return _base(request, self.created, self.device)


def sign(request: SignedRequest, device: str, now: float, signer: Callable[[bytes], bytes]) -> dict[str, str]:
    """Returns the headers that sign a request. `signer` makes the 64 bytes of a signature of Ed25519."""
    created = int(now)
    signature = base64.b64encode(signer(_base(request, created, device))).decode()
    return {
        "Content-Digest": request.content_digest,
        "Signature-Input": f"hmrd={_parameters(created, device)}",
        "Signature": f"hmrd=:{signature}:",
    }


def read_signature(headers: Mapping[str, str]) -> RequestSignature:
    """Returns the signature in the headers of a request; a mapping that ignores case, or has lower-case names. Raises
    `SignatureMissing`."""
    parameters = _INPUT.fullmatch(headers.get("signature-input", ""))
    value = _SIGNATURE.fullmatch(headers.get("signature", ""))
    if parameters is None or value is None:
        raise SignatureMissing("The request has no signature of a device.")
    try:
        signature = base64.b64decode(value[1], validate=True)
    except binascii.Error:
        raise SignatureMissing("The signature of the request is not base64.") from None
    return RequestSignature(parameters[2], int(parameters[1]), signature)


def _parameters(created: int, device: str) -> str:
    return f'{_COVERED};created={created};keyid="{device}";alg="ed25519"'


def _base(request: SignedRequest, created: int, device: str) -> bytes:
    """Returns the signature base of RFC 9421, section 2.5."""
    lines = (
        f'"@method": {request.method}',
        f'"@authority": {request.authority.lower()}',
        f'"@path": {request.path}',
        f'"@query": ?{request.query}',
        f'"content-digest": {request.content_digest}',
        f'"@signature-params": {_parameters(created, device)}',
    )
    return "\n".join(lines).encode()
