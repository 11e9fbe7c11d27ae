"""Deciding whether a signature proves where a rune came from. What a verifier trusts, it brings along."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from rune.tools.signing.bundles import read_bundle
from rune.tools.signing.errors import BadBundle, BadKey, SignatureRefused
from rune.tools.signing.keys import PublicKey, read_public_key
from rune.tools.signing.statements import Statement, read_statement


@dataclass(frozen=True)
class Trust:
    """The keys whose signatures count: known whole, or by a fingerprint alone. `revocations` say by fingerprint why a
    key no longer counts, also one that is trusted otherwise."""

    keys: tuple[PublicKey, ...] = ()
    fingerprints: frozenset[str] = frozenset()
    revocations: Mapping[str, str] = field(default_factory=dict)

    def known_keys(self, public_key: bytes | None) -> tuple[PublicKey, ...]:
        """The trusted keys. A key that came along with a signature is one only where its fingerprint is trusted."""
        if not public_key:
            return self.keys
        try:
            key = read_public_key(public_key)
        except BadKey:
            return self.keys
        return (*self.keys, key) if key.fingerprint in self.fingerprints else self.keys


@dataclass(frozen=True)
class SignedBundle:
    """A bundle that came with an artifact, and the public key that came along with it, if one did."""

    bundle: bytes
    offered_key: bytes | None = None


@dataclass(frozen=True)
class VerifiedStatement:
    """A statement, and the trusted key that signed it."""

    statement: Statement
    key: PublicKey
    bundle: bytes
    """The bundle that proves it."""


def verify_bundle(signed_bundle: SignedBundle, trust: Trust, digests: Iterable[str]) -> VerifiedStatement:
    """Returns what a trusted key says of all artifacts with these digests. Raises `SignatureRefused`."""
    try:
        bundle = read_bundle(signed_bundle.bundle)
    except BadBundle as error:
        raise SignatureRefused(f"The signature cannot be read: it {error}.") from None
    keys = trust.known_keys(signed_bundle.offered_key)
    key = next((each for each in keys if each.verifies(bundle.signature, bundle.signed_bytes)), None)
    if key is None:
        hint = f" It names the key {bundle.hint[:80]}." if bundle.hint.isprintable() and bundle.hint else ""
        raise SignatureRefused(f"No trusted key made the signature.{hint}")
    if reason := trust.revocations.get(key.fingerprint):
        raise SignatureRefused(f"The key {key.fingerprint} was revoked: {reason}", is_by_trusted_key=True)
    try:
        statement = read_statement(bundle.payload)
    except BadBundle as error:
        raise SignatureRefused(f"The signature cannot be read: it {error}.", is_by_trusted_key=True) from None
    for digest in digests:
        if not statement.is_about(digest):
            others = ", ".join(subject.digest for subject in statement.subjects[:3])
            message = f"The signature is about {others}, and not about {digest}."
            raise SignatureRefused(message, is_by_trusted_key=True)
    return VerifiedStatement(statement, key, signed_bundle.bundle)


def find_proof(
    signed_bundles: Iterable[SignedBundle], trust: Trust, digests: Iterable[str], require: Callable[[Statement], None]
) -> VerifiedStatement:
    """Returns the first of several signatures that proves what is wanted of all these artifacts. `require` raises
    `SignatureRefused` for a statement that says anything else.

    Raises `SignatureRefused`, with the reason of the one that came closest.
    """
    expected_digests, refusals = tuple(digests), []
    for each in signed_bundles:
        try:
            proof = verify_bundle(each, trust, expected_digests)
            require(proof.statement)
            return proof
        except SignatureRefused as error:
            refusals.append(error)
    if not refusals:
        raise SignatureRefused("It is not signed: the registry has no signature of it.")
    raise max(refusals, key=lambda refusal: refusal.is_by_trusted_key)
