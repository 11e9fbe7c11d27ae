"""A model's metadata about its inputs. Unreadable metadata is ignored, and no reason to refuse a model."""

from __future__ import annotations

import math
from typing import Final

from rune.model.tflite.errors import ModelError
from rune.model.tflite.format.flatbuffer import FlatTable, decode
from rune.model.tflite.model import Normalization, Notes, TensorNotes

METADATA_NAME: Final = "TFLITE_METADATA"
_IDENTIFIER: Final = b"M001"
_MOST_CHANNELS: Final = 64
_COLOURS: Final = {1: "RGB", 2: "GRAYSCALE"}
_NAMING_CLASSES: Final = (2, 3)
"""Kinds of files: the names of an axis' places, and of the values."""


def normalizations(data: memoryview | None) -> tuple[Normalization | None, ...]:
    """Returns how each input of the main graph is normalised before the model; empty where nothing says so."""
    graph = _main_graph(data)
    normalizations_ = () if graph is None else tuple(map(_normalization, graph.tables("input_tensor_metadata")))
    return normalizations_ if any(normalizations_) else ()


def notes(data: memoryview | None) -> Notes:
    """Returns the other notes on the inputs and outputs of the main graph; the labels are not read yet."""
    graph = _main_graph(data)
    if graph is None:
        return Notes()
    inputs, outputs = (tuple(map(_notes, graph.tables(f"{role}_tensor_metadata"))) for role in ("input", "output"))
    return Notes(inputs, outputs)


def _main_graph(data: memoryview | None) -> FlatTable | None:
    if data is None or len(data) < 8 or bytes(data[4:8]) != _IDENTIFIER:
        return None
    try:
        graphs = decode(data, "ModelMetadata").tables("subgraph_metadata")
    except ModelError:
        return None
    return graphs[0] if graphs else None


def _notes(tensor: FlatTable) -> TensorNotes:
    content = tensor.table("content")
    properties = content.table("content_properties") if content is not None else None
    colour, rate = None, None
    if properties is not None and properties.kind == "ImageProperties":
        colour = _COLOURS.get(properties.number("color_space"))
    if properties is not None and properties.kind == "AudioProperties":
        rate = properties.number("sample_rate") or None
    files = (each.text("name") for each in tensor.tables("associated_files") if each.number("type") in _NAMING_CLASSES)
    return TensorNotes(colour, rate, next(files, ""))


def _normalization(tensor: FlatTable) -> Normalization | None:
    """The first normalisation of an input."""
    for unit in tensor.tables("process_units"):
        options = unit.table("options")
        if options is not None and options.kind == "NormalizationOptions":
            mean, std = options.floats("mean"), options.floats("std")
            is_sound = 0 < len(mean) == len(std) <= _MOST_CHANNELS and all(map(math.isfinite, (*mean, *std)))
            return Normalization(mean, std) if is_sound and all(std) else None
    return None
