"""The interface of a loaded model. The interpreters implement it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Protocol

from rune.running.runtime.errors import ModelLoadError, ModelRunError
from rune.tensor import ElementType, TensorType

TENSOR_LIMIT: Final = 256 * 1024 * 1024
"""Bytes that one tensor of a host model may have."""

ELEMENTS: Final = frozenset(
    {
        ElementType.I8,
        ElementType.U8,
        ElementType.I16,
        ElementType.U16,
        ElementType.I32,
        ElementType.U32,
        ElementType.I64,
        ElementType.U64,
        ElementType.F32,
        ElementType.F64,
    }
)
"""The element types that a rune can pass to its host: texts have no size that a shape would state."""


class Interpreter(Protocol):
    """A loaded model. Tensors are little-endian bytes, row-major, of exactly the size of their type."""

    @property
    def name(self) -> str:
        """The name and version of the interpreter: `ai-edge-litert 2.3.0`."""

    @property
    def inputs(self) -> tuple[TensorType, ...]:
        """The inputs in the model's order."""

    @property
    def outputs(self) -> tuple[TensorType, ...]:
        """The outputs in the model's order. One without dimensions may get them in a run: then they are those of the
        last run."""

    def run(self, inputs: Sequence[bytes]) -> tuple[bytes, ...]:
        """Runs the model once. Raises `ModelRunError`."""

    def close(self) -> None:
        """Frees what it holds. It cannot be run afterwards; closing twice does nothing."""


OpenModel = Callable[[str, bytes], Interpreter]
"""Loads a model of a mimetype from its bytes. Raises `ModelRuntimeMissing`, `ModelLoadError`."""


def is_open(kind: TensorType) -> bool:
    """Returns whether an output may be known only after a run: files write a scalar and what they do not know alike."""
    return not kind.dimensions


def after_run(kind: TensorType, dimensions: Sequence[int]) -> TensorType:
    """An output's type once its model ran and gave it these dimensions."""
    return TensorType(kind.element, tuple(dimensions)) if is_open(kind) else kind


def check_tensors(role: str, tensors: Sequence[TensorType]) -> tuple[TensorType, ...]:
    """The types of a model's inputs or outputs, if a rune can use them. Raises `ModelLoadError`."""
    for index, tensor in enumerate(tensors):
        if tensor.element not in ELEMENTS:
            raise ModelLoadError(
                f"{role} {index} of the model has elements of {tensor.element}, which a rune cannot hand over"
            )
        if tensor.size > TENSOR_LIMIT:
            raise ModelLoadError(
                f"{role} {index} of the model is {tensor}, which is more than the limit of {TENSOR_LIMIT} bytes"
            )
    return tuple(tensors)


def check_inputs(expected: Sequence[TensorType], inputs: Sequence[bytes]) -> None:
    """Raises `ModelRunError` unless there is one input for each type, of its size."""
    if len(expected) != len(inputs):
        raise ModelRunError(f"the model has {len(expected)} inputs, but {len(inputs)} were given")
    for index, (tensor, data) in enumerate(zip(expected, inputs, strict=True)):
        if len(data) != tensor.size:
            raise ModelRunError(f"input {index} of the model is {tensor} ({tensor.size} bytes), not {len(data)} bytes")


def check_outputs(expected: Sequence[TensorType], outputs: Sequence[bytes]) -> tuple[bytes, ...]:
    """Returns the outputs, if they have the model's sizes. Raises `ModelRunError`."""
    for index, (tensor, data) in enumerate(zip(expected, outputs, strict=True)):
        if len(data) > TENSOR_LIMIT:
            raise ModelRunError(f"output {index} of the model has more than {TENSOR_LIMIT} bytes")
        if len(data) != tensor.size:
            raise ModelRunError(f"output {index} of the model is {tensor} ({tensor.size} bytes), but was {len(data)}")
    return tuple(outputs)
