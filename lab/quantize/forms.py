"""The forms in which a model can be stored, and the recipe of the quantiser for each."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True)
class Form:
    """One form. `weights` and `activations` are bits, 0 where they stay floats; `is_static` forms need samples, from
    which the ranges of activations are measured."""

    name: str
    summary: str
    weights: int = 0
    activations: int = 0
    is_by_channel: bool = True

    @property
    def is_static(self) -> bool:
        return self.activations > 0


FLOAT: Final = "float32"
FORMS: Final[Mapping[str, Form]] = {
    each.name: each
    for each in [
        Form("float32", "as it came"),
        Form("float16", "weights of 16 bits, computed as floats", weights=16),
        Form("dynamic", "weights of 8 bits, computed as floats", weights=8),
        Form("int8", "weights and activations of 8 bits, a scale for each channel", weights=8, activations=8),
        Form(
            "int8-tensor",
            "weights and activations of 8 bits, one scale for each tensor",
            weights=8,
            activations=8,
            is_by_channel=False,
        ),
        Form("int16x8", "weights of 8 bits, activations of 16", weights=8, activations=16),
    ]
}
"""All forms, by name. `mixed` is one of them with layers that stay floats."""

TENSORFLOW_INT8: Final = Form(
    "int8-tensorflow", "int8 by TensorFlow's own quantiser, of Keras models", weights=8, activations=8
)
"""The second choice for a Keras model: TensorFlow makes it of the source, and not the quantiser of the float model."""

Recipe = list[dict[str, Any]]


def recipe(form: Form, floats: Sequence[str] = (), *, float_interface: bool = False) -> Recipe:
    """The quantiser's settings. `floats` are names of tensors whose operators stay floats; with `float_interface`
    the inputs and outputs of the model do.

    Raises `ValueError` for a form without quantisation.
    """
    if not form.weights:
        raise ValueError("a model of floats needs no recipe")
    weights = {
        "num_bits": form.weights,
        "symmetric": True,
        "granularity": "CHANNELWISE" if form.is_by_channel else "TENSORWISE",
        "dtype": "FLOAT" if form.weights == 16 else "INT",
    }
    config: dict[str, Any] = {"weight_tensor_config": weights, "min_weight_elements": 0}
    if form.weights == 16:
        algorithm = "float_casting"
        config |= {"compute_precision": "FLOAT", "explicit_dequantize": True}
    else:
        algorithm = "min_max_uniform_quantize"
        config |= {"compute_precision": "INTEGER", "explicit_dequantize": False}
    if form.is_static:
        config["activation_tensor_config"] = {
            "num_bits": form.activations,
            "symmetric": form.activations == 16,
            "granularity": "TENSORWISE",
            "dtype": "INT",
        }
    every = {"regex": ".*", "operation": "*", "algorithm_key": algorithm, "op_config": config}
    ends = [_unchanged_end(name) for name in ("INPUT", "OUTPUT")] if float_interface else []
    return [every, *(_unchanged_operator(name) for name in floats), *ends]


def _unchanged_end(operation: str) -> dict[str, Any]:
    """The inputs, or the outputs, stay as they are."""
    return {"regex": ".*", "operation": operation, "algorithm_key": "no_quantize", "op_config": {}}


def _unchanged_operator(name: str) -> dict[str, Any]:
    """The operator that gives a tensor stays as it is. The quantiser looks names up with `;` behind each of them."""
    return {"regex": f"(^|;){re.escape(name)}(;|$)", "operation": "*", "algorithm_key": "no_quantize", "op_config": {}}
