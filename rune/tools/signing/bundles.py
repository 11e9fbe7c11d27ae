"""Sigstore bundles of version 0.3 with an own key: a statement in a DSSE envelope, and which key signed it.

https://github.com/sigstore/protobuf-specs and https://github.com/secure-systems-lab/dsse/blob/master/protocol.md
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Any

from rune.tools.signing.errors import BadBundle
from rune.tools.signing.keys import SigningHalf
from rune.tools.signing.statements import LARGEST_STATEMENT, PAYLOAD_TYPE, canonical_json, parsed_json

BUNDLE_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json"
LARGEST_BUNDLE = 2 * LARGEST_STATEMENT
"""Bytes."""


@dataclass(frozen=True)
class Bundle:
    """A payload, its one signature, and a hint which key made it. A hint proves nothing."""

    payload: bytes
    signature: bytes
    hint: str

    @property
    def signed_bytes(self) -> bytes:
        """Returns the signed bytes."""
        return signed_bytes(self.payload)


def signed_bytes(payload: bytes, payload_type: str = PAYLOAD_TYPE) -> bytes:
    """The bytes that DSSE signs: the type and the payload, each with its length, so that neither runs into the
    other."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def sign_statement(statement: bytes, key: SigningHalf) -> bytes:
    """The bytes of a bundle: a statement, signed. The fingerprint of the key is its hint."""
    return write_bundle(Bundle(statement, key.sign(signed_bytes(statement)), key.public.fingerprint))


def write_bundle(bundle: Bundle) -> bytes:
    """The bytes of a bundle."""
    signature = {"sig": base64.b64encode(bundle.signature).decode(), "keyid": bundle.hint}
    return canonical_json(
        {
            "mediaType": BUNDLE_TYPE,
            "verificationMaterial": {"publicKey": {"hint": bundle.hint}},
            "dsseEnvelope": {
                "payload": base64.b64encode(bundle.payload).decode(),
                "payloadType": PAYLOAD_TYPE,
                "signatures": [signature],
            },
        }
    )


def read_bundle(data: bytes) -> Bundle:
    """The bundle in some bytes, not yet verified. Raises `BadBundle`."""
    value = parsed_json(data, LARGEST_BUNDLE)
    if value.get("mediaType") != BUNDLE_TYPE:
        raise BadBundle("is not a Sigstore bundle of version 0.3")
    envelope = value.get("dsseEnvelope")
    signatures = envelope.get("signatures") if isinstance(envelope, dict) else None
    if not isinstance(envelope, dict) or not isinstance(signatures, list) or len(signatures) != 1:
        raise BadBundle("holds no DSSE envelope with one signature")
    if envelope.get("payloadType") != PAYLOAD_TYPE:
        raise BadBundle("holds something other than an in-toto statement")
    signature = signatures[0].get("sig") if isinstance(signatures[0], dict) else None
    return Bundle(_decoded(envelope.get("payload")), _decoded(signature), _hint(value.get("verificationMaterial")))


def _hint(material: Any) -> str:
    key = material.get("publicKey") if isinstance(material, dict) else None
    hint = key.get("hint") if isinstance(key, dict) else None
    return hint if isinstance(hint, str) else ""


def _decoded(value: object) -> bytes:
    if not isinstance(value, str):
        raise BadBundle("lacks a part")
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise BadBundle("has a part that is not Base64") from None
