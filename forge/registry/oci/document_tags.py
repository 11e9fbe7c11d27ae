"""The tags at which clients that know no referrers look for what belongs to a manifest: `sha256-<digest>` for a list of
it, and with an ending for signatures, attestations and bills of materials. Pure."""

from __future__ import annotations

import json
import re
from typing import Any

SIGNATURES = ".sig"
"""The ending of the tag at which signatures are added to each other."""
MOST_SIGNATURES = 100
"""Signatures at one tag: clients refuse to read very many."""
_ENDINGS = ("", ".att", ".sbom")
_TAG = re.compile(r"sha256-([0-9a-f]{64})(?:\.(?:sig|att|sbom))?")


def subject_of_tag(tag: str) -> str:
    """Returns the digest of the manifest that a tag is about, or "" for any other tag."""
    match = _TAG.fullmatch(tag)
    return "" if match is None else f"sha256:{match[1]}"


def has_document(tag: str) -> bool:
    """Returns whether clients look for signatures, attestations or a bill of materials at a tag, and not for a list."""
    return subject_of_tag(tag) != "" and "." in tag


def tags_of_lists(digest: str) -> list[str]:
    """Returns the tags at which a client would read a list of another in place of the server's own."""
    return [digest.replace(":", "-") + ending for ending in _ENDINGS]


def keeps_signatures(data: bytes, earlier_data: bytes) -> bool:
    """Returns whether a manifest has all signatures of an earlier one, in front and as they are, and not too many
    others."""
    layers, earlier_layers = _layers(data), _layers(earlier_data)
    return len(layers) <= MOST_SIGNATURES and layers[: len(earlier_layers)] == earlier_layers


def _layers(data: bytes) -> list[Any]:
    """The layers of a manifest that was read before, which is one of an image or an index."""
    layers = json.loads(data).get("layers")
    return layers if isinstance(layers, list) else []
