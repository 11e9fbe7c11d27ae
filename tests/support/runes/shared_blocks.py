"""A block that a project published, and projects that use it, for tests."""

from __future__ import annotations

from rune.blocks.artefact import BlockFiles, block_manifest
from rune.blocks.mounts import SHELF, mounted_path
from rune.digests import digest_of
from rune.project.files import MemoryFiles

SMOOTH = b'''"""Average the scores, so that one loud moment is not a word.

A larger `alpha` follows faster.
"""


def smooth(x: f32["n"], *, alpha: f32 = 0.5, last: State[f32["n"]]) -> f32["n"]:
    for i in range(len(x)):
        last[i] = last[i] + alpha * (x[i] - last[i])
    return last
'''
RUNEFILE = """\
version: 1
image: runicos/base
pipeline:
  input:
    capability: RAW
    args: {{length: 16}}
    outputs: [{{type: {type}, dimensions: [4]}}]
  smooth:
    proc-block: {block}
    inputs: [input]
  out:
    out: TENSOR
    inputs: [smooth]
"""
PATH = "acme/sounds#smooth@1.2"


def published(version: str = "1.2", source: bytes = SMOOTH, name: str = "smooth") -> tuple[str, dict[str, bytes]]:
    """The digest of a published block, and its files as they are mounted."""
    manifest = block_manifest(BlockFiles(name, version, "Average the scores.", source))
    files = {mounted_path(digest_of(data)): data for data in (manifest, source)}
    return digest_of(manifest), files


def project(
    block: str = PATH,
    *,
    lock: str | None = None,
    mounts: dict[str, bytes] | None = None,
    shelf: str | None = None,
    element: str = "f32",
) -> MemoryFiles:
    """A project whose one stage runs `block`."""
    files = {"Runefile.yml": RUNEFILE.format(block=block, type=element).encode(), **(mounts or {})}
    if lock is not None:
        files["rune.lock"] = lock.encode()
    if shelf is not None:
        files[SHELF] = shelf.encode()
    return MemoryFiles(files)
