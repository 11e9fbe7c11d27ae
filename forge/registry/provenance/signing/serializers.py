"""The keys of an organisation as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, TypedDict

from forge.core.api.acts import Answer
from forge.core.api.json_types import Timestamp, choices
from forge.registry.provenance.signing.models import KeyOrigin, SigningKey
from rune.tools.signing.keys import Algorithm

ALGORITHMS = [each.value for each in Algorithm]


class SigningKeyJson(TypedDict):
    """A key of an organisation. Its fingerprint and public half are empty until the signer has made it."""

    id: str
    origin: Annotated[str, choices("KeyOrigin", KeyOrigin.values)]
    algorithm: Annotated[str, choices("SigningAlgorithm", ALGORITHMS)]
    fingerprint: Annotated[str, "the SHA-256 of its SubjectPublicKeyInfo"]
    public_key: Annotated[str, "as a PEM file"]
    signs: Annotated[bool, "whether it makes new signatures"]
    created: Timestamp
    retired: Timestamp | None
    revoked: Timestamp | None
    revocation: Annotated[str, "why it was revoked; empty while it was not"]


class SigningKeyListJson(TypedDict):
    """The keys of an organisation, the newest first."""

    keys: list[SigningKeyJson]


def keys_to_json(keys: Sequence[SigningKey]) -> SigningKeyListJson:
    """Keys, as they are ordered."""
    return {"keys": [key_to_json(key) for key in keys]}


def key_to_json(key: SigningKey) -> SigningKeyJson:
    """A key without its secret half."""
    return {
        "id": str(key.pk),
        "origin": key.origin,
        "algorithm": key.algorithm,
        "fingerprint": key.fingerprint,
        "public_key": key.public_key,
        "signs": key.is_signing,
        "created": key.created.isoformat(),
        "retired": key.retired.isoformat() if key.retired else None,
        "revoked": key.revoked.isoformat() if key.revoked else None,
        "revocation": key.revocation,
    }


KEY = Answer(key_to_json)
