"""Manifests that clients push: bytes of anybody, read into what the registry needs to know of them. Pure.

https://github.com/opencontainers/image-spec/blob/v1.1.0/manifest.md
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from forge.registry.oci.digests import is_digest, names
from rune.oci import INDEX_TYPE, LARGEST_MANIFEST, MANIFEST_TYPE
from rune.wording import size_text

DOCKER_MANIFEST_TYPE = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_LIST_TYPE = "application/vnd.docker.distribution.manifest.list.v2+json"
IMAGE_TYPES = frozenset({MANIFEST_TYPE, DOCKER_MANIFEST_TYPE})
INDEX_TYPES = frozenset({INDEX_TYPE, DOCKER_LIST_TYPE})

MOST_REFERENCES = 4_000
"""Blobs or manifests that one manifest names."""
LONGEST_TYPE = 255
MOST_EMBEDDED = 64 * 1024
"""Bytes of a blob that stand in its descriptor."""
MOST_ANNOTATIONS = 64 * 1024
"""Characters of the annotations of a manifest that refers to another: lists of referrers repeat them."""

_ELSEWHERE = ("application/vnd.oci.image.layer.nondistributable.", "application/vnd.docker.image.rootfs.foreign.")
"""How types of layers begin that stay where they are."""
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class BadManifest(Exception):
    """A manifest that says something impossible; the text says what."""


@dataclass(frozen=True)
class Descriptor:
    """A manifest's descriptor of a blob or of another manifest. `data` are its bytes, where they are embedded."""

    digest: str
    size: int
    media_type: str
    data: bytes | None = None


@dataclass(frozen=True)
class ManifestDocument:
    """A manifest: what it names, what it is about, and what lists of referrers say of it."""

    media_type: str
    artifact_type: str
    """The artifact type of an image without one, the type of its config, or "" for an index without one."""
    blobs: tuple[Descriptor, ...]
    manifests: tuple[Descriptor, ...]
    subject: str
    """The digest of the manifest that it refers to, which need not exist, or "" if it refers to none."""
    annotations: Mapping[str, str]
    """Empty where it refers to none: nothing lists it with them."""

    @property
    def is_index(self) -> bool:
        """Whether the document lists manifests, and no blobs."""
        return self.media_type in INDEX_TYPES


def read_document(data: bytes, content_type: str) -> ManifestDocument:
    """The manifest of these bytes. `content_type` is what the client says it is, "" where it says nothing.

    Raises `BadManifest`.
    """
    if len(data) > LARGEST_MANIFEST:
        raise BadManifest(f"A manifest has at most {size_text(LARGEST_MANIFEST)}.")
    value = _parse(data)
    if value.get("schemaVersion") != 2:
        raise BadManifest("schemaVersion must be 2.")
    announced_type, media_type = content_type.partition(";")[0].strip(), _text(value, "mediaType", LONGEST_TYPE)
    if announced_type and media_type and announced_type != media_type:
        raise BadManifest(f"Content-Type says {announced_type}, and mediaType {media_type}.")
    media_type = media_type or announced_type or MANIFEST_TYPE
    if media_type in INDEX_TYPES:
        blobs: tuple[Descriptor, ...] = ()
        manifests = _descriptors(value, "manifests")
        artifact_type = _text(value, "artifactType", LONGEST_TYPE)
    elif media_type in IMAGE_TYPES:
        config = _descriptor(value.get("config"), "config")
        blobs, manifests = (config, *_descriptors(value, "layers")), ()
        artifact_type = _text(value, "artifactType", LONGEST_TYPE) or config.media_type
    else:
        raise BadManifest(f"{media_type[:LONGEST_TYPE]} is not a type of manifest that this registry knows.")
    subject = "" if value.get("subject") is None else _descriptor(value["subject"], "subject").digest
    annotations = _annotations(value)
    if not subject:
        annotations = {}
    elif sum(len(name) + len(text) for name, text in annotations.items()) > MOST_ANNOTATIONS:
        raise BadManifest(f"The annotations of what refers to another have at most {MOST_ANNOTATIONS} characters.")
    return ManifestDocument(media_type, artifact_type, blobs, manifests, subject, annotations)


def _parse(data: bytes) -> dict[str, Any]:
    try:
        value = json.loads(data.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise BadManifest("A manifest must be JSON in UTF-8.") from error
    if not isinstance(value, dict):
        raise BadManifest("A manifest must be a JSON object.")
    return value


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _descriptors(value: Mapping[str, Any], key: str) -> tuple[Descriptor, ...]:
    """Returns the descriptors of content in this registry: layers with another location stay there."""
    items = value.get(key)
    if not isinstance(items, list):
        raise BadManifest(f"{key} must be a list.")
    if len(items) > MOST_REFERENCES:
        raise BadManifest(f"{key} has {len(items)} entries; at most {MOST_REFERENCES} are taken.")
    descriptors = [_descriptor(item, f"{key}[{index}]") for index, item in enumerate(items)]
    return tuple(each for each in descriptors if not each.media_type.startswith(_ELSEWHERE))


def _descriptor(value: object, where: str) -> Descriptor:
    if not isinstance(value, dict):
        raise BadManifest(f"{where} must be a descriptor: an object with mediaType, digest and size.")
    digest, size = value.get("digest"), value.get("size")
    if not isinstance(digest, str) or not is_digest(digest):
        raise BadManifest(f"{where} has no digest: sha256: and 64, or sha512: and 128 lower-case hexadecimal digits.")
    if not isinstance(size, int) or isinstance(size, bool) or not 0 <= size < 1 << 63:
        raise BadManifest(f"The size of {where} is not a number of bytes.")
    data = _embedded_data(value.get("data"), size, where)
    if data is not None and not names(digest, data):
        raise BadManifest(f"The data of {where} are other bytes than its digest names.")
    return Descriptor(digest, size, _text(value, "mediaType", LONGEST_TYPE), data)


def _embedded_data(value: object, size: int, where: str) -> bytes | None:
    if value is None:
        return None
    if not isinstance(value, str) or size > MOST_EMBEDDED:
        raise BadManifest(f"The data of {where} is Base64 of at most {MOST_EMBEDDED} bytes.")
    try:
        data = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadManifest(f"The data of {where} is not Base64.") from error
    if len(data) != size:
        raise BadManifest(f"The data of {where} has {len(data)} bytes, and its size is {size}.")
    return data


def _text(value: Mapping[str, Any], key: str, longest: int) -> str:
    text = value.get(key)
    if text is None:
        return ""
    if not isinstance(text, str) or len(text) > longest or not text.isprintable() or not text.isascii():
        raise BadManifest(f"{key} is a text of at most {longest} visible ASCII characters.")
    return text


def _annotations(value: Mapping[str, Any]) -> Mapping[str, str]:
    annotations = value.get("annotations")
    if annotations is None:
        return {}
    if not isinstance(annotations, dict) or not all(isinstance(each, str) for each in annotations.values()):
        raise BadManifest("annotations must be texts by name.")
    if any(_UNSTORABLE.search(text) for pair in annotations.items() for text in pair):
        raise BadManifest("annotations must not have NUL characters or lone surrogates.")
    return annotations
