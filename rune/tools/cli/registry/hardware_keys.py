"""Keys that never leave a security key, a smart card or an HSM: they sign by PKCS#11, through the maker's module.

Such a key is named by an address of RFC 7512: `pkcs11:token=acme;object=runes?module-path=/usr/lib/…/libsofthsm2.so`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, unquote_to_bytes

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from rune.tools.signing.errors import BadKey
from rune.tools.signing.keys import Algorithm, PublicKey, read_public_key
from rune.wording import install_command

SCHEME: Final = "pkcs11:"
INSTALL: Final = f"Signing by PKCS#11 needs a library: {install_command('pkcs11')}"
_POINT_OF_P256 = 65
_POINT_OF_ED25519 = 32


@dataclass(frozen=True)
class KeyAddress:
    """A key on a token: the path of the module that speaks to it, the token's label, and the key's label or id."""

    module: str
    token: str
    label: str | None
    id: bytes | None


class HardwareKey:
    """A private key on a token whose session is open. The token signs; the key is not read."""

    def __init__(self, private: Any, public: PublicKey, mechanisms: Any) -> None:
        self._private, self._mechanisms = private, mechanisms
        self.public = public

    def sign(self, data: bytes) -> bytes:
        """Signs some bytes: 64 bytes of Ed25519, or a signature of P-256 with SHA-256 in DER."""
        if self.public.algorithm is Algorithm.ED25519:
            signature: bytes = self._private.sign(data, mechanism=self._mechanisms.EDDSA)
            return signature
        raw: bytes = self._private.sign(hashlib.sha256(data).digest(), mechanism=self._mechanisms.ECDSA)
        half = len(raw) // 2
        return encode_dss_signature(int.from_bytes(raw[:half], "big"), int.from_bytes(raw[half:], "big"))


def read_address(text: str) -> KeyAddress:
    """Reads the address of a key. Raises `BadKey`, which says what the address lacks."""
    path, _, query = text.removeprefix(SCHEME).partition("?")
    parts = dict(part.partition("=")[::2] for part in path.split(";") if part)
    options = dict(parse_qsl(query))
    if "pin-value" in options:
        raise BadKey("A PIN in an address is seen by every program of this computer. Leave it out: it is asked for.")
    unknown = sorted({*parts} - {"token", "object", "id", "type"}) + sorted({*options} - {"module-path"})
    if unknown:
        raise BadKey(f"The address of the key has {unknown[0]}, which is not known here.")
    module, token = options.get("module-path", ""), unquote(parts.get("token", ""))
    label = unquote(parts["object"]) if "object" in parts else None
    key_id = unquote_to_bytes(parts["id"]) if "id" in parts else None
    if not module or not token or (label is None and key_id is None):
        raise BadKey("The address of a key is pkcs11:token=LABEL;object=LABEL?module-path=FILE, or id= for object=.")
    return KeyAddress(module, token, label, key_id)


@contextmanager
def hardware_key(text: str, ask_pin: Callable[[str], str]) -> Iterator[HardwareKey]:
    """Opens the key at an address until the block ends. `ask_pin` gets the label of the token and returns its PIN.

    Raises `BadKey`.
    """
    address = read_address(text)
    try:
        import pkcs11
        from pkcs11.exceptions import PKCS11Error
    except ImportError:
        raise BadKey(INSTALL) from None
    try:
        token = pkcs11.lib(address.module).get_token(token_label=address.token)
        with token.open(user_pin=ask_pin(address.token)) as session:
            private = _find(session, pkcs11.ObjectClass.PRIVATE_KEY, address)
            public = _find(session, pkcs11.ObjectClass.PUBLIC_KEY, address)
            point = bytes(public[pkcs11.Attribute.EC_POINT])
            yield HardwareKey(private, _public_key(point), pkcs11.Mechanism)
    except PKCS11Error as error:
        words = _MESSAGES.get(type(error).__name__) or str(error) or type(error).__name__
        raise BadKey(f"The token {address.token} gave no signature: {words}") from None


_MESSAGES: Final = {
    "NoSuchToken": "there is no token of this label.",
    "NoSuchKey": "it has no such key.",
    "MultipleObjectsReturned": "it has several keys of this label. Name one by id=.",
    "PinIncorrect": "the PIN is wrong.",
    "PinLocked": "the PIN is locked.",
}
"""The meaning of the library's errors, by their class."""


def _find(session: Any, kind: Any, address: KeyAddress) -> Any:
    attributes = {"label": address.label, "id": address.id}
    return session.get_key(
        object_class=kind, **{name: value for name, value in attributes.items() if value is not None}
    )


def _public_key(point: bytes) -> PublicKey:
    """Returns the key of a point. Tokens give the point as an OCTET STRING, and some without that wrapping."""
    raw = point[2:] if point[:1] == b"\x04" and len(point) in (_POINT_OF_P256 + 2, _POINT_OF_ED25519 + 2) else point
    try:
        key: ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey
        if len(raw) == _POINT_OF_ED25519:
            key = ed25519.Ed25519PublicKey.from_public_bytes(raw)
        else:
            key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw)
    except ValueError:
        raise BadKey("Keys that sign are Ed25519 or ECDSA on P-256.") from None
    return read_public_key(
        key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
