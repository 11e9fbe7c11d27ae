"""Bundles: what a verifier takes, and each of the ways in which one is refused."""

from __future__ import annotations

import base64
import json
from dataclasses import replace

import pytest

from rune.tools.signing.bundles import Bundle, read_bundle, sign_statement, write_bundle
from rune.tools.signing.errors import BadBundle, SignatureRefused
from rune.tools.signing.keys import Algorithm, PrivateKey, make_private_key
from rune.tools.signing.statements import PAYLOAD_TYPE, Statement, Subject, read_statement, write_statement
from rune.tools.signing.verifying import SignedBundle, Trust, find_proof, verify_bundle
from tests.support.cases import each_case

RUNE, OTHER = f"sha256:{'a' * 64}", f"sha256:{'b' * 64}"
STATEMENT = Statement((Subject("acme/door", RUNE),), "https://example.com/said", {"built": "here"})


@pytest.fixture(scope="module", params=list(Algorithm))
def key(request: pytest.FixtureRequest) -> PrivateKey:
    return make_private_key(request.param)


@pytest.fixture(scope="module")
def other_key() -> PrivateKey:
    return make_private_key(Algorithm.ED25519)


def anything(_: Statement) -> None:
    """Requires nothing of what was signed."""


def signed(key: PrivateKey, statement: Statement = STATEMENT) -> SignedBundle:
    return SignedBundle(sign_statement(write_statement(statement), key), key.public.der)


def test_a_signature_of_a_trusted_key_proves_the_statement(key: PrivateKey) -> None:
    proof = verify_bundle(signed(key), Trust((key.public,)), [RUNE])
    assert proof.statement == STATEMENT
    assert proof.key == key.public


def test_a_fingerprint_is_enough_where_the_key_comes_along(key: PrivateKey) -> None:
    trust = Trust(fingerprints=frozenset({key.public.fingerprint}))
    assert verify_bundle(signed(key), trust, [RUNE]).key == key.public
    with pytest.raises(SignatureRefused, match="No trusted key"):
        verify_bundle(replace(signed(key), offered_key=None), trust, [RUNE])


@pytest.mark.protects("registry/forged-signatures")
def test_a_key_that_only_came_along_is_not_trusted(key: PrivateKey, other_key: PrivateKey) -> None:
    for trust in (Trust((other_key.public,)), Trust(fingerprints=frozenset({other_key.public.fingerprint})), Trust()):
        with pytest.raises(SignatureRefused, match="No trusted key") as error:
            verify_bundle(signed(key), trust, [RUNE])
        assert not error.value.is_by_trusted_key
    other = replace(signed(key), offered_key=other_key.public.der)
    with pytest.raises(SignatureRefused, match="No trusted key"):
        verify_bundle(other, Trust(fingerprints=frozenset({other_key.public.fingerprint})), [RUNE])


@pytest.mark.protects("registry/forged-signatures")
def test_each_changed_byte_of_what_is_signed_is_refused(key: PrivateKey) -> None:
    bundle = read_bundle(signed(key).bundle)
    trust = Trust((key.public,))
    for place in range(0, len(bundle.payload), 7):
        payload = bytearray(bundle.payload)
        payload[place] ^= 1
        with pytest.raises(SignatureRefused):
            verify_bundle(SignedBundle(write_bundle(replace(bundle, payload=bytes(payload)))), trust, [RUNE])
    for place in range(len(bundle.signature)):
        signature = bytearray(bundle.signature)
        signature[place] ^= 1
        with pytest.raises(SignatureRefused, match="No trusted key"):
            verify_bundle(SignedBundle(write_bundle(replace(bundle, signature=bytes(signature)))), trust, [RUNE])


@pytest.mark.protects("registry/forged-signatures")
def test_a_signature_of_another_artifact_is_refused_with_both_digests(key: PrivateKey) -> None:
    with pytest.raises(SignatureRefused, match=f"about {RUNE}, and not about {OTHER}") as error:
        verify_bundle(signed(key), Trust((key.public,)), [RUNE, OTHER])
    assert error.value.is_by_trusted_key


@pytest.mark.protects("registry/revoked-keys")
def test_a_revoked_key_is_refused_although_it_is_trusted(key: PrivateKey) -> None:
    trust = Trust((key.public,), revocations={key.public.fingerprint: "It was stolen."})
    with pytest.raises(SignatureRefused, match="was revoked: It was stolen"):
        verify_bundle(signed(key), trust, [RUNE])


