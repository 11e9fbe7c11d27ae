"""Orders that an organisation signs with a key that it keeps at home, in a DSSE envelope.

https://github.com/secure-systems-lab/dsse/blob/v1.0.2/protocol.md. A device that pinned such a key runs nothing without
an order for this very release of its own deployment, and takes neither another key, nor another deployment, nor another
organisation without one. Numbers of orders only rise, so that an old one that somebody kept says nothing.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from hmrd.protocol.enrolment import LONGEST_PEM, MOST_KEYS
from hmrd.protocol.names import DEPLOYMENT
from hmrd.protocol.reading import BadDeviceMessage, Fields, parsed, written
from hmrd.protocol.wanted import LARGEST_RUNE, LONGEST_ORDER, LONGEST_VERSION
from rune.tools.signing.bundles import signed_bytes
from rune.tools.signing.errors import BadKey
from rune.tools.signing.keys import PublicKey, SigningHalf, read_public_key

PAYLOAD_TYPE: Final = "application/vnd.hammer-forge.order.v1+json"


class OrderRefused(Exception):
    """An envelope has no order that one of the keys signed."""


@dataclass(frozen=True)
class RunOrder:
    """A release of a deployment that devices shall run."""

    deployment: str
    number: int
    """The number of the release, which rises with each one, also where an earlier version comes back."""
    version: str
    rune: str
    size: int

    def to_json(self) -> dict[str, Any]:
        """Returns the payload."""
        return {"kind": "run", **vars(self)}


@dataclass(frozen=True)
class KeysOrder:
    """The keys that devices of an organisation believe from now on."""

    organisation: str
    number: int
    """Rises with each order about keys."""
    keys: tuple[str, ...]
    root: str = ""
    """The digest of the root document that devices accept from now on; "" leaves it as it is."""

    def to_json(self) -> dict[str, Any]:
        """Returns the payload."""
        return {"kind": "keys", **vars(self), "keys": list(self.keys), "root": self.root or None}


@dataclass(frozen=True)
class MoveOrder:
    """The devices of one deployment belong to another one from now on."""

    deployment: str
    to: str
    number: int
    """The number of a release of `deployment`, above which no order for it is taken any more."""

    def to_json(self) -> dict[str, Any]:
        """Returns the payload."""
        return {"kind": "move", **vars(self)}


@dataclass(frozen=True)
class LeaveOrder:
    """A device leaves its organisation, for another one or for none."""

    organisation: str
    device: str
    """The id of the device."""

    def to_json(self) -> dict[str, Any]:
        """Returns the payload."""
        return {"kind": "leave", **vars(self)}


Order = RunOrder | KeysOrder | MoveOrder | LeaveOrder


def sign_order(order: Order, key: SigningHalf) -> str:
    """Signs an order with a key at home. Returns the envelope as text."""
    payload = written(order.to_json())
    signature = key.sign(signed_bytes(payload, PAYLOAD_TYPE))
    envelope = {
        "payloadType": PAYLOAD_TYPE,
        "payload": base64.b64encode(payload).decode(),
        "signatures": [{"keyid": key.public.fingerprint, "sig": base64.b64encode(signature).decode()}],
    }
    return json.dumps(envelope, separators=(",", ":"))


def read_order(envelope: str, keys: Sequence[str]) -> Order:
    """Returns the order in an envelope that one of these keys signed, each a PEM text. Raises `OrderRefused`."""
    try:
        fields = Fields(parsed(envelope.encode(), LONGEST_ORDER), "the envelope")
        payload = base64.b64decode(fields.text("payload", LONGEST_ORDER), validate=True)
        signatures = fields.items("signatures", _signature, MOST_KEYS)
        if fields.text("payloadType", 100) != PAYLOAD_TYPE:
            raise OrderRefused("The envelope has something else than an order.")
        signed = signed_bytes(payload, PAYLOAD_TYPE)
        if not any(key.verifies(signature, signed) for key in _keys(keys) for signature in signatures):
            raise OrderRefused("None of the pinned keys signed the order.")
        return read_payload(parsed(payload, LONGEST_ORDER))
    except (BadDeviceMessage, BadKey, binascii.Error) as error:
        raise OrderRefused(f"The order cannot be read: {error}") from None


def _keys(keys: Sequence[str]) -> list[PublicKey]:
    return [read_public_key(each.encode()) for each in keys]


def _signature(value: object) -> bytes:
    return base64.b64decode(Fields(value, "a signature").text("sig", 1024), validate=True)


def read_payload(value: object) -> Order:
    """Reads the payload of an order, which nobody has signed yet. Raises `BadDeviceMessage`, and `BadKey` for
    texts that are not keys."""
    fields = Fields(value, "the order")
    kind = fields.text("kind", 10)
    if kind == "leave":
        return LeaveOrder(fields.text("organisation", 60), fields.text("device", 36))
    number = fields.integer("number", 1)
    if kind == "keys":
        keys = fields.items("keys", _pem_text, MOST_KEYS)
        if not keys:
            raise BadDeviceMessage("The order names no key.")
        root = fields.digest("root") if fields.has("root") else ""
        return KeysOrder(fields.text("organisation", 60), number, keys, root)
    deployment = fields.matching("deployment", DEPLOYMENT, "the name of a deployment")
    if kind == "move":
        return MoveOrder(deployment, fields.matching("to", DEPLOYMENT, "the name of a deployment"), number)
    if kind == "run":
        version, size = fields.text("version", LONGEST_VERSION), fields.integer("size", 1, LARGEST_RUNE)
        return RunOrder(deployment, number, version, fields.digest("rune"), size)
    raise BadDeviceMessage(f"kind of the order is {kind!r}, and not one of run, keys, move, leave.")


def _pem_text(value: object) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_PEM:
        raise BadDeviceMessage("keys of the order are not public keys as PEM.")
    read_public_key(value.encode())
    return value
