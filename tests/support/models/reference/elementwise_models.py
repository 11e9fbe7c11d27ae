"""Models of one operator on each element, or along an axis."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ai_edge_litert import schema_py_generated as schema

from tests.support.models.reference.layer_models import Model
from tests.support.models.reference.model_layers import Layers
from tests.support.models.reference.model_values import SHARES, ModelValue


def other_models(kind: str) -> Iterator[tuple[str, Model]]:
    yield "reshape:flat", lambda g: [g.reshape(g.input((1, 3, 5, 2), kind), (1, 30))]
    yield "reshape:inferred", lambda g: [g.reshape(g.input((1, 3, 5, 2), kind), (1, 10, 3), (1, -1, 3))]
    yield "reshape:in_options", lambda g: [g.reshape(g.input((1, 12), kind), (1, 2, 6), (1, 2, 6), as_tensor=False)]
    yield "reshape:inferred_in_options", lambda g: [g.reshape(g.input((1, 12), kind), (2, 6), (-1, 6), as_tensor=False)]
    yield "softmax:rank_2", lambda g: [g.softmax(g.input((1, 17), kind))]
    yield "softmax:one", lambda g: [g.softmax(g.input((1, 1), kind))]
    yield "softmax:rows", lambda g: [g.softmax(g.input((5, 3), kind))]
    yield "softmax:rank_4", lambda g: [g.softmax(g.input((1, 2, 3, 5), kind))]
    yield "softmax:beta", lambda g: [g.softmax(g.input((1, 9), kind), 0.5)]
    yield "softmax:wide_scale", lambda g: [g.softmax(g.input((1, 12), kind, 0.9))]
    yield "softmax:narrow_scale", lambda g: [g.softmax(g.input((1, 12), kind, 0.003))]
    for name, left, right in (
        ("same_shape", (1, 3, 4, 5), (1, 3, 4, 5)),
        ("channel", (1, 3, 4, 5), (5,)),
        ("scalar", (1, 3, 4, 5), (1,)),
        ("both_broadcast", (1, 3, 1, 5), (1, 1, 4, 5)),
        ("right_is_larger", (1, 1, 1, 5), (1, 3, 2, 5)),
        ("rank_2", (1, 17), (1, 17)),
    ):
        yield f"add:{name}", add_model(kind, left, right)
    yield "add:relu", add_model(kind, (1, 3, 4, 5), (1, 3, 4, 5), "relu")
    yield "add:relu6", add_model(kind, (1, 3, 4, 5), (1, 3, 4, 5), "relu6")
    yield "add:constant", lambda g: [g.add(g.input((1, 3, 4, 5), kind), g.constant((5,), kind))]
    yield "add:constant_first", lambda g: [g.add(g.constant((1, 1, 4, 1), kind), g.input((1, 3, 4, 5), kind))]
    yield "add:with_itself", _add_with_itself(kind)
    if kind == "int8":
        yield "softmax:many_rows", lambda g: [g.softmax(g.input((600, 7), kind))]
        yield "add:saturating", add_model(kind, (1, 3, 4, 5), (1, 3, 4, 5), scale=0.02)


def binary_models(kind: str) -> Iterator[tuple[str, Model]]:
    """Ops of two inputs, and activations."""
    for op in ("SUB", "MUL", *(("DIV",) if kind == "float32" else ())):
        name = op.lower()
        scale = 0.03 if op == "MUL" else None
        yield f"{name}:same_shape", add_model(kind, (1, 3, 4, 5), (1, 3, 4, 5), scale=scale, op=op)
        yield f"{name}:channel", add_model(kind, (1, 3, 4, 5), (5,), scale=scale, op=op)
        yield f"{name}:right_is_larger", add_model(kind, (1, 1, 1, 5), (1, 3, 2, 5), scale=scale, op=op)
        yield f"{name}:relu6", add_model(kind, (1, 3, 4, 5), (1, 3, 4, 5), "relu6", scale=scale, op=op)
        yield f"{name}:constant", _with_constant(kind, op, scale)
    for op in ("MINIMUM", "MAXIMUM"):
        yield f"{op.lower()}:same_shape", extreme_model(kind, op, (1, 3, 4, 5))
        yield f"{op.lower()}:scalar", extreme_model(kind, op, (1,))
    for op in ("RELU", "RELU6", *(("RELU_N1_TO_1",) if kind == "float32" else ())):
        yield f"{op.lower()}:plain", activation_model(kind, op, 0.051)
        yield f"{op.lower()}:fine", activation_model(kind, op, 0.009)
    yield "leaky_relu:plain", activation_model(kind, "LEAKY_RELU", 0.05, 0.3)
    yield "leaky_relu:steep", activation_model(kind, "LEAKY_RELU", 0.021, 1.7)
    yield "chain:conv_relu", lambda g: [g.activation("RELU6", g.conv(g.input((1, 5, 5, 3), kind), 4), 0.03)]


def along_channels() -> Any:
    options = schema.ConcatenationOptionsT()
    options.axis = 3
    return options


def reductions_models(kind: str) -> Iterator[tuple[str, Model]]:
    def model(op: str, shape: tuple[int, ...], axes: tuple[int, ...], **options: Any) -> Model:
        return lambda g: [g.reduce(op, g.input(shape, kind), axes, **options)]

    for op, scale in (("MEAN", 0.031), *((("SUM", 0.43),) if kind not in ("int8", "int16") else ())):
        yield f"{op.lower()}:image", model(op, (1, 5, 4, 6), (1, 2), keep=True, scale=scale)
        yield f"{op.lower()}:last", model(op, (2, 3, 17), (-1,), scale=scale)
        yield f"{op.lower()}:first_and_last", model(op, (3, 4, 5), (0, 2), scale=scale)
    yield "mean:coarse", model("MEAN", (1, 96, 2), (1,), scale=0.0021)


def functions_models(kind: str) -> Iterator[tuple[str, Model]]:
    """Elementwise ops of one input."""

    def model(op: str, input_scale: float, scale: float, zero_point: int, input_zero_point: int = 3) -> Model:
        if kind == "float32":
            return lambda g: [g.unary(op, g.input((1, 99), kind))]
        return lambda g: [g.unary(op, g.input((1, 256), kind, input_scale, input_zero_point), scale, zero_point)]

    if kind == "int8":  # results that lie just below halves
        yield "logistic:almost_halves", model("LOGISTIC", 1 / 256, 1 / 256, -128, -128)
        yield "tanh:almost_halves", model("TANH", 1 / 256, 1 / 128, 0, -128)
    for detail, input_scale in (("fine", 0.011), ("plain", 0.0473), ("coarse", 0.31)):
        yield f"logistic:{detail}", model("LOGISTIC", input_scale, *SHARES.get(kind, (0, 0)))
        yield f"tanh:{detail}", model("TANH", input_scale, 1 / 128, 0)
        yield f"hard_swish:{detail}", model("HARD_SWISH", input_scale, input_scale * 0.7, -31)
        yield f"elu:{detail}", model("ELU", input_scale, input_scale * 0.7, -31)
    if kind == "int8":
        yield "elu:of_negatives", model("ELU", 0.023, 1 / 256, 127, 127)
        yield "elu:of_positives", model("ELU", 0.023, 0.03, -128, -128)
        yield "elu:saturating", model("ELU", 0.05, 0.0013, 100)
    if kind == "float32":
        for op in ("ABS", "CEIL", "EXP", "FLOOR", "NEG", "ROUND", "SQUARE"):
            yield f"{op.lower()}:plain", model(op, 0, 0, 0)
        for op in ("SQRT", "RSQRT"):
            yield f"{op.lower()}:of_squares", _of_squares(op)
        yield "squared_difference:channel", _squared_difference


def _of_squares(op: str) -> Model:
    return lambda g: [g.unary(op, g.unary("SQUARE", g.input((1, 99), "float32")))]


def _squared_difference(g: Layers) -> list[ModelValue]:
    left, right = g.input((1, 3, 4, 5), "float32", name="left"), g.input((5,), "float32", name="right")
    return [g.extreme("SQUARED_DIFFERENCE", left, right)]


def _with_constant(kind: str, op: str, scale: float | None) -> Model:
    return lambda g: [g.add(g.input((1, 3, 4, 5), kind), g.constant((5,), kind), scale=scale, op=op)]


def extreme_model(kind: str, op: str, right: tuple[int, ...]) -> Model:
    return lambda g: [g.extreme(op, g.input((1, 3, 4, 5), kind, name="left"), g.input(right, kind, name="right"))]


def activation_model(kind: str, op: str, scale: float, alpha: float | None = None) -> Model:
    return lambda g: [g.activation(op, g.input((1, 256), kind), scale if kind != "float32" else None, alpha=alpha)]


def add_model(
    kind: str,
    left: tuple[int, ...],
    right: tuple[int, ...],
    activation: str = "none",
    scale: float | None = None,
    op: str = "ADD",
) -> Model:
    return lambda g: [
        g.add(
            g.input(left, kind, name="left"),
            g.input(right, kind, 0.113, -17, name="right"),
            activation,
            scale,
            op=op,
        )
    ]


def _add_with_itself(kind: str) -> Model:
    def build(g: Layers) -> list[ModelValue]:
        source = g.input((1, 3, 4, 5), kind)
        return [g.add(source, source)]

    return build


def conversions_models() -> Iterator[tuple[str, Model]]:
    yield "quantize_f32_to_i8", lambda g: [g.convert("QUANTIZE", g.input((1, 4, 33), "float32"), "int8", 0.013, -4)]
    yield "quantize_f32_to_i8_coarse", lambda g: [g.convert("QUANTIZE", g.input((1, 99), "float32"), "int8", 0.5, 127)]
    yield "quantize_i8_to_i8", lambda g: [g.convert("QUANTIZE", g.input((1, 256), "int8"), "int8", 0.061, 11)]
    yield "quantize_i8_to_i8_finer", lambda g: [g.convert("QUANTIZE", g.input((1, 256), "int8"), "int8", 0.011, -7)]
    yield (
        "quantize_i8_to_i8_same_scale",
        lambda g: [g.convert("QUANTIZE", g.input((1, 256), "int8"), "int8", 0.0473, -7)],
    )
    yield "quantize_f32_to_u8", lambda g: [g.convert("QUANTIZE", g.input((1, 4, 33), "float32"), "uint8", 0.013, -4)]
    yield "quantize_u8_to_i8", lambda g: [g.convert("QUANTIZE", g.input((1, 256), "uint8"), "int8", 0.061, 11)]
    yield "dequantize_u8_to_f32", lambda g: [g.convert("DEQUANTIZE", g.input((1, 5, 51), "uint8"), "float32")]
    yield "dequantize_i8_to_f32", lambda g: [g.convert("DEQUANTIZE", g.input((1, 5, 51), "int8"), "float32")]
    yield "chain_f32_around_i8", _float_around_int8


def _float_around_int8(g: Layers) -> list[ModelValue]:
    source = g.convert("QUANTIZE", g.input((1, 6, 6, 3), "float32"), "int8", 0.0241, 2)
    features = g.conv(source, 5, activation="relu")
    return [g.convert("DEQUANTIZE", g.softmax(g.fully_connected(features, 4), 0.02), "float32")]