@pytest.mark.protects("registry/forged-signatures")
def test_no_signature_at_all_is_refused(key: PrivateKey) -> None:
    with pytest.raises(SignatureRefused, match="It is not signed"):
        find_proof([], Trust((key.public,)), [RUNE], anything)


def test_one_good_signature_among_others_is_enough(key: PrivateKey, other_key: PrivateKey) -> None:
    bad = SignedBundle(b"nonsense")
    proof = find_proof([bad, signed(other_key), signed(key)], Trust((key.public,)), [RUNE], anything)
    assert proof.key == key.public


def test_the_refusal_of_a_trusted_key_is_told_rather_than_that_of_a_stranger(
    key: PrivateKey, other_key: PrivateKey
) -> None:
    old = replace(STATEMENT, subjects=(Subject("acme/door", OTHER),))
    with pytest.raises(SignatureRefused, match="and not about"):
        find_proof([signed(other_key), signed(key, old), SignedBundle(b"{}")], Trust((key.public,)), [RUNE], anything)


def changed(bundle: bytes, **values: object) -> bytes:
    return json.dumps(json.loads(bundle) | values).encode()


@each_case(
    ("values", "reason"),
    [
        ({"mediaType": "application/vnd.dev.sigstore.bundle+json;version=0.1"}, "not a Sigstore bundle of version 0.3"),
        ({"dsseEnvelope": None}, "no DSSE envelope"),
        ({"dsseEnvelope": {"signatures": []}}, "one signature"),
        ({"dsseEnvelope": {"signatures": [{}, {}]}}, "one signature"),
        ({"dsseEnvelope": {"signatures": [{}], "payloadType": "text/plain"}}, "other than an in-toto statement"),
        ({"dsseEnvelope": {"signatures": [{}], "payloadType": PAYLOAD_TYPE}}, "lacks a part"),
        ({"dsseEnvelope": {"signatures": ["x"], "payloadType": PAYLOAD_TYPE, "payload": ""}}, "lacks a part"),
        ({"dsseEnvelope": {"signatures": [{"sig": "ä"}], "payloadType": PAYLOAD_TYPE, "payload": ""}}, "not Base64"),
    ],
)
def test_what_is_no_bundle_is_named(key: PrivateKey, values: dict[str, object], reason: str) -> None:
    with pytest.raises(BadBundle, match=reason):
        read_bundle(changed(signed(key).bundle, **values))


@pytest.mark.parametrize("data", [b"", b"[]", b"\xff", b'{"a": 1, "a": 2}', b"[" * 100_000, b" " * 3_000_000])
def test_bytes_of_anybody_are_refused_and_not_more(key: PrivateKey, data: bytes) -> None:
    with pytest.raises(SignatureRefused):
        verify_bundle(SignedBundle(data, data), Trust((key.public,), frozenset({RUNE})), [RUNE])


@pytest.mark.parametrize(
    "statement",
    [
        {},
        {"_type": "https://in-toto.io/Statement/v1", "subject": [], "predicateType": "x", "predicate": {}},
        {"_type": "https://in-toto.io/Statement/v1", "subject": [{"name": "a", "digest": {"sha1": "00"}}],
         "predicateType": "x", "predicate": {}},
        {"_type": "https://in-toto.io/Statement/v1", "subject": [{"name": "a", "digest": {"sha256": "a" * 64}}],
         "predicateType": "x"},
    ],
)  # fmt: skip
def test_a_signed_text_that_is_no_statement_is_refused(key: PrivateKey, statement: dict[str, object]) -> None:
    bundle = sign_statement(json.dumps(statement).encode(), key)
    with pytest.raises(SignatureRefused, match="cannot be read"):
        verify_bundle(SignedBundle(bundle), Trust((key.public,)), [RUNE])


def test_a_bundle_and_a_statement_are_what_they_were_when_they_are_read_again(key: PrivateKey) -> None:
    bundle = Bundle(write_statement(STATEMENT), b"signature", "hint")
    assert read_bundle(write_bundle(bundle)) == bundle
    assert read_statement(bundle.payload) == STATEMENT
    assert base64.b64encode(bundle.payload) in write_bundle(bundle)
