"""Quantises unread outputs: the quantiser leaves them as floats beside the quantised outputs of the same operator.

Recurrent layers have them: the first step starts from a state of zeros, so nothing reads its forget gate.
"""

from __future__ import annotations

import copy

from ai_edge_litert.tools import flatbuffer_utils

from rune.model.tflite import Model, TensorKind, read_model

_SPLITTING_OPERATORS = frozenset({"SPLIT", "SPLIT_V", "UNPACK"})
"""Operators whose outputs have the type and the scale of their input."""


def with_quantised_unread_outputs(data: bytes) -> bytes:
    """Returns the model with its unread outputs quantised, or the same bytes if it has none."""
    siblings = _siblings(read_model(data))
    if not siblings:
        return data
    whole = flatbuffer_utils.read_model_from_bytearray(bytearray(data))
    tensors = whole.subgraphs[0].tensors
    for unread, sibling in siblings.items():
        tensors[unread].type = tensors[sibling].type
        tensors[unread].quantization = copy.copy(tensors[sibling].quantization)
    return bytes(flatbuffer_utils.convert_object_to_bytearray(whole))


def _siblings(model: Model) -> dict[int, int]:
    """Returns, by the number of each unread float output, the number of a quantised output of the same operator."""
    read = set(model.outputs) | {place for operator in model.operators for place in operator.inputs}
    siblings: dict[int, int] = {}
    for operator in model.operators:
        if operator.op not in _SPLITTING_OPERATORS:
            continue
        quantised_outputs = [place for place in operator.outputs if model.tensors[place].quantization is not None]
        for place in operator.outputs:
            if quantised_outputs and place not in read and model.tensors[place].kind is TensorKind.FLOAT32:
                siblings[place] = quantised_outputs[0]
    return siblings
