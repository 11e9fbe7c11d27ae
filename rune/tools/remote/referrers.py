"""Reading what refers to an artifact from a registry, and pushing signatures. All bytes are compared with digests."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from rune.digests import digest_of, is_digest
from rune.oci import INDEX_TYPE, LARGEST_MANIFEST, MANIFEST_TYPE
from rune.tools.remote.errors import DigestMismatch, RegistryRefused, RemoteError, RemoteNotFound
from rune.tools.remote.registry import Registry

MOST_REFERRERS = 100
"""Referrers of one type that are read."""


@dataclass(frozen=True)
class FetchedReferrer:
    """The one layer of an artifact that refers to another, and the annotations of its manifest."""

    data: bytes
    annotations: dict[str, str]


def fetch_referrers(registry: Registry, repository: str, digest: str, kind: str, limit: int) -> list[FetchedReferrer]:
    """The artifacts of a type that refer to a manifest, the newest last. A layer has at most `limit` bytes.

    Registries that know no referrers are asked for the tag of the protocol's older form. Anybody who may push can add
    one, so one that cannot be read is left out; raises as `Registry.pull` does where none can be read.
    """
    index = _index(registry, repository, digest, kind)
    descriptors = [each for each in index if _is_of(each, kind)][-MOST_REFERRERS:]
    referrers: list[FetchedReferrer] = []
    problem: RemoteError | None = None
    for each in descriptors:
        try:
            referrers.append(_fetch(registry, repository, str(each["digest"]), limit))
        except (RegistryRefused, DigestMismatch) as error:
            problem = error
    if problem is not None and not referrers:
        raise problem
    return referrers


def push_referrer(registry: Registry, repository: str, manifest: bytes, blobs: tuple[bytes, ...]) -> str:
    """Pushes an artifact with its blobs. Returns its digest. Raises `SignInNeeded`, `RegistryRefused` and
    `RegistryUnreachable`."""
    for blob in blobs:
        registry.push_blob(repository, blob, digest_of(blob))
    digest = digest_of(manifest)
    registry.push_manifest(repository, manifest, MANIFEST_TYPE, digest)
    return digest


def _index(registry: Registry, repository: str, digest: str, kind: str) -> list[dict[str, Any]]:
    query = urlencode({"artifactType": kind})
    try:
        return _manifests(registry.read(repository, f"referrers/{digest}?{query}", INDEX_TYPE, LARGEST_MANIFEST))
    except RemoteNotFound:
        pass
    try:
        fallback = f"manifests/{digest.replace(':', '-')}"
        return _manifests(registry.read(repository, fallback, INDEX_TYPE, LARGEST_MANIFEST))
    except RemoteNotFound:
        return []


def _manifests(data: bytes) -> list[dict[str, Any]]:
    try:
        manifests = json.loads(data)["manifests"]
        return [each for each in manifests if isinstance(each, dict) and is_digest(str(each.get("digest")))]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise RegistryRefused("The registry's list of referrers cannot be read") from None


def _is_of(descriptor: dict[str, Any], kind: str) -> bool:
    return descriptor.get("artifactType") == kind


def _fetch(registry: Registry, repository: str, digest: str, limit: int) -> FetchedReferrer:
    data = registry.read(repository, f"manifests/{digest}", MANIFEST_TYPE, LARGEST_MANIFEST)
    _require(data, digest)
    try:
        manifest = json.loads(data)
        (layer,) = manifest["layers"]
        annotations = {str(name): str(text) for name, text in (manifest.get("annotations") or {}).items()}
        layer_digest = str(layer["digest"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise RegistryRefused(f"The artifact {digest} cannot be read") from None
    if not is_digest(layer_digest):
        raise RegistryRefused(f"The artifact {digest} cannot be read")
    content = registry.read(repository, f"blobs/{layer_digest}", "*/*", limit)
    _require(content, layer_digest)
    return FetchedReferrer(content, annotations)


def decoded_annotation(referrer: FetchedReferrer, name: str) -> bytes | None:
    """The bytes of an annotation in Base64; None where it is missing, or something else."""
    try:
        return base64.b64decode(referrer.annotations[name], validate=True)
    except (KeyError, binascii.Error, ValueError):
        return None


def _require(data: bytes, digest: str) -> None:
    if digest_of(data) != digest:
        raise DigestMismatch(f"What the registry gave as {digest}", digest, digest_of(data))
