"""A published block as an OCI artifact: pure functions from its files to the bytes of a manifest, and back.

The same files and version give the same bytes, so that a digest says what is meant and not when it was published.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from rune.digests import digest_of, is_digest
from rune.oci import DESCRIPTION, EMPTY, EMPTY_TYPE, LICENCES, MANIFEST_TYPE, TITLE, VERSION
from rune.wording import size_text

BLOCK_TYPE = "application/vnd.hammer-forge.block.v1"
SOURCE_TYPE = "text/x-python"
TEXT_TYPE = "text/plain"
MANIFEST_LIMIT = 64 * 1024
"""Bytes; ours have about one thousand."""
SOURCE_LIMIT = 256 * 1024
"""Bytes of a block's source: `rune.pyblock.checking.source.MAX_SIZE` characters of at most four bytes."""


class BadArtefact(Exception):
    """Bytes that are no published block. The text is the end of a sentence: "it ..."."""


@dataclass(frozen=True)
class BlockFiles:
    """The published files of a block. `tests` and `licence` are None where there are none."""

    name: str
    version: str
    summary: str
    source: bytes
    tests: bytes | None = None
    licence: bytes | None = None
    licence_name: str = ""
    """The SPDX identifier of the licence, where it is one that is known."""

    def named(self) -> dict[str, bytes]:
        """The files that are there, by their names."""
        files = {f"{self.name}.py": self.source, f"{self.name}_test.py": self.tests, "LICENSE": self.licence}
        return {name: data for name, data in files.items() if data is not None}


@dataclass(frozen=True)
class BlockManifest:
    """The contents of a manifest: the block's name and version, and its files' digests by their names."""

    name: str
    version: str
    files: Mapping[str, str]

    @property
    def source(self) -> str:
        """The digest of what is compiled."""
        return self.files[f"{self.name}.py"]


def block_manifest(files: BlockFiles) -> bytes:
    """The manifest of a block's files."""
    annotations = {TITLE: files.name, VERSION: files.version, DESCRIPTION: files.summary}
    if files.licence_name:
        annotations[LICENCES] = files.licence_name
    value = {
        "schemaVersion": 2,
        "mediaType": MANIFEST_TYPE,
        "artifactType": BLOCK_TYPE,
        "config": {"mediaType": EMPTY_TYPE, "digest": digest_of(EMPTY), "size": len(EMPTY)},
        "layers": [
            {
                "mediaType": SOURCE_TYPE if name.endswith(".py") else TEXT_TYPE,
                "digest": digest_of(data),
                "size": len(data),
                "annotations": {TITLE: name},
            }
            for name, data in files.named().items()
        ],
        "annotations": annotations,
    }
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def read_block_manifest(data: bytes) -> BlockManifest:
    """Reads the bytes of a manifest. Raises `BadArtefact` for any that is not of a block."""
    if len(data) > MANIFEST_LIMIT:
        raise BadArtefact(f"is larger than {size_text(MANIFEST_LIMIT)}")
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BadArtefact("is not JSON") from error
    if not isinstance(value, dict) or value.get("artifactType") != BLOCK_TYPE:
        raise BadArtefact("is not of a block")
    annotations = value.get("annotations")
    name, version = (
        (annotations.get(TITLE), annotations.get(VERSION)) if isinstance(annotations, dict) else (None, None)
    )
    layers = value.get("layers")
    if not isinstance(name, str) or not isinstance(version, str) or not isinstance(layers, list):
        raise BadArtefact("does not describe a block")
    files = dict(_file(layer) for layer in layers)
    if f"{name}.py" not in files or PurePosixPath(name).name != name:
        raise BadArtefact(f"has no file {name}.py")
    return BlockManifest(name, version, files)


def _file(layer: Any) -> tuple[str, str]:
    annotations = layer.get("annotations") if isinstance(layer, dict) else None
    title = annotations.get(TITLE) if isinstance(annotations, dict) else None
    digest = layer.get("digest") if isinstance(layer, dict) else None
    if not isinstance(title, str) or not isinstance(digest, str) or not is_digest(digest):
        raise BadArtefact("does not name its files")
    return title, digest
