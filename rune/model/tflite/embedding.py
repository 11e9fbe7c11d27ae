"""The embedding of a classifier, which its last dense layer reads, and the file that gives it in place of scores."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rune.model.tflite.errors import ModelError
from rune.model.tflite.format.flatbuffer import FlatTable, decode
from rune.model.tflite.model import Model, Operator, Tensor, TensorKind
from rune.model.tflite.reader import read_model

LAST_LAYER: Final = "FULLY_CONNECTED"
_BEHIND: Final = ("SOFTMAX", "DEQUANTIZE", "QUANTIZE", "RESHAPE")
"""Operators behind the last layer that change no number's meaning, or turn scores into probabilities."""
_KINDS: Final = (TensorKind.FLOAT32, TensorKind.INT8, TensorKind.UINT8, TensorKind.INT16)
MAX_FEATURES: Final = 4096
MIN_LABELS: Final = 2
MIN_FEATURES: Final = 8
"""The fewest features of a model's own output: fewer numbers are scores or coordinates."""
_SUFFIX: Final = ".tflite"
_U32: Final = struct.Struct("<I")


class NoEmbedding(ModelError):
    """A model that does not end with a dense layer behind others; the message says so to a person."""


@dataclass(frozen=True)
class Embedding:
    """The numbers that the last dense layer reads: its tensor, and the number of the tensor in the model."""

    tensor: Tensor
    index: int
    is_output: bool = False
    """Whether the model gives it already: it is one without a last layer for labels."""

    @property
    def features(self) -> int:
        return self.tensor.count


def embedding_of(model: Model) -> Embedding:
    """Finds what the last layer of a classifier reads, or the output of a model that gives a vector of features and no
    scores of labels. Raises `NoEmbedding`."""
    if len(model.outputs) != 1:
        raise NoEmbedding(f"The model has {len(model.outputs)} outputs; one that can be taught has one")
    operator, behind = _end(model)
    if operator is None or operator.op != LAST_LAYER:
        return _own_output(model, "SOFTMAX" in behind or (operator is not None and operator.op == "LOGISTIC"))
    if not any(operator.inputs[0] in each.outputs for each in model.operators):
        raise NoEmbedding("The model has one dense layer alone, so nothing stands in front of its last layer")
    weights = model.tensors[operator.inputs[1]]
    tensor = _usable(model, operator.inputs[0])
    if weights.data is None or len(weights.shape) != 2 or weights.shape[1] != tensor.count:
        raise NoEmbedding("The last layer has no constant weights for one row of features")
    if weights.shape[0] < MIN_LABELS:
        raise NoEmbedding("The model has one output, so it tells no labels apart")
    return Embedding(tensor, operator.inputs[0])


def gives_scores(model: Model) -> bool:
    """Returns whether a model's one output are probabilities of labels, by a dense layer and a softmax."""
    if len(model.outputs) != 1:
        return False
    operator, behind = _end(model)
    return operator is not None and operator.op == LAST_LAYER and "SOFTMAX" in behind


def _end(model: Model) -> tuple[Operator | None, Sequence[str]]:
    """The last operator of a model with one output that computes something of its own, and those behind it."""
    producers = {output: operator for operator in model.operators for output in operator.outputs}
    index, behind = model.outputs[0], []
    while (operator := producers.get(index)) is not None and operator.op in _BEHIND:
        behind.append(operator.op)
        index = operator.inputs[0]
    return operator, behind


def _own_output(model: Model, has_scores: bool) -> Embedding:
    tensor = _usable(model, model.outputs[0])
    if has_scores or tensor.count < MIN_FEATURES or tensor.count != max(tensor.shape, default=1):
        raise NoEmbedding("The model ends neither with a dense layer and a softmax nor with a vector of features")
    return Embedding(tensor, model.outputs[0], is_output=True)


def _usable(model: Model, index: int) -> Tensor:
    tensor = model.tensors[index]
    if tensor.kind not in _KINDS or (tensor.kind is not TensorKind.FLOAT32 and tensor.scale is None):
        raise NoEmbedding(f"What its last layer reads is {tensor.kind.name.lower()} without a scale")
    if tensor.count > MAX_FEATURES:
        raise NoEmbedding(
            f"Its last layer reads {tensor.count:,} features; at most {MAX_FEATURES:,} can be learned from"
        )
    return tensor


def embedding_path(path: str) -> str:
    """The path of the file that gives the embedding of the model at a path: `signs.embedding.tflite` of
    `signs.tflite`."""
    return f"{path.removesuffix(_SUFFIX)}.embedding{_SUFFIX}"


def with_embedding(data: bytes) -> bytes:
    """Returns the file with the embedding as its output. Only the numbers that name the output change: the last layer
    stays in the file, and the compiler leaves it out. Raises `ModelError`."""
    model = read_model(data)
    old, embedding = model.outputs[0], embedding_of(model)
    if embedding.is_output:
        return data
    new = embedding.index
    changed = bytearray(data)
    root = decode(memoryview(data), "Model")
    graph = root.tables("subgraphs")[0]
    place = graph.place("outputs")
    vector = place + _U32.unpack_from(data, place)[0]
    _U32.pack_into(changed, vector + _U32.size, new)
    for mapping in _output_names(root):
        if mapping.number("tensor_index") == old and "tensor_index" in mapping.inner:
            _U32.pack_into(changed, mapping.place("tensor_index"), new)
    if read_model(bytes(changed)).outputs != (new,):
        raise ModelError("The file shares the name of its output with something else, so it cannot be cut")
    return bytes(changed)


def _output_names(root: FlatTable) -> list[FlatTable]:
    signatures = [each for each in root.tables("signature_defs") if each.number("subgraph_index") == 0]
    return [mapping for each in signatures for mapping in each.tables("outputs")]
