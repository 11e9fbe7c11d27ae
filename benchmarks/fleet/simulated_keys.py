"""Keys and ids of simulated devices. They follow from the number of a device, so that the program that writes the rows
and the one that signs requests need to tell each other nothing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hmrd.protocol.keys import public_key_text


@dataclass(frozen=True)
class SimulatedKey:
    """The key of a simulated device, as `hmrd.protocol.keys.KeyOfDevice` wants one."""

    number: int

    @cached_property
    def device(self) -> UUID:
        """The id of the device."""
        return UUID(bytes=self._seed[:16], version=4)

    @property
    def public(self) -> str:
        """The public half."""
        return public_key_text(self._private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))

    def sign(self, data: bytes) -> bytes:
        """Signs some bytes."""
        return self._private.sign(data)

    @cached_property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self._seed)

    @cached_property
    def _seed(self) -> bytes:
        return hashlib.sha256(f"device {self.number}".encode()).digest()
