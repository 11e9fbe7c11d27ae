"""Models of one layer with weights: convolutions, fully connected layers, pools."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tests.support.models.reference.model_layers import Layers
from tests.support.models.reference.model_values import ModelValue

Model = Callable[[Layers], list[ModelValue]]


def convolutions_models(kind: str) -> Iterator[tuple[str, Model]]:
    def model(
        shape: tuple[int, ...], channels: int, scale: float | None = None, zero: int = 3, **options: object
    ) -> Model:
        return lambda g: [g.conv(g.input(shape, kind, scale, zero), channels, **options)]  # type: ignore[arg-type]

    yield "conv_2d:same", model((1, 7, 6, 3), 5)
    yield "conv_2d:valid", model((1, 7, 6, 3), 5, padding="valid")
    yield "conv_2d:1x1_17_channels", model((1, 4, 3, 17), 17, kernel=(1, 1), activation="relu")
    yield "conv_2d:1_channel", model((1, 9, 9, 1), 1)
    yield "conv_2d:stride_2", model((1, 9, 8, 5), 3, 0.012, stride=(2, 2), activation="relu6")
    yield "conv_2d:stride_2_valid", model((1, 9, 8, 5), 3, stride=(2, 2), padding="valid")
    yield "conv_2d:stride_2x1", model((1, 8, 7, 3), 4, stride=(2, 1))
    yield "conv_2d:stride_3", model((1, 11, 10, 2), 3, stride=(3, 3), kernel=(2, 2))
    yield "conv_2d:dilation_2", model((1, 9, 9, 3), 2, dilation=(2, 2))
    yield "conv_2d:dilation_2x3_valid", model((1, 9, 11, 3), 2, dilation=(2, 3), padding="valid")
    yield "conv_2d:tall_kernel", model((1, 12, 3, 1), 5, kernel=(5, 1), padding="valid", activation="relu")
    yield "conv_2d:kernel_larger_than_input", model((1, 2, 3, 3), 3, kernel=(5, 5))
    yield "conv_2d:batch_2", model((2, 4, 5, 3), 3)
    yield "conv_2d:relu_n1", model((1, 5, 5, 3), 5, 0.003, activation="relu_n1")
    yield "conv_2d:groups", model((1, 5, 5, 6), 4, groups=2)
    if kind == "int8":
        yield "conv_2d:per_tensor", model((1, 7, 6, 3), 5, per_channel=False, activation="relu")
        yield "conv_2d:zero_points_at_the_ends", model((1, 6, 6, 3), 5, zero=-128, zero_point=127)
        yield "conv_2d:multiplier_above_1", model((1, 6, 6, 3), 5, kernel=(1, 1), weak=True)
        yield "conv_2d:saturating", model((1, 6, 6, 3), 5, 0.005, gain=4.0, activation="relu6")


def depthwise_models(kind: str) -> Iterator[tuple[str, Model]]:
    def model(
        shape: tuple[int, ...], multiplier: int = 1, scale: float | None = None, zero: int = 3, **options: object
    ) -> Model:
        return lambda g: [g.depthwise(g.input(shape, kind, scale, zero), multiplier, **options)]  # type: ignore[arg-type]

    yield "depthwise_conv_2d:same", model((1, 7, 6, 5))
    yield "depthwise_conv_2d:valid", model((1, 7, 6, 17), 1, 0.02, padding="valid", activation="relu6")
    yield "depthwise_conv_2d:1_channel_multiplier_8", model((1, 11, 9, 1), 8, kernel=(10, 8), stride=(2, 2))
    yield "depthwise_conv_2d:multiplier_3", model((1, 6, 5, 3), 3)
    yield "depthwise_conv_2d:stride_2", model((1, 9, 8, 5), stride=(2, 2), activation="relu")
    yield "depthwise_conv_2d:stride_1x2", model((1, 8, 9, 3), 2, stride=(1, 2), padding="valid")
    yield "depthwise_conv_2d:dilation_2", model((1, 9, 9, 3), dilation=(2, 2))
    yield "depthwise_conv_2d:no_bias", model((1, 5, 5, 3), bias=False)
    yield "depthwise_conv_2d:batch_2", model((2, 4, 5, 3))
    if kind == "int8":
        yield "depthwise_conv_2d:per_tensor", model((1, 7, 6, 5), per_channel=False)
        yield "depthwise_conv_2d:zero_points_at_the_ends", model((1, 6, 6, 3), zero=127, zero_point=-128)
        yield "depthwise_conv_2d:multiplier_above_1", model((1, 6, 6, 3), kernel=(2, 1), weak=True)


def fully_connected_models(kind: str) -> Iterator[tuple[str, Model]]:
    def model(
        shape: tuple[int, ...], units: int, scale: float | None = None, zero: int = 3, **options: object
    ) -> Model:
        return lambda g: [g.fully_connected(g.input(shape, kind, scale, zero), units, **options)]  # type: ignore[arg-type]

    yield "fully_connected:plain", model((1, 17), 5)
    yield "fully_connected:one_to_one", model((1, 1), 1)
    yield "fully_connected:relu", model((1, 33), 17, activation="relu")
    yield "fully_connected:relu6", model((1, 33), 9, 0.012, activation="relu6")
    yield "fully_connected:no_bias", model((1, 20), 5, bias=False)
    yield "fully_connected:batch_3", model((3, 9), 5)
    yield "fully_connected:rank_4", model((1, 2, 3, 5), 7)
    yield "fully_connected:keep_dimensions", model((1, 4, 5), 3, keep_dimensions=True)
    if kind == "int8":
        yield "fully_connected:per_channel", model((1, 17), 5, per_channel=True)
        yield "fully_connected:zero_points_at_the_ends", model((1, 17), 33, zero=127, zero_point=-128)
        yield "fully_connected:multiplier_above_1", model((1, 3), 17, weak=True)


def pools_models(kind: str) -> Iterator[tuple[str, Model]]:
    def model(op: str, shape: tuple[int, ...], **options: object) -> Model:
        return lambda g: [g.pool(g.input(shape, kind), op, **options)]  # type: ignore[arg-type]

    for op in ("AVERAGE_POOL_2D", "MAX_POOL_2D"):
        name = op.lower()
        yield f"{name}:plain", model(op, (1, 6, 8, 5))
        yield f"{name}:same", model(op, (1, 7, 5, 3), kernel=(3, 3), padding="same")
        yield f"{name}:overlapping", model(op, (1, 7, 6, 17), kernel=(3, 2), stride=(1, 1))
        yield f"{name}:whole_image", model(op, (1, 5, 4, 3), kernel=(5, 4), stride=(5, 4))
        yield f"{name}:relu", model(op, (1, 6, 6, 1), activation="relu")
        yield f"{name}:relu6_same", model(op, (2, 5, 5, 3), kernel=(3, 3), padding="same", activation="relu6")


def hybrids_models() -> Iterator[tuple[str, Model]]:
    """Floats with weights of int8."""

    def conv(shape: tuple[int, ...], **options: Any) -> Model:
        return lambda g: [g.conv(g.input(shape, "float32"), 5, hybrid=True, **options)]

    def fully_connected(shape: tuple[int, ...], **options: Any) -> Model:
        return lambda g: [g.fully_connected(g.input(shape, "float32"), 5, hybrid=True, **options)]

    yield "conv_2d_hybrid_per_tensor", conv((1, 7, 6, 3), per_channel=False, activation="relu")
    yield "conv_2d_hybrid_per_channel", conv((2, 7, 6, 3), stride=(2, 2))
    yield "conv_2d_hybrid_1x1", conv((1, 4, 3, 17), kernel=(1, 1), per_channel=False)
    yield "fully_connected_hybrid_symmetric", fully_connected((3, 17), activation="relu6")
    yield "fully_connected_hybrid_asymmetric", fully_connected((3, 17), asymmetric=True)
    yield "fully_connected_hybrid_per_channel", fully_connected((3, 17), per_channel=True, asymmetric=True)
    yield "fully_connected_hybrid_no_bias", fully_connected((1, 9), bias=False)


def halves_models() -> Iterator[tuple[str, Model]]:
    """int8 with weights of 4 bits."""
    shape = (1, 5, 6, 3)
    yield "conv_2d_i8_weights_of_4_bits", lambda g: [g.conv(g.input(shape, "int8"), 5, halves=True, activation="relu")]
    yield "conv_2d_i8_1x1_weights_of_4_bits", lambda g: [g.conv(g.input(shape, "int8"), 3, kernel=(1, 1), halves=True)]
    yield "depthwise_conv_2d_i8_weights_of_4_bits", lambda g: [g.depthwise(g.input(shape, "int8"), 1, halves=True)]
    yield "fully_connected_i8_weights_of_4_bits", lambda g: [g.fully_connected(g.input((2, 7), "int8"), 5, halves=True)]
