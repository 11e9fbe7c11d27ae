"""The files from which a project's rune is taught: the Runefile up to the model's last layer, and the model so far."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forge.builds.errors import TeachingRefused
from forge.core.blobs.store import put_bytes, read_blob
from forge.projects.versions.store import WorkingTree
from rune.model.tflite import ModelError
from rune.model.tflite.embedding import with_embedding


def embedding_tree(tree: WorkingTree, teachable: Mapping[str, Any]) -> WorkingTree:
    """These files with the Runefile of a `teachable` project and the model that it names.

    Raises `TeachingRefused`.
    """
    path = teachable["embedding_model"]
    if path != teachable["model"]:
        # No row links it: the sweep deletes it once no build can be reading it.
        blob = put_bytes(embedding_model(tree, teachable["model"]))
        tree = tree.with_blob(path, blob.digest, blob.size)
    return tree.with_text(teachable["runefile"], teachable["text"].encode("utf-8"))


def embedding_model(tree: WorkingTree, path: str) -> bytes:
    """The model at this path, which gives what its last layer reads. Raises `TeachingRefused`."""
    entry, text = tree.manifest.get(path), tree.texts.get(path)
    if entry is None:
        raise TeachingRefused(f"The project has no file {path} any more.")
    try:
        return with_embedding(read_blob(entry["digest"]) if text is None else text)
    except ModelError as error:
        raise TeachingRefused(f"{path}: {error}.") from error
