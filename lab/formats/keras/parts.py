"""Parts of tensors, as `x[1:, ...]`, in a call of a Keras file: the dimensions that `...` stands for are written out.

Keras reads `...` in a .keras file, and stops at the one that it has written into an .h5 file itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from lab.formats.keras.plain import Json

_ELLIPSIS: Final = "__ellipsis__"
_NEW_DIMENSION: Final = None


def whole_parts(arguments: Sequence[Json]) -> Sequence[Json]:
    """The arguments of a call. If they are a tensor and a part of it that has `...`, the part has one whole slice for
    each dimension that `...` stands for. Any other arguments stay as they are."""
    if len(arguments) != 2 or (rank := _rank(arguments[0])) is None:
        return arguments
    tensor, part = arguments
    entries = part if isinstance(part, list) else [part]
    at = next((index for index, entry in enumerate(entries) if _is(entry, _ELLIPSIS)), None)
    if at is None:
        return arguments
    entry_count = sum(entry is not _NEW_DIMENSION for entry in entries) - 1
    whole: Json = {"class_name": "__slice__", "config": {"start": None, "stop": None, "step": None}}
    return [tensor, [*entries[:at], *[whole] * max(rank - entry_count, 0), *entries[at + 1 :]]]


def _rank(tensor: Json) -> int | None:
    """Returns how many dimensions a tensor of a call has; None for anything else."""
    if not isinstance(tensor, dict) or not _is(tensor, "__keras_tensor__"):
        return None
    config = tensor.get("config")
    shape = config.get("shape") if isinstance(config, dict) else None
    return len(shape) if isinstance(shape, list) else None


def _is(value: Json, name: str) -> bool:
    return isinstance(value, dict) and value.get("class_name") == name
