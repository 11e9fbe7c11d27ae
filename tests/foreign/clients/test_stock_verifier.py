"""The published npm package @sigstore/verify accepts our signatures, and refuses what our own verifier refuses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from rune.tools.signing.bundles import Bundle, read_bundle, sign_statement, write_bundle
from rune.tools.signing.errors import SignatureRefused
from rune.tools.signing.keys import Algorithm, PrivateKey, PublicKey, make_private_key
from rune.tools.signing.statements import Statement, Subject, write_statement
from rune.tools.signing.verifying import SignedBundle, Trust, verify_bundle
from tests.foreign.clients.stock_verifier import VerifierRefusal, stock_verify

pytestmark = pytest.mark.foreign

RUNE, NEWER = f"sha256:{'a' * 64}", f"sha256:{'b' * 64}"
STATEMENT = write_statement(Statement((Subject("acme/door", RUNE),), "https://slsa.dev/provenance/v1", {"a": "ä"}))
OTHER = make_private_key(Algorithm.P256)


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_it_accepts_what_we_sign(algorithm: Algorithm, tmp_path: Path) -> None:
    key = make_private_key(algorithm)
    statement = stock_verify(tmp_path, sign_statement(STATEMENT, key), [key.public], RUNE)
    assert statement["predicate"] == {"a": "ä"}


def other_payload(bundle: Bundle) -> Bundle:
    return replace(bundle, payload=bundle.payload.replace(RUNE[-64:].encode(), NEWER[-64:].encode()))


def other_signature(bundle: Bundle) -> Bundle:
    return replace(bundle, signature=OTHER.sign(bundle.payload))


def unchanged(bundle: Bundle) -> Bundle:
    return bundle


@pytest.mark.protects("registry/forged-signatures")
@pytest.mark.parametrize(
    ("change", "trusted_key", "digest"),
    [
        pytest.param(other_payload, None, NEWER, id="another payload"),
        pytest.param(other_signature, None, RUNE, id="another signature"),
        pytest.param(unchanged, OTHER.public, RUNE, id="another key"),
        pytest.param(unchanged, None, NEWER, id="an older provenance on a newer digest"),
    ],
)
def test_both_verifiers_refuse(
    change: Callable[[Bundle], Bundle], trusted_key: PublicKey | None, digest: str, tmp_path: Path
) -> None:
    key: PrivateKey = make_private_key(Algorithm.P256)
    bundle = write_bundle(change(read_bundle(sign_statement(STATEMENT, key))))
    keys = [trusted_key or key.public]
    with pytest.raises(VerifierRefusal):
        stock_verify(tmp_path, bundle, keys, digest)
    with pytest.raises(SignatureRefused):
        verify_bundle(SignedBundle(bundle), Trust(tuple(keys)), [digest])
