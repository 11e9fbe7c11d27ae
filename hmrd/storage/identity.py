"""The identity of a device: its key, and the organisation that it joined."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hmrd.protocol.enrolment import MOST_KEYS, Enrolment, TrustKind
from hmrd.protocol.keys import public_key_text
from hmrd.protocol.reading import BadDeviceMessage, Fields, parsed, written
from hmrd.storage.files import delete_file, read_file, write_file
from hmrd.trust import PinnedTrust

_SECRET = 0o600
_LARGEST = 256 * 1024


class KeyFile:
    """A device's key in a file that its user alone reads. It has the form of `hmrd.protocol.keys.KeyOfDevice`."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private

    @classmethod
    def read(cls, path: Path) -> KeyFile | None:
        """Returns the key in a file; None where there is none."""
        data = read_file(path)
        return None if data is None or len(data) != 32 else cls(Ed25519PrivateKey.from_private_bytes(data))

    @classmethod
    def make(cls, path: Path) -> KeyFile:
        """Returns a new key, which is on the disk before it is used. Raises `StorageFailed`."""
        private = Ed25519PrivateKey.generate()
        write_file(path, private.private_bytes_raw(), mode=_SECRET)
        return cls(private)

    @property
    def public(self) -> str:
        """The public half, as messages have it."""
        return public_key_text(self._private.public_key().public_bytes_raw())

    def sign(self, data: bytes) -> bytes:
        """Returns the signature of some bytes."""
        return self._private.sign(data)


@dataclass(frozen=True)
class Identity:
    """The organisation that the device joined, at a server."""

    server: str
    """The address of the server, which nothing but a person at the device sets."""
    name: str
    """The name of the device in its organisation."""
    trust: PinnedTrust

    @classmethod
    def of(cls, server: str, enrolment: Enrolment) -> Identity:
        """Returns the identity that a device pins from the answer of a server that it joined."""
        trust = enrolment.trust
        pinned = PinnedTrust(trust.kind, enrolment.organisation, enrolment.device, trust.root or "", trust.keys)
        return cls(server, enrolment.name, pinned)

    def to_json(self) -> Mapping[str, Any]:
        """Returns the content of the file."""
        return {"server": self.server, "name": self.name, "trust": {**vars(self.trust), "keys": list(self.trust.keys)}}

    @classmethod
    def from_json(cls, value: object) -> Identity:
        """Reads it. Raises `BadDeviceMessage`."""
        fields = Fields(value, "the identity")
        return cls(fields.text("server", 300), fields.text("name", 60), fields.item("trust", _pinned_trust))


@dataclass(frozen=True)
class LabelSecret:
    """The label of a device: its id, which anybody may read, and its secret."""

    label: str
    secret: str


class IdentityFiles:
    """The files of the device's key, its label and its organisation."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def key(self) -> KeyFile:
        """Returns the device's key, which is made at the first time. Raises `StorageFailed`."""
        path = self._folder / "device.key"
        return KeyFile.read(path) or KeyFile.make(path)

    def next_key(self) -> KeyFile:
        """Returns the key that will replace the device's key as soon as the server has it. Raises `StorageFailed`."""
        path = self._folder / "next.key"
        return KeyFile.read(path) or KeyFile.make(path)

    @property
    def has_next_key(self) -> bool:
        """Whether a key is being replaced."""
        return (self._folder / "next.key").exists()

    def adopt_next_key(self) -> None:
        """The next key is the device's from here on. Raises `StorageFailed`."""
        next_key = read_file(self._folder / "next.key")
        if next_key is not None:
            write_file(self._folder / "device.key", next_key, mode=_SECRET)
            delete_file(self._folder / "next.key")

    def read(self) -> Identity | None:
        """Returns the organisation; None before the device joined one."""
        data = read_file(self._folder / "identity.json")
        if data is None:
            return None
        try:
            return Identity.from_json(parsed(data, _LARGEST))
        except BadDeviceMessage:
            return None

    def write(self, identity: Identity) -> None:
        """Remembers the organisation. Raises `StorageFailed`."""
        write_file(self._folder / "identity.json", written(identity.to_json()), mode=_SECRET)

    def label(self) -> LabelSecret:
        """Returns the device's label, which is made at the first time. Raises `StorageFailed`."""
        path = self._folder / "label"
        parts = (read_file(path) or b"").decode("ascii", "replace").split()
        if len(parts) == 2:
            return LabelSecret(*parts)
        label = LabelSecret(secrets.token_hex(8), secrets.token_hex(16))
        write_file(path, f"{label.label} {label.secret}\n".encode(), mode=_SECRET)
        return label

    def forget(self) -> None:
        """Forgets the organisation and the key. Raises `StorageFailed`."""
        for name in ("identity.json", "device.key", "next.key"):
            delete_file(self._folder / name)


def _pinned_trust(value: object) -> PinnedTrust:
    fields = Fields(value, "trust")
    return PinnedTrust(
        fields.choice("kind", TrustKind),
        fields.text("organisation", 100),
        fields.text("device", 36),
        fields.text("root", 71),
        fields.items("keys", _key_text, MOST_KEYS),
        fields.text("deployment", 200),
        fields.integer("keys_number"),
    )


def _key_text(value: object) -> str:
    if not isinstance(value, str):
        raise BadDeviceMessage("keys of trust are not texts.")
    return value
