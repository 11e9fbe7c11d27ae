"""The messages with which a device joins an organisation: by a code, by its label, or by the certificate of a batch."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from hmrd.protocol.codes import LABEL, SECRET, read_code
from hmrd.protocol.keys import PUBLIC_KEY
from hmrd.protocol.names import DEVICE_NAME, LONGEST_NAME
from hmrd.protocol.reading import BadDeviceMessage, Fields
from hmrd.protocol.reports import Report
from hmrd.protocol.wanted import LONGEST_INTERVAL, SHORTEST_INTERVAL

LARGEST_ENROLMENT: Final = 64 * 1024
"""Bytes of an `EnrolmentRequest` as JSON."""
LONGEST_PEM: Final = 2048
MOST_KEYS: Final = 8
_ID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_PROOF: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class CodeProof:
    """A code that a member made, and a person typed on the device."""

    code: str

    def to_json(self) -> dict[str, Any]:
        """Returns the JSON object that a message has."""
        return {"kind": "code", "code": self.code}


@dataclass(frozen=True)
class LabelProof:
    """The label of the device, which a member entered. A member has to confirm the device."""

    label: str
    organisation: str
    proof: str
    """`hmrd.protocol.codes.label_proof`."""

    def to_json(self) -> dict[str, Any]:
        """Returns the JSON object that a message has."""
        return {"kind": "label", "label": self.label, "organisation": self.organisation, "proof": self.proof}


@dataclass(frozen=True)
class BatchProof:
    """The certificate of a production line, which a number of devices use until a date."""

    certificate: str
    """The id of the batch and its secret: `<uuid>.<32 hexadecimal digits>`."""

    def to_json(self) -> dict[str, Any]:
        """Returns the JSON object that a message has."""
        return {"kind": "batch", "certificate": self.certificate}


Proof = CodeProof | LabelProof | BatchProof
_CERTIFICATE: Final = re.compile(rf"{_ID.pattern}\.{SECRET.pattern}")
_NAME: Final = re.compile(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*")


def read_proof(value: object) -> Proof:
    """Reads the proof of an enrolment. Raises `BadDeviceMessage`."""
    fields = Fields(value, "proof")
    match fields.text("kind", 10):
        case "code":
            code = read_code(fields.text("code", 40))
            if code is None:
                raise BadDeviceMessage("code of proof is not a code: 9 letters and digits.")
            return CodeProof(code)
        case "label":
            return LabelProof(
                fields.matching("label", LABEL, "16 hexadecimal digits"),
                fields.matching("organisation", _NAME, "the name of an organisation"),
                fields.matching("proof", _PROOF, "64 hexadecimal digits"),
            )
        case "batch":
            return BatchProof(fields.matching("certificate", _CERTIFICATE, "the certificate of a batch"))
        case kind:
            raise BadDeviceMessage(f"kind of proof is {kind!r}, and not one of code, label, batch.")


@dataclass(frozen=True)
class EnrolmentRequest:
    """A device asks to join. Its own new key signs the request, so it has that key."""

    proof: Proof
    public_key: str
    report: Report
    """The device's first report, so that its state is known from the first moment."""
    name: str = ""
    """The name that its person chose, or "" if the server shall choose one."""

    @classmethod
    def from_json(cls, value: object) -> EnrolmentRequest:
        """Reads it. Raises `BadDeviceMessage`."""
        fields = Fields(value, "the enrolment")
        name = fields.text("name", LONGEST_NAME, default="")
        if name and DEVICE_NAME.fullmatch(name) is None:
            raise BadDeviceMessage("name of the enrolment takes lower-case letters and digits, with single - . or _.")
        return cls(
            fields.item("proof", read_proof),
            fields.matching("public_key", PUBLIC_KEY, "a public key"),
            fields.item("report", Report.from_json),
            name,
        )

    def to_json(self) -> Mapping[str, Any]:
        """Returns the JSON object that a message has."""
        return {
            "proof": self.proof.to_json(),
            "public_key": self.public_key,
            "report": self.report.to_json(),
            "name": self.name,
        }


