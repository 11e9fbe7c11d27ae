"""Checks that a model's operators can run in their order: nothing is read before it is written."""

from __future__ import annotations

from rune.model.tflite.errors import ModelError
from rune.model.tflite.format.flatbuffer import FlatTable
from rune.model.tflite.model import Model, Tensor
from rune.wording import plain, quoted


def check_graph(model: Model, table: FlatTable) -> None:
    """Each tensor has one writer at most and is read only after it; outputs exist. Raises `ModelError`."""
    written_tensors: set[int] = set()
    for index, tensor in enumerate(model.tensors):
        if tensor.data is not None or tensor.is_variable or tensor.is_sparse:
            written_tensors.add(index)
    for index in model.inputs:
        if index in written_tensors:
            what = "a constant" if model.tensors[index].data is not None else "named twice, or keeps its own value"
            raise ModelError(
                f"{_words(model.tensors[index], index)} is an input of the model, but it is {what}",
                table.place("inputs"),
            )
        written_tensors.add(index)
    for operator, place in zip(model.operators, table.tables("operators"), strict=True):
        for index in operator.inputs:
            if index >= 0 and index not in written_tensors:
                raise ModelError(
                    f"The operator {plain(operator.op)} reads {_words(model.tensors[index], index, lower=True)} before "
                    "anything wrote it",
                    place.place("inputs"),
                )
        for index in operator.outputs:
            if index in written_tensors:
                raise ModelError(
                    f"The operator {plain(operator.op)} writes {_words(model.tensors[index], index, lower=True)}, "
                    "which already has a value",
                    place.place("outputs"),
                )
            written_tensors.add(index)
    for index in model.outputs:
        if index not in written_tensors:
            raise ModelError(
                f"{_words(model.tensors[index], index)} is an output of the model, but nothing writes it",
                table.place("outputs"),
            )


def _words(tensor: Tensor, index: int, lower: bool = False) -> str:
    start = "the" if lower else "The"
    return f"{start} tensor {quoted(tensor.name)}" if tensor.name else f"{start} tensor number {index}"
