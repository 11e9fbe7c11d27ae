"""Referrers of a published rune or block, as OCI artifacts: signatures in both forms of cosign, and documents. Pure
functions to the bytes of manifests; the same facts give the same bytes."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass

from rune.digests import digest_of
from rune.oci import CREATED, EMPTY, EMPTY_TYPE, IMAGE_CONFIG_TYPE, MANIFEST_TYPE, TITLE
from rune.tools.signing.bundles import BUNDLE_TYPE
from rune.tools.signing.keys import PrivateKey, PublicKey
from rune.tools.signing.provenance import PROVENANCE_TYPE
from rune.tools.signing.statements import PAYLOAD_TYPE, canonical_json

BOM_TYPE = "application/vnd.cyclonedx+json"
README_TYPE = "text/markdown"
STATEMENT_TYPE = PAYLOAD_TYPE
"""A statement without a signature: what `rune sign` signs at home."""
SIMPLE_SIGNING_TYPE = "application/vnd.dev.cosign.simplesigning.v1+json"

PUBLIC_KEY = "hammer-forge.public-key"
"""The annotation with the key that signed, as Base64 of DER: for verifiers that know its fingerprint alone."""
_CONTENT = "dev.sigstore.bundle.content"
_PREDICATE = "dev.sigstore.bundle.predicateType"
_COSIGN_SIGNATURE = "dev.cosignproject.cosign/signature"


@dataclass(frozen=True)
class SubjectManifest:
    """The manifest that something refers to."""

    digest: str
    size: int
    media_type: str = MANIFEST_TYPE


@dataclass(frozen=True)
class Referrer:
    """An artifact: the bytes of its manifest, and those of its config and its one layer."""

    manifest: bytes
    config: bytes
    layer: bytes


def document(subject: SubjectManifest, kind: str, name: str, data: bytes) -> Referrer:
    """A document about a rune or a block, such as its bill of materials; `kind` is its media type."""
    return _referrer(subject, kind, data, {TITLE: name}, {})


def signature(subject: SubjectManifest, bundle: bytes, key: PublicKey, created: str) -> Referrer:
    """A Sigstore bundle as cosign 3 stores it. `created` is a time in ISO 8601."""
    annotations = {
        _CONTENT: "dsse-envelope",
        _PREDICATE: PROVENANCE_TYPE,
        CREATED: created,
        PUBLIC_KEY: base64.b64encode(key.der).decode(),
    }
    return _referrer(subject, BUNDLE_TYPE, bundle, {}, annotations)


def cosign_tag(digest: str) -> str:
    """The tag under which cosign 2 looks for the signatures of a manifest."""
    return f"{digest.replace(':', '-')}.sig"


def cosign_signature(repository: str, digest: str, key: PrivateKey) -> Referrer:
    """A signature as cosign 2 stores it, below `cosign_tag`. `repository` has the registry's host in front."""
    payload = canonical_json(
        {
            "critical": {
                "identity": {"docker-reference": repository},
                "image": {"docker-manifest-digest": digest},
                "type": "cosign container image signature",
            },
            "optional": None,
        }
    )
    config = canonical_json(
        {
            "architecture": "",
            "config": {},
            "created": "0001-01-01T00:00:00Z",
            "history": [{"created": "0001-01-01T00:00:00Z"}],
            "os": "",
            "rootfs": {"type": "layers", "diff_ids": [digest_of(payload)]},
        }
    )
    signed = {_COSIGN_SIGNATURE: base64.b64encode(key.sign(payload)).decode()}
    manifest = canonical_json(
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST_TYPE,
            "config": _descriptor(IMAGE_CONFIG_TYPE, config),
            "layers": [{**_descriptor(SIMPLE_SIGNING_TYPE, payload), "annotations": signed}],
        }
    )
    return Referrer(manifest, config, payload)


def _referrer(
    subject: SubjectManifest,
    kind: str,
    layer: bytes,
    layer_annotations: Mapping[str, str],
    annotations: Mapping[str, str],
) -> Referrer:
    annotation_fields = {"annotations": dict(layer_annotations)} if layer_annotations else {}
    manifest = canonical_json(
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST_TYPE,
            "artifactType": kind,
            "config": _descriptor(EMPTY_TYPE, EMPTY),
            "layers": [{**_descriptor(kind, layer), **annotation_fields}],
            "subject": {"mediaType": subject.media_type, "digest": subject.digest, "size": subject.size},
            **({"annotations": dict(annotations)} if annotations else {}),
        }
    )
    return Referrer(manifest, EMPTY, layer)


def _descriptor(media_type: str, data: bytes) -> dict[str, str | int]:
    return {"mediaType": media_type, "digest": digest_of(data), "size": len(data)}
