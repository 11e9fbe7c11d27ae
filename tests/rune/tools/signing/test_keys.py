"""Keys: both kinds sign and are read again; what is no key of these kinds is refused with a sentence."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa, x25519

from rune.tools.signing.errors import BadKey
from rune.tools.signing.keys import (
    Algorithm,
    is_encrypted,
    make_private_key,
    read_fingerprint,
    read_private_key,
    read_public_key,
)

SPKI = serialization.PublicFormat.SubjectPublicKeyInfo


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_a_key_is_the_same_when_it_is_read_again(algorithm: Algorithm) -> None:
    key = make_private_key(algorithm)
    for password in (None, b"correct horse"):
        pem = key.private_bytes(password)
        assert is_encrypted(pem) is (password is not None)
        assert read_private_key(pem, password).public == key.public
    assert read_public_key(key.public.pem.encode()) == read_public_key(key.public.der) == key.public
    assert key.public.algorithm is algorithm
    assert key.public.verifies(key.sign(b"data"), b"data")
    assert not key.public.verifies(key.sign(b"data"), b"date")
    assert not key.public.verifies(b"", b"data")


def test_a_wrong_password_and_none_are_refused() -> None:
    pem = make_private_key(Algorithm.ED25519).private_bytes(b"right")
    for password in (b"wrong", None):
        with pytest.raises(BadKey, match="password is wrong"):
            read_private_key(pem, password)


def test_other_kinds_of_keys_are_refused() -> None:
    others = (
        rsa.generate_private_key(65537, 1024),
        ec.generate_private_key(ec.SECP384R1()),
        x25519.X25519PrivateKey.generate(),
    )
    for other in others:
        public = other.public_key().public_bytes(serialization.Encoding.PEM, SPKI)
        private = other.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        with pytest.raises(BadKey, match="Ed25519 or ECDSA on P-256"):
            read_public_key(public)
        with pytest.raises(BadKey, match="Ed25519 or ECDSA on P-256"):
            read_private_key(private)


@pytest.mark.protects("registry/private-keys")
def test_a_private_key_is_refused_where_its_public_half_is_wanted() -> None:
    with pytest.raises(BadKey, match="Keep it to yourself"):
        read_public_key(make_private_key(Algorithm.P256).private_bytes())


@pytest.mark.parametrize("data", [b"", b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", b"x" * 20_000])
def test_what_is_no_key_is_refused(data: bytes) -> None:
    with pytest.raises(BadKey):
        read_public_key(data)
    with pytest.raises(BadKey):
        read_private_key(data)


def test_fingerprints_are_read_as_they_are_written() -> None:
    fingerprint = make_private_key(Algorithm.P256).public.fingerprint
    assert read_fingerprint(fingerprint) == fingerprint
    assert read_fingerprint(f" {fingerprint.removeprefix('sha256:').upper()} ") == fingerprint
    assert read_fingerprint("sha256:abc") is None
    assert read_fingerprint("key.pub") is None
