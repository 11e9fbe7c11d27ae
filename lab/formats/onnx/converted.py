"""A model that was translated from ONNX, in the interpreter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lab.formats.comparing import Array
from lab.formats.onnx.model import OnnxModel
from lab.formats.onnx.tensors import TYPES
from lab.formats.onnx.translating import TranslatedModel
from lab.refusal import Reason, Refused


class ConvertedOnnx:
    """A converted model in the interpreter, which takes inputs in the source's order of dimensions."""

    def __init__(self, translated_model: TranslatedModel) -> None:
        from ai_edge_litert.interpreter import Interpreter

        try:
            self._interpreter = Interpreter(model_content=translated_model.data, num_threads=1)
            self._interpreter.allocate_tensors()
        except (RuntimeError, ValueError) as error:
            raise Refused(
                Reason.NOT_CONVERTED, f"The interpreter cannot load the converted model: {first_line(error)}"
            ) from error
        self._inputs = list(zip(self._interpreter.get_input_details(), translated_model.inputs, strict=True))
        self._outputs = [detail["index"] for detail in self._interpreter.get_output_details()]

    def outputs(self, values: Sequence[Array]) -> list[Array]:
        """Returns the model's outputs. Raises `Refused`."""
        for (detail, one), value in zip(self._inputs, values, strict=True):
            self._interpreter.set_tensor(detail["index"], value.transpose(one.order).astype(detail["dtype"]))
        try:
            self._interpreter.invoke()
        except RuntimeError as error:
            raise Refused(
                Reason.NOT_CONVERTED, f"The interpreter cannot run the converted model: {first_line(error)}"
            ) from error
        return [self._interpreter.get_tensor(index) for index in self._outputs]


def number_kinds(model: OnnxModel) -> set[str]:
    """Returns the types of the numbers with which a model computes: of its constants, inputs and casts."""
    casts = [node.attributes.get("to") for node in model.nodes if node.op == "Cast"]
    cast_kinds = {TYPES[kind] for kind in casts if isinstance(kind, int) and kind in TYPES}
    return cast_kinds | {array.dtype.name for array in model.constants.values()} | {one.kind for one in model.inputs}


def inputs_to_json(translated_model: TranslatedModel) -> list[dict[str, Any]]:
    """Returns the inputs of a translated model, for the answer of a conversion."""
    return [
        {
            "name": each.name,
            "shape": list(each.shape),
            "source_shape": list(each.source_shape),
            "order": list(each.order),
        }
        for each in translated_model.inputs
    ]


def first_line(error: BaseException) -> str:
    """The first line of an error's text, for a sentence."""
    lines = [line for line in str(error).strip().splitlines() if line.strip()]
    return lines[0][:300] if lines else type(error).__name__
