"""What a model's metadata says of its inputs. One that cannot be read says nothing, and refuses no model."""

from __future__ import annotations

import math
from typing import Final

from rune.tflite.errors import ModelError
from rune.tflite.flatbuffer import Table, decode
from rune.tflite.model import Normalization

METADATA_NAME: Final = "TFLITE_METADATA"
_IDENTIFIER: Final = b"M001"
_MOST_CHANNELS: Final = 64


def normalizations(data: memoryview | None) -> tuple[Normalization | None, ...]:
    """How each input of the main graph is normalised before the model; empty where nothing says so."""
    if data is None or len(data) < 8 or bytes(data[4:8]) != _IDENTIFIER:
        return ()
    try:
        graphs = decode(data, "ModelMetadata").tables("subgraph_metadata")
    except ModelError:
        return ()
    if not graphs:
        return ()
    found = tuple(_normalization(tensor) for tensor in graphs[0].tables("input_tensor_metadata"))
    return found if any(found) else ()


def _normalization(tensor: Table) -> Normalization | None:
    """The first normalisation of an input."""
    for unit in tensor.tables("process_units"):
        options = unit.table("options")
        if options is not None and options.kind == "NormalizationOptions":
            mean, std = options.floats("mean"), options.floats("std")
            is_sound = 0 < len(mean) == len(std) <= _MOST_CHANNELS and all(map(math.isfinite, (*mean, *std)))
            return Normalization(mean, std) if is_sound and all(std) else None
    return None
