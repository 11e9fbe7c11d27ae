"""A rune as an OCI artifact: pure functions from a rune's facts to the bytes of config and manifest.

The form is the CNCF's for WebAssembly (https://tag-runtime.cncf.io/wgs/wasm/deliverables/wasm-oci-artifact/). The same
facts give the same bytes.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

from forge.registry.oci.digests import digest_of
from rune.oci import CONFIG_TYPE, MANIFEST_TYPE, RUNE_TYPE, TITLE
from rune.source.policy.tags import names_version

TAG_LENGTH = 128
"""Characters of a tag."""

_TAG = re.compile(r"[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}")


@dataclass(frozen=True)
class RuneFacts:
    """A rune to be published: digest and size of its bytes, a file's name for it, and its version's time."""

    digest: str
    size: int
    title: str
    created: datetime


@dataclass(frozen=True)
class OciArtifact:
    """The bytes of an artifact's config and manifest."""

    config: bytes
    manifest: bytes


def oci_artifact(rune: RuneFacts) -> OciArtifact:
    """The artifact that holds a rune."""
    config = _canonical(
        {
            "architecture": "wasm",
            "created": rune.created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "layerDigests": [rune.digest],
            "os": "wasip1",
        }
    )
    manifest = _canonical(
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST_TYPE,
            "config": {"mediaType": CONFIG_TYPE, "digest": digest_of(config), "size": len(config)},
            "layers": [
                {
                    "mediaType": RUNE_TYPE,
                    "digest": rune.digest,
                    "size": rune.size,
                    "annotations": {TITLE: rune.title},
                }
            ],
        }
    )
    return OciArtifact(config, manifest)


def is_tag(text: str) -> bool:
    """Returns whether a text is a tag:
    https://github.com/opencontainers/distribution-spec/blob/v1.1.0/spec.md#pulling-manifests"""
    return _TAG.fullmatch(text) is not None


def stays(tag: str) -> bool:
    """Returns whether a tag names a version (`1.0`, `v2`), which never moves; a word (`latest`, `stable`) may."""
    return names_version(tag)


def quoted_for_header(text: str) -> str:
    """A text for between the quotes of a `Warning` header, which holds visible ASCII: the rest as UTF-8 in percents, as
    a client may undo."""
    return quote(" ".join(text.split()), safe=" !#$&'()*+,-./:;<=>?@[]^_`{|}~")


def _canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
