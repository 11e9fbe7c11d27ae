"""The signatures of the models of small test projects, in place of their files."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rune.model.tflite import ModelSignature, ModelTensor
from rune.project.files import FileMissing
from rune.tensor import ElementType, TensorType

TWO = ModelSignature(
    (ModelTensor("a", TensorType(ElementType.F32, (2,))), ModelTensor("b", TensorType(ElementType.U8, (4,)))),
    (ModelTensor("c", TensorType(ElementType.F32, (2,))), ModelTensor("d", TensorType(ElementType.U8, (4,)))),
)
"""Two inputs and two outputs, none of the type of another."""


def known(signatures: Mapping[str, ModelSignature]) -> Callable[[str], ModelSignature]:
    """Answers what a check asks: the signature of the model at a path."""

    def signature(path: str) -> ModelSignature:
        if path not in signatures:
            raise FileMissing(path, "no such file in the project")
        return signatures[path]

    return signature