class TrustKind(StrEnum):
    """The kinds of trust of a device."""

    SERVER = "server"
    """The keys that the server keeps: who takes the server over decides what devices run."""
    HOME = "home"
    """A key that the organisation keeps at home: the server cannot sign an order."""


@dataclass(frozen=True)
class TrustAnchor:
    """The keys that a device pins when it enrols."""

    kind: TrustKind
    root: str | None = None
    """The digest of the first root document that the device accepts; None until the server has signed one."""
    keys: tuple[str, ...] = ()
    """The public keys at home, as PEM."""

    @classmethod
    def from_json(cls, value: object) -> TrustAnchor:
        """Reads it. Raises `BadDeviceMessage`."""
        fields = Fields(value, "trust")
        return cls(
            fields.choice("kind", TrustKind),
            fields.digest("root") if fields.has("root") else None,
            fields.items("keys", _pem, MOST_KEYS),
        )

    def to_json(self) -> dict[str, Any]:
        """Returns the JSON object that a message has."""
        return {"kind": str(self.kind), "root": self.root, "keys": list(self.keys)}


@dataclass(frozen=True)
class Enrolment:
    """The answer to a device that joined, also when it asks again with the same key."""

    device: str
    """The id of the device."""
    name: str
    organisation: str
    trust: TrustAnchor
    interval: int

    @classmethod
    def from_json(cls, value: object) -> Enrolment:
        """Reads it. Raises `BadDeviceMessage`."""
        fields = Fields(value, "the answer")
        return cls(
            fields.matching("device", _ID, "the id of a device"),
            fields.matching("name", DEVICE_NAME, "the name of a device"),
            fields.matching("organisation", _NAME, "the name of an organisation"),
            fields.item("trust", TrustAnchor.from_json),
            fields.integer("interval", SHORTEST_INTERVAL, LONGEST_INTERVAL),
        )

    def to_json(self) -> Mapping[str, Any]:
        """Returns the JSON object that a message has."""
        return {
            "device": self.device,
            "name": self.name,
            "organisation": self.organisation,
            "trust": self.trust.to_json(),
            "interval": self.interval,
        }


@dataclass(frozen=True)
class PendingEnrolment:
    """The answer to a device whose label was entered, and that no member has confirmed yet."""

    retry: int
    """Seconds until it may ask again."""

    @classmethod
    def from_json(cls, value: object) -> PendingEnrolment:
        """Reads it. Raises `BadDeviceMessage`."""
        return cls(Fields(value, "the answer").integer("retry", 1, LONGEST_INTERVAL))

    def to_json(self) -> Mapping[str, Any]:
        """Returns the JSON object that a message has."""
        return {"retry": self.retry}


@dataclass(frozen=True)
class KeyChange:
    """A device replaces its key: the former key signs the request, and the new one signs this proof."""

    public_key: str
    proof: str
    """The signature of the new key over `key_change_text`, in hexadecimal."""

    @classmethod
    def from_json(cls, value: object) -> KeyChange:
        """Reads it. Raises `BadDeviceMessage`."""
        fields = Fields(value, "the change of the key")
        proof = fields.matching("proof", re.compile(r"[0-9a-f]{128}"), "128 hexadecimal digits")
        return cls(fields.matching("public_key", PUBLIC_KEY, "a public key"), proof)

    def to_json(self) -> Mapping[str, Any]:
        """Returns the JSON object that a message has."""
        return {"public_key": self.public_key, "proof": self.proof}


def key_change_text(device: str, public_key: str) -> bytes:
    """Returns the text that a new key signs to show that the device has it."""
    return f"hmrd key of {device}: {public_key}".encode()


def _pem(value: object) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_PEM or not value.startswith("-----BEGIN PUBLIC KEY-----"):
        raise BadDeviceMessage("keys of trust are not public keys as PEM.")
    return value
