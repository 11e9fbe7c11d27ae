"""Keys that sign: Ed25519 and ECDSA on P-256. The arithmetic is that of the library `cryptography`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from rune.digests import digest_of
from rune.tools.signing.errors import BadKey

LARGEST_KEY = 16 * 1024
"""Bytes of a key file."""
_FINGERPRINT = re.compile(r"(?:sha256:)?([0-9a-f]{64})")
_PEM = b"-----BEGIN"


class Algorithm(StrEnum):
    """The algorithm with which a key signs."""

    ED25519 = "ed25519"
    P256 = "ecdsa-p256"


@dataclass(frozen=True)
class PublicKey:
    """The half of a key that verifies. `der` is its SubjectPublicKeyInfo."""

    algorithm: Algorithm
    der: bytes

    @property
    def fingerprint(self) -> str:
        """Identifies the key: the SHA-256 of its SubjectPublicKeyInfo, as `sha256:` and 64 hexadecimal digits."""
        return digest_of(self.der)

    @property
    def pem(self) -> str:
        """The key as a PEM file, as openssl and cosign read it."""
        return (
            _loaded_public(self.der)
            .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
            .decode("ascii")
        )

    def verifies(self, signature: bytes, data: bytes) -> bool:
        """Returns whether the other half of this key made a signature of some bytes."""
        key = _loaded_public(self.der)
        try:
            if isinstance(key, ed25519.Ed25519PublicKey):
                key.verify(signature, data)
            else:
                key.verify(signature, data, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            return False
        return True


class SigningHalf(Protocol):
    """A key that signs, wherever its private half is."""

    @property
    def public(self) -> PublicKey:
        """The half that verifies."""

    def sign(self, data: bytes) -> bytes:
        """Signs some bytes: 64 bytes of Ed25519, or a signature of P-256 with SHA-256 in DER."""


class PrivateKey:
    """The half of a key that signs. It shows itself to nobody but `private_bytes`."""

    def __init__(self, key: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey) -> None:
        self._key = key

    @property
    def public(self) -> PublicKey:
        """The half that verifies."""
        return _public_key(self._key.public_key())

    def sign(self, data: bytes) -> bytes:
        """Signs some bytes: 64 bytes of Ed25519, or a signature of P-256 with SHA-256 in DER."""
        if isinstance(self._key, ed25519.Ed25519PrivateKey):
            return self._key.sign(data)
        return self._key.sign(data, ec.ECDSA(hashes.SHA256()))

    def private_bytes(self, password: bytes | None = None) -> bytes:
        """The key as a PEM file (PKCS #8), encrypted where a password is given."""
        protection: serialization.KeySerializationEncryption = serialization.NoEncryption()
        if password is not None:
            protection = serialization.BestAvailableEncryption(password)
        return self._key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, protection)


def make_private_key(algorithm: Algorithm) -> PrivateKey:
    """Makes a new key from the random numbers of the system."""
    if algorithm is Algorithm.ED25519:
        return PrivateKey(ed25519.Ed25519PrivateKey.generate())
    return PrivateKey(ec.generate_private_key(ec.SECP256R1()))


def is_encrypted(data: bytes) -> bool:
    """Returns whether a PEM file of a private key needs a password."""
    return b"ENCRYPTED" in data


def read_private_key(data: bytes, password: bytes | None = None) -> PrivateKey:
    """The key in a PEM file. Raises `BadKey`."""
    if len(data) > LARGEST_KEY:
        raise BadKey("The file is too large for a key.")
    try:
        key = serialization.load_pem_private_key(data, password)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        reason = "or the password is wrong" if is_encrypted(data) else "in PEM form (PKCS #8)"
        raise BadKey(f"This is not a private key, {reason}.") from None
    if not isinstance(key, ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey):
        raise BadKey("Keys that sign are Ed25519 or ECDSA on P-256. Make one with: openssl genpkey -algorithm ed25519")
    _public_key(key.public_key())
    return PrivateKey(key)


def is_pem(text: str) -> bool:
    """Returns whether a text is what a PEM file has, and not the path of one."""
    return text.lstrip().startswith(_PEM.decode())


def read_public_key(data: bytes) -> PublicKey:
    """The public key in a PEM file, or in bytes of DER. Raises `BadKey`, also for a private key."""
    if len(data) > LARGEST_KEY:
        raise BadKey("The file is too large for a key.")
    if b"PRIVATE KEY" in data:
        raise BadKey("This is a private key. Keep it to yourself, and give only its public half.")
    try:
        is_text = data.lstrip().startswith(_PEM)
        key = serialization.load_pem_public_key(data) if is_text else serialization.load_der_public_key(data)
    except (ValueError, UnsupportedAlgorithm):
        raise BadKey("This is not a public key in PEM form.") from None
    return _public_key(key)


def read_fingerprint(text: str) -> str | None:
    """The fingerprint in a text, with or without `sha256:` before it; None where it has none."""
    match = _FINGERPRINT.fullmatch(text.strip().lower())
    return f"sha256:{match[1]}" if match else None


def _public_key(key: object) -> PublicKey:
    if isinstance(key, ed25519.Ed25519PublicKey):
        algorithm = Algorithm.ED25519
    elif isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        algorithm = Algorithm.P256
    else:
        raise BadKey("Keys that sign are Ed25519 or ECDSA on P-256; this is another kind.")
    der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return PublicKey(algorithm, der)


def _loaded_public(der: bytes) -> ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey:
    key = serialization.load_der_public_key(der)
    if not isinstance(key, ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey):
        raise BadKey("Keys that sign are Ed25519 or ECDSA on P-256; this is another kind.")
    return key
