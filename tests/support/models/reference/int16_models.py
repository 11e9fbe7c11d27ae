"""Small models of int16 (int16x8), for `make_models.py`: what they have beside the models of all kinds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tests.support.models.reference.float_models import reduced
from tests.support.models.reference.further_models import batch_matmul, transpose_conv
from tests.support.models.reference.logic_models import as_floats, compare
from tests.support.models.reference.model_layers import Layers
from tests.support.models.reference.model_values import ModelValue

Model = Callable[[Layers], list[ModelValue]]


def int16_models() -> Iterator[tuple[str, Model]]:
    """Yields the models by name."""
    yield "conv_2d_i16_per_tensor", _conv(per_channel=False)
    yield "conv_2d_i16_bias_of_32_bits", _conv(short_bias=True, activation="relu6")
    yield "conv_2d_i16_dilation_2x3", _conv(dilation=(2, 3), padding="valid", kernel=(2, 2))
    yield "conv_2d_i16_batch_2", lambda g: [g.conv(g.input((2, 4, 5, 3), "int16"), 3, stride=(2, 1))]
    yield "conv_2d_i16_groups", lambda g: [g.conv(g.input((1, 5, 5, 6), "int16"), 4, groups=2)]
    yield "conv_2d_i16_multiplier_above_1", _conv(kernel=(1, 1), weak=True)
    yield "depthwise_conv_2d_i16_per_tensor", lambda g: [g.depthwise(_image(g), 2, per_channel=False)]
    yield "fully_connected_i16_per_channel", _fully_connected(per_channel=True)
    yield "fully_connected_i16_bias_of_32_bits", _fully_connected(short_bias=True)
    yield "transpose_conv_i16_same", _transposed((6, 8), stride=(2, 2))
    yield "transpose_conv_i16_bias_of_32_bits", _transposed(short_bias=True)
    yield "transpose_conv_i16_no_bias", _transposed(bias=False)
    yield "batch_matmul_i16_one_for_all", _matrices((2, 3, 3, 4), (1, 4, 2))
    yield "batch_matmul_i16_transposed", _matrices((3, 4, 2), (3, 5, 4), turned=True)
    for op in ("ABS", "EXP", "LOG"):
        yield f"{op.lower()}_i16_plain", _unary(op, 0.02)
    yield "abs_i16_same_scale", _unary("ABS", 0.0473)
    for op in ("LOGISTIC", "TANH"):
        yield f"{op.lower()}_i16_power_of_two", _sigmoid(op, 2.0**-4)
    yield "tanh_i16_another_power_of_two", _sigmoid("TANH", 2.0**-3)
    for op in ("REDUCE_MAX", "REDUCE_MIN"):
        yield f"{op.lower()}_i16_image", lambda g, op=op: [reduced(g, op, _image(g), (1, 2), True)]  # type: ignore[misc]
    for op in ("LESS", "LESS_EQUAL", "GREATER", "GREATER_EQUAL"):
        yield f"{op.lower()}_i16_plain", _compared(op)
    for source, result in (("float32", "int16"), ("int16", "int16"), ("int16", "int8"), ("int8", "int16")):
        yield f"quantize_{_SHORT[source]}_to_{_SHORT[result]}", _converted("QUANTIZE", source, result)
    yield "quantize_u8_to_i16", _converted("QUANTIZE", "uint8", "int16")
    yield "dequantize_i16_to_f32", _converted("DEQUANTIZE", "int16", "float32")
    yield "chain_f32_around_i16", _float_around_int16


_SHORT = {"float32": "f32", "int8": "i8", "int16": "i16"}


def _image(g: Layers) -> ModelValue:
    return g.input((1, 5, 6, 3), "int16")


def _conv(**options: Any) -> Model:
    return lambda g: [g.conv(_image(g), 5, **options)]


def _fully_connected(**options: Any) -> Model:
    return lambda g: [g.fully_connected(g.input((2, 17), "int16"), 5, **options)]


def _transposed(size: tuple[int, int] = (3, 4), **options: Any) -> Model:
    return lambda g: [transpose_conv(g, g.input((1, 3, 4, 5), "int16"), size, 3, **options)]


def _matrices(left: tuple[int, ...], right: tuple[int, ...], turned: bool = False) -> Model:
    return lambda g: [
        batch_matmul(g, g.input(left, "int16", name="left"), g.input(right, "int16", name="right"), turned, turned)
    ]


def _unary(op: str, scale: float) -> Model:
    return lambda g: [g.unary(op, g.input((1, 333), "int16"), scale)]


def _sigmoid(op: str, scale: float) -> Model:
    return lambda g: [g.unary(op, g.input((1, 333), "int16", scale), 1 / 128)]


def _compared(op: str) -> Model:
    def model(g: Layers) -> list[ModelValue]:
        source = g.input((1, 4, 9), "int16", name="left")
        return [as_floats(g, compare(g, op, source, g.input((9,), "int16", name="right")))]

    return model


def _converted(op: str, source: str, result: str) -> Model:
    return lambda g: [g.convert(op, g.input((1, 333), source), result, None if result == "float32" else 0.061, 11)]


def _float_around_int16(g: Layers) -> list[ModelValue]:
    """Returns a model as converters export one whose inputs and outputs are floats."""
    source = g.convert("QUANTIZE", g.input((1, 6, 6, 3), "float32"), "int16", 0.0241)
    features = g.add(g.conv(source, 5, activation="relu"), g.depthwise(g.conv(source, 5, (1, 1))))
    pooled = g.pool(features, "AVERAGE_POOL_2D", (3, 3), (3, 3))
    return [g.convert("DEQUANTIZE", g.softmax(g.fully_connected(pooled, 4), 0.4), "float32")]
