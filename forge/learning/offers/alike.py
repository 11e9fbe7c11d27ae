"""Decides whether a model can take another's place in a pipeline."""

from __future__ import annotations

from functools import lru_cache

from forge.core.blobs.store import read_blob
from forge.core.errors import BytesDamaged, NotFound
from rune.model.tflite import ModelError, read_model

_Shapes = tuple[tuple[int, ...], ...]


def are_alike(digest: str, other: str) -> bool:
    """Returns whether two model files have inputs and outputs of the same shapes; False where one cannot be read."""
    try:
        return _shapes(digest) == _shapes(other)
    except (ModelError, NotFound, BytesDamaged):
        return False


@lru_cache(maxsize=500)
def _shapes(digest: str) -> tuple[_Shapes, _Shapes]:
    """The shapes of inputs and of outputs. The bytes of a digest never change, so they are read once.

    Raises `ModelError`, `NotFound` and `BytesDamaged`.
    """
    model = read_model(read_blob(digest))
    tensors = model.tensors
    return tuple(tensors[at].shape for at in model.inputs), tuple(tensors[at].shape for at in model.outputs)
