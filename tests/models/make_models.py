"""Packs the small models beside it, with what TensorFlow Lite's reference kernels answer to seeded inputs.

Run `python -m tests.models.make_models` after a change. Weights and inputs come from the model's name alone.
"""

from __future__ import annotations

import base64
import itertools
import json
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from numpy.random import Generator, default_rng

from rune.compiler.anvil.ops.reduction.mean import SUM_OF_INT8
from tests.models.attention_models import attention_models
from tests.models.control_models import control_models
from tests.models.detection_models import detection_models
from tests.models.float_models import float_models
from tests.models.further_models import batch_matmul, further_models
from tests.models.int16_models import int16_models
from tests.models.logic_models import logic_models
from tests.models.lookup_models import lookup_models
from tests.models.model_layers import SHARES, Layers, Value
from tests.models.state_models import state_models
from tests.support.models.model_cases import COMPILED, REFUSED
from tests.support.packed import write_packed

RUNS = 3

Model = Callable[[Layers], list[Value]]

_NOT_OF_INT16 = ("depth_to_space", "gather:while", "hard_swish", "prelu", "space_to_depth", "sum", "arg_")
"""How names of models begin that int16 does not have: LiteRT's reference kernels refuse them, or compute nonsense."""

_MOST_OF_INT16 = {
    "add": 8,
    "average_pool_2d": 2,
    "chain": 8,
    "conv_2d": 4,
    "depthwise_conv_2d": 4,
    "fully_connected": 5,
    "leaky_relu": 2,
    "logistic": 3,
    "max_pool_2d": 2,
    "mean": 3,
    "mul": 5,
    "relu": 2,
    "relu6": 2,
    "resize_bilinear": 3,
    "softmax": 8,
    "sub": 4,
    "tanh": 3,
}
"""How many models of an operator int16 has too; one of each that only moves numbers."""

_SOME_OF_UINT8 = (
    "concatenation:channels",
    "hard_swish:plain",
    "logistic:plain",
    "mean:image",
    "pad:image",
    "slice:plain",
    "split:channels",
    "sum:image",
)
"""Models that uint8 has too, of ops that do with it as with int8."""


def models() -> Iterator[tuple[str, Model]]:
    """Every model that can be compiled, by name: the operator, the type, what is particular about it."""
    of_int16: Counter[str] = Counter()
    for kind, short in (("float32", "f32"), ("int8", "i8"), ("int16", "i16")):
        for name, model in itertools.chain(
            _convolutions(kind),
            _depthwise(kind),
            _fully_connected(kind),
            _pools(kind),
            _others(kind),
            _binary(kind),
            _resizes(kind),
            _moves(kind),
            _joins(kind),
            _reductions(kind),
            _functions(kind),
            _chains(kind),
        ):
            operator, _, detail = name.partition(":")
            if kind == "int16":
                of_int16[operator] += 1
                if name.startswith(_NOT_OF_INT16) or of_int16[operator] > _MOST_OF_INT16.get(operator, 1):
                    continue
            yield f"{operator}_{short}_{detail}", model
    yield from _conversions()
    yield from _hybrids()
    yield from _halves()
    yield from int16_models()
    yield from further_models()
    yield from state_models()
    yield from logic_models()
    yield from control_models()
    yield from float_models()
    yield from lookup_models()
    yield from detection_models()
    yield from attention_models()
    for name, model in _unsigned():
        operator, _, detail = name.partition(":")
        yield f"{operator}_u8_{detail}", model


def _convolutions(kind: str) -> Iterator[tuple[str, Model]]:
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


def _depthwise(kind: str) -> Iterator[tuple[str, Model]]:
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


def _fully_connected(kind: str) -> Iterator[tuple[str, Model]]:
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


def _pools(kind: str) -> Iterator[tuple[str, Model]]:
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


def _hybrids() -> Iterator[tuple[str, Model]]:
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


def _halves() -> Iterator[tuple[str, Model]]:
    """int8 with weights of 4 bits."""
    shape = (1, 5, 6, 3)
    yield "conv_2d_i8_weights_of_4_bits", lambda g: [g.conv(g.input(shape, "int8"), 5, halves=True, activation="relu")]
    yield "conv_2d_i8_1x1_weights_of_4_bits", lambda g: [g.conv(g.input(shape, "int8"), 3, kernel=(1, 1), halves=True)]
    yield "depthwise_conv_2d_i8_weights_of_4_bits", lambda g: [g.depthwise(g.input(shape, "int8"), 1, halves=True)]
    yield "fully_connected_i8_weights_of_4_bits", lambda g: [g.fully_connected(g.input((2, 7), "int8"), 5, halves=True)]


def _unsigned() -> Iterator[tuple[str, Model]]:
    """The peculiarities of uint8: weights with a zero point, and other roundings. All else is int8 with flipped
    bits."""
    alike = itertools.chain(
        _convolutions("uint8"), _depthwise("uint8"), _fully_connected("uint8"), _pools("uint8"), _chains("uint8")
    )
    details = ("same", "1x1_17_channels", "1_channel_multiplier_8", "dilation_2", "no_bias", "plain", "whole_image")
    for name, model in alike:
        if name.startswith("chain") or name.partition(":")[2] in details:
            yield name, model
    yield "conv_2d:groups", lambda g: [g.conv(g.input((1, 5, 5, 6), "uint8"), 4, groups=2)]
    yield "softmax:rows", lambda g: [g.softmax(g.input((5, 3), "uint8"))]
    yield "add:channel", _add("uint8", (1, 3, 4, 5), (5,))
    yield "add:constant", lambda g: [g.add(g.input((1, 3, 4, 5), "uint8"), g.constant((5,), "uint8"))]
    yield "mul:same_shape", _add("uint8", (1, 3, 4, 5), (1, 3, 4, 5), scale=0.03, op="MUL")
    yield "sub:same_shape", _add("uint8", (1, 3, 4, 5), (1, 3, 4, 5), op="SUB")
    yield "minimum:same_shape", _extreme("uint8", "MINIMUM", (1, 3, 4, 5))
    yield "maximum:scalar", _extreme("uint8", "MAXIMUM", (1,))
    yield "relu:plain", _activation("uint8", "RELU", 0.051)
    yield "relu6:plain", _activation("uint8", "RELU6", 0.051)
    yield from _resizes("uint8")
    some = (_reductions("uint8"), _functions("uint8"), _moves("uint8"), _joins("uint8"))
    for name, model in itertools.chain(*some):
        if name in _SOME_OF_UINT8:
            yield name, model
    yield "leaky_relu:plain", _activation("uint8", "LEAKY_RELU", 0.05, 0.3)


def _others(kind: str) -> Iterator[tuple[str, Model]]:
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
        yield f"add:{name}", _add(kind, left, right)
    yield "add:relu", _add(kind, (1, 3, 4, 5), (1, 3, 4, 5), "relu")
    yield "add:relu6", _add(kind, (1, 3, 4, 5), (1, 3, 4, 5), "relu6")
    yield "add:constant", lambda g: [g.add(g.input((1, 3, 4, 5), kind), g.constant((5,), kind))]
    yield "add:constant_first", lambda g: [g.add(g.constant((1, 1, 4, 1), kind), g.input((1, 3, 4, 5), kind))]
    yield "add:with_itself", _add_with_itself(kind)
    if kind == "int8":
        yield "softmax:many_rows", lambda g: [g.softmax(g.input((600, 7), kind))]
        yield "add:saturating", _add(kind, (1, 3, 4, 5), (1, 3, 4, 5), scale=0.02)


def _binary(kind: str) -> Iterator[tuple[str, Model]]:
    """Ops of two inputs, and activations."""
    for op in ("SUB", "MUL", *(("DIV",) if kind == "float32" else ())):
        name = op.lower()
        scale = 0.03 if op == "MUL" else None
        yield f"{name}:same_shape", _add(kind, (1, 3, 4, 5), (1, 3, 4, 5), scale=scale, op=op)
        yield f"{name}:channel", _add(kind, (1, 3, 4, 5), (5,), scale=scale, op=op)
        yield f"{name}:right_is_larger", _add(kind, (1, 1, 1, 5), (1, 3, 2, 5), scale=scale, op=op)
        yield f"{name}:relu6", _add(kind, (1, 3, 4, 5), (1, 3, 4, 5), "relu6", scale=scale, op=op)
        yield f"{name}:constant", _with_constant(kind, op, scale)
    for op in ("MINIMUM", "MAXIMUM"):
        yield f"{op.lower()}:same_shape", _extreme(kind, op, (1, 3, 4, 5))
        yield f"{op.lower()}:scalar", _extreme(kind, op, (1,))
    for op in ("RELU", "RELU6", *(("RELU_N1_TO_1",) if kind == "float32" else ())):
        yield f"{op.lower()}:plain", _activation(kind, op, 0.051)
        yield f"{op.lower()}:fine", _activation(kind, op, 0.009)
    yield "leaky_relu:plain", _activation(kind, "LEAKY_RELU", 0.05, 0.3)
    yield "leaky_relu:steep", _activation(kind, "LEAKY_RELU", 0.021, 1.7)
    yield "chain:conv_relu", lambda g: [g.activation("RELU6", g.conv(g.input((1, 5, 5, 3), kind), 4), 0.03)]


def _resizes(kind: str) -> Iterator[tuple[str, Model]]:
    def model(size: tuple[int, int], **options: bool) -> Model:
        return lambda g: [g.resize(g.input((1, 5, 4, 3), kind), size, **options)]

    yield "resize_bilinear:twice", model((10, 8))
    yield "resize_bilinear:half_pixels", model((10, 8), half=True)
    yield "resize_bilinear:corners", model((7, 9), align_corners=True)
    yield "resize_bilinear:smaller", model((2, 3), half=True)
    yield "resize_bilinear:one_pixel", model((1, 1))
    yield "resize_bilinear:batch_2", lambda g: [g.resize(g.input((2, 3, 2, 9), kind), (5, 7), half=True)]


def _moves(kind: str) -> Iterator[tuple[str, Model]]:
    """Ops that move elements."""

    def model(
        op: str,
        shape: tuple[int, ...],
        result: tuple[int, ...],
        constants: Sequence[object] = (),
        options: object = None,
    ) -> Model:
        return lambda g: [g.move(op, g.input(shape, kind), result, constants, options)]

    def options_of(name: str, **fields: object) -> object:
        options = getattr(schema, f"{name}OptionsT")()
        for field, value in fields.items():
            setattr(options, field, value)
        return options

    def padded_with(g: Layers) -> list[Value]:
        source = g.input((1, 2, 3, 2), kind)
        scales = (source.scale or 1.0, source.zero_point)
        return [
            g.move("PADV2", source, (1, 4, 3, 4), ([[0, 0], [2, 0], [0, 0], [1, 1]], g.constant((1,), kind, *scales)))
        ]

    yield "pad:image", model("PAD", (1, 3, 4, 2), (1, 6, 5, 2), ([[0, 0], [1, 2], [0, 1], [0, 0]],))
    yield "pad:rank_2", model("PAD", (2, 3), (4, 8), ([[1, 1], [0, 5]],))
    yield "padv2:plain", padded_with
    reflect, symmetric = (options_of("MirrorPad", mode=mode) for mode in (0, 1))
    yield (
        "mirror_pad:reflect",
        model("MIRROR_PAD", (1, 4, 3, 2), (1, 7, 5, 2), ([[0, 0], [3, 0], [1, 1], [0, 0]],), reflect),
    )
    yield "mirror_pad:symmetric", model("MIRROR_PAD", (2, 3), (4, 8), ([[1, 1], [2, 3]],), symmetric)
    yield "transpose:image", model("TRANSPOSE", (1, 3, 4, 5), (1, 5, 3, 4), ([0, 3, 1, 2],))
    yield "transpose:rank_2", model("TRANSPOSE", (3, 7), (7, 3), ([1, 0],))
    yield "slice:plain", model("SLICE", (1, 5, 4, 6), (1, 2, 4, 3), ([0, 2, 0, 1], [1, 2, -1, 3]))
    yield "slice:rows", model("SLICE", (5, 12), (2, 12), ([3, 0], [2, 12]))
    strided = options_of("StridedSlice", beginMask=2, endMask=4, shrinkAxisMask=1)
    yield "strided_slice:masks", model("STRIDED_SLICE", (3, 5, 6), (2, 3), ([1, 9, -5], [2, 4, 1], [1, 2, 2]), strided)
    backwards = options_of("StridedSlice", beginMask=2, endMask=2)
    yield "strided_slice:backwards", model("STRIDED_SLICE", (3, 5), (2, 5), ([-1, 0], [0, 0], [-1, -1]), backwards)
    yield "gather:columns", model("GATHER", (2, 5, 3), (2, 4, 3), ([4, 0, 0, 2],), options_of("Gather", axis=1))
    yield "reverse_v2:plain", model("REVERSE_V2", (2, 4, 3), (2, 4, 3), ([1],))
    yield "tile:plain", model("TILE", (2, 3), (4, 9), ([2, 3],))
    yield "broadcast_to:plain", model("BROADCAST_TO", (3, 1), (2, 3, 4), ([2, 3, 4],))
    block = options_of("SpaceToDepth", blockSize=2)
    yield "space_to_depth:plain", model("SPACE_TO_DEPTH", (1, 4, 6, 3), (1, 2, 3, 12), (), block)
    block = options_of("DepthToSpace", blockSize=2)
    yield "depth_to_space:plain", model("DEPTH_TO_SPACE", (1, 2, 3, 8), (1, 4, 6, 2), (), block)
    yield "expand_dims:plain", model("EXPAND_DIMS", (2, 3), (2, 1, 3), ([1],))
    yield "squeeze:plain", model("SQUEEZE", (1, 2, 1, 3), (2, 3), (), options_of("Squeeze", squeezeDims=[0, 2]))
    for detail, size, corners, half in (
        ("twice", (10, 8), False, False),
        ("half_pixels", (7, 9), False, True),
        ("corners", (9, 7), True, False),
    ):
        options = options_of("ResizeNearestNeighbor", alignCorners=corners, halfPixelCenters=half)
        yield (
            f"resize_nearest_neighbor:{detail}",
            model("RESIZE_NEAREST_NEIGHBOR", (1, 5, 4, 3), (1, *size, 3), (size,), options),
        )


def _joins(kind: str) -> Iterator[tuple[str, Model]]:
    """Ops that make one tensor of several, or several of one."""

    def joined(op: str, shapes: tuple[tuple[int, ...], ...], result: tuple[int, ...], axis: int) -> Model:
        options = schema.ConcatenationOptionsT() if op == "CONCATENATION" else schema.PackOptionsT()
        options.axis, options.valuesCount = axis, len(shapes)
        return lambda g: [
            g.join(op, [g.input(shape, kind, name=f"input_{i}") for i, shape in enumerate(shapes)], result, options)
        ]

    def split(
        op: str, inputs: tuple[object, ...], shapes: tuple[tuple[int, ...], ...], options: object = None
    ) -> Model:
        return lambda g: g.split(op, g.input((1, 3, 6), kind), shapes, inputs, options)

    yield "concatenation:channels", joined("CONCATENATION", ((1, 3, 2), (1, 3, 5), (1, 3, 1)), (1, 3, 8), -1)
    yield "concatenation:rows", joined("CONCATENATION", ((2, 3), (4, 3)), (6, 3), 0)
    yield "pack:plain", joined("PACK", ((2, 3), (2, 3)), (2, 2, 3), 1)
    yield "split:channels", split("SPLIT", ([2], None), ((1, 3, 2),) * 3)
    yield "split_v:channels", split("SPLIT_V", (None, [1, 5], [-1]), ((1, 3, 1), (1, 3, 5)))
    unpacked = schema.UnpackOptionsT()
    unpacked.num, unpacked.axis = 3, 1
    yield "unpack:rows", split("UNPACK", (None,), ((1, 6),) * 3, unpacked)
    yield "chain:two_branches", lambda g: _branches(g, kind)


def _branches(g: Layers, kind: str) -> list[Value]:
    source = g.input((1, 6, 6, 4), kind)
    left, right = g.split("SPLIT", source, ((1, 6, 6, 2), (1, 6, 6, 2)), ([3], None), None)
    shape = g.conv(left, 3).shape
    other = g.pool(right, "MAX_POOL_2D", (1, 1), (1, 1))
    return [g.join("CONCATENATION", [left, other], (*shape[:3], 4), _along_channels())]


def _along_channels() -> Any:
    options = schema.ConcatenationOptionsT()
    options.axis = 3
    return options


def _reductions(kind: str) -> Iterator[tuple[str, Model]]:
    def model(op: str, shape: tuple[int, ...], axes: tuple[int, ...], **options: Any) -> Model:
        return lambda g: [g.reduce(op, g.input(shape, kind), axes, **options)]

    for op, scale in (("MEAN", 0.031), *((("SUM", 0.43),) if kind not in ("int8", "int16") else ())):
        yield f"{op.lower()}:image", model(op, (1, 5, 4, 6), (1, 2), keep=True, scale=scale)
        yield f"{op.lower()}:last", model(op, (2, 3, 17), (-1,), scale=scale)
        yield f"{op.lower()}:first_and_last", model(op, (3, 4, 5), (0, 2), scale=scale)
    yield "mean:coarse", model("MEAN", (1, 96, 2), (1,), scale=0.0021)


def _functions(kind: str) -> Iterator[tuple[str, Model]]:
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
    if kind == "float32":
        for op in ("ABS", "EXP", "FLOOR", "NEG", "SQUARE"):
            yield f"{op.lower()}:plain", model(op, 0, 0, 0)
        for op in ("SQRT", "RSQRT"):
            yield f"{op.lower()}:of_squares", _of_squares(op)
        yield "squared_difference:channel", _squared_difference


def _of_squares(op: str) -> Model:
    return lambda g: [g.unary(op, g.unary("SQUARE", g.input((1, 99), "float32")))]


def _squared_difference(g: Layers) -> list[Value]:
    left, right = g.input((1, 3, 4, 5), "float32", name="left"), g.input((5,), "float32", name="right")
    return [g.extreme("SQUARED_DIFFERENCE", left, right)]


def _with_constant(kind: str, op: str, scale: float | None) -> Model:
    return lambda g: [g.add(g.input((1, 3, 4, 5), kind), g.constant((5,), kind), scale=scale, op=op)]


def _extreme(kind: str, op: str, right: tuple[int, ...]) -> Model:
    return lambda g: [g.extreme(op, g.input((1, 3, 4, 5), kind, name="left"), g.input(right, kind, name="right"))]


def _activation(kind: str, op: str, scale: float, alpha: float | None = None) -> Model:
    return lambda g: [g.activation(op, g.input((1, 256), kind), scale if kind != "float32" else None, alpha=alpha)]


def _add(
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
    def build(g: Layers) -> list[Value]:
        source = g.input((1, 3, 4, 5), kind)
        return [g.add(source, source)]

    return build


def _conversions() -> Iterator[tuple[str, Model]]:
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


def _float_around_int8(g: Layers) -> list[Value]:
    source = g.convert("QUANTIZE", g.input((1, 6, 6, 3), "float32"), "int8", 0.0241, 2)
    hidden = g.conv(source, 5, activation="relu")
    return [g.convert("DEQUANTIZE", g.softmax(g.fully_connected(hidden, 4), 0.02), "float32")]


def _chains(kind: str) -> Iterator[tuple[str, Model]]:
    yield "chain:residual", lambda g: _residual(g, kind)
    yield "chain:two_inputs_two_outputs", lambda g: _two_and_two(g, kind)
    yield "chain:input_is_output_too", lambda g: _passed_through(g, kind)
    yield "chain:dense", lambda g: _dense(g, kind)
    yield (
        "chain:padded_conv",
        lambda g: [g.conv(_framed(g, kind), 5, stride=(2, 2), padding="valid", activation="relu")],
    )
    yield "chain:padded_depthwise", lambda g: [g.depthwise(_framed(g, kind), stride=(2, 2))]
    yield "chain:joined_rows", lambda g: _joined_rows(g, kind)


def _framed(g: Layers, kind: str) -> Value:
    """An image with a frame of other widths on each side."""
    return g.move("PAD", g.input((2, 6, 5, 3), kind), (2, 9, 8, 3), ([[0, 0], [1, 2], [0, 3], [0, 0]],))


def _joined_rows(g: Layers, kind: str) -> list[Value]:
    """Rows that are joined, and parts of them that are added to others of them."""
    source = g.input((1, 4, 3, 2), kind)
    options: Any = schema.ConcatenationOptionsT()
    options.axis = 1
    pooled = g.pool(source, "MAX_POOL_2D", (1, 1), (1, 1))
    other = g.pool(source, "AVERAGE_POOL_2D", (2, 1), (2, 1))
    joined = g.join("CONCATENATION", [pooled, other], (1, 6, 3, 2), options)
    upper = g.move("SLICE", joined, (1, 4, 3, 2), ([0, 0, 0, 0], [1, 4, 3, 2]))
    lower = g.move("SLICE", joined, (1, 4, 3, 2), ([0, 2, 0, 0], [1, 4, 3, 2]))
    return [g.add(upper, lower)]


def _residual(g: Layers, kind: str) -> list[Value]:
    first = g.conv(g.input((1, 10, 8, 3), kind), 5, stride=(2, 2), activation="relu", zero_point=-128)
    second = g.conv(g.depthwise(first, activation="relu6", zero_point=-128), 5, kernel=(1, 1))
    pooled = g.pool(g.add(first, second, "relu", zero_point=-128), "AVERAGE_POOL_2D", (5, 4), (5, 4))
    return [g.softmax(g.fully_connected(g.reshape(pooled, (1, 5)), 3), 0.004)]


def _two_and_two(g: Layers, kind: str) -> list[Value]:
    left = g.fully_connected(g.input((1, 9), kind, name="left"), 5, "relu")
    right = g.fully_connected(g.input((1, 4), kind, name="right"), 5, "relu")
    return [g.softmax(g.add(left, right), 0.2), left]


def _passed_through(g: Layers, kind: str) -> list[Value]:
    source = g.input((1, 6), kind)
    return [source, g.fully_connected(source, 3)]


def _dense(g: Layers, kind: str) -> list[Value]:
    source = g.input((1, 8, 3, 1), kind)
    hidden = g.pool(g.conv(source, 4, (4, 3)), "MAX_POOL_2D", (3, 3), (3, 3), "valid")
    return [g.softmax(g.fully_connected(g.fully_connected(g.reshape(hidden, (1, 8)), 6, "relu"), 4), 0.05)]


def refused() -> Iterator[tuple[str, Model, list[tuple[str, str, int]]]]:
    """Good models with an operator, or an operator with types, that is not compiled; and which these are."""
    yield "elu_logistic_f32", lambda g: [g.unary("LOGISTIC", _elu(g, "float32"))], [("ELU", "float32", 1)]
    yield "elu_i8", lambda g: [_elu(g, "int8")], [("ELU", "int8", 1)]
    yield "sum_i8", lambda g: [g.reduce("SUM", g.input((2, 3), "int8"), (0,))], [("SUM", f"int8, {SUM_OF_INT8}", 1)]
    yield "batch_matmul_hybrid", _hybrid, [("BATCH_MATMUL", "float32 and int8 weights", 1)]
    yield "custom", _custom, [("CUSTOM:Magic", "float32", 2)]
    yield "reshape_bool", _bool_reshape, [("RESHAPE", "bool", 1)]


def _elu(g: Layers, kind: str) -> Value:
    return g.unary("ELU", g.input((1, 5), kind), 1.0 / 128.0 if kind == "int8" else None)


def _hybrid(g: Layers) -> list[Value]:
    return [batch_matmul(g, g.input((1, 3, 7), "float32"), g.constant((7, 4), "int8"))]


def _custom(g: Layers) -> list[Value]:
    source = g.input((1, 6), "float32")
    hidden, output = g.output((1, 6), "float32"), g.output((1, 6), "float32")
    g.graph.operator("CUSTOM", [source.index], [hidden.index], custom_code="Magic")
    g.graph.operator("CUSTOM", [hidden.index], [output.index], custom_code="Magic")
    return [output]


def _bool_reshape(g: Layers) -> list[Value]:
    source, output = g.graph.input("input", (1, 6), "bool"), g.output((2, 3), "bool")
    shape = g.graph.constant("shape", np.array([2, 3], np.int32))
    g.graph.operator("RESHAPE", [source, shape], [output.index])
    return [output]


def make(name: str, model: Model) -> bytes:
    """The file of a model; the name is its seed."""
    layers = Layers(name, default_rng(zlib.crc32(name.encode())))
    outputs = model(layers)
    return layers.graph.finish(*(output.index for output in outputs))


def answers(data: bytes, runs: Sequence[Sequence[bytes]]) -> list[list[bytes]]:
    """The reference kernels' answers for the inputs of each run, one run after the other."""
    interpreter = Interpreter(
        model_content=data, experimental_op_resolver_type=OpResolverType.BUILTIN_REF, num_threads=1
    )
    shapes = {detail["index"]: tuple(detail["shape"]) for detail in interpreter.get_output_details()}
    interpreter.allocate_tensors()
    return [_answer(interpreter, shapes, inputs) for inputs in runs]


def _answer(interpreter: Interpreter, shapes: Mapping[int, tuple[int, ...]], inputs: Sequence[bytes]) -> list[bytes]:
    for detail, value in zip(interpreter.get_input_details(), inputs, strict=True):
        interpreter.set_tensor(detail["index"], np.frombuffer(value, detail["dtype"]).reshape(detail["shape"]))
    interpreter.invoke()
    outputs = []
    for detail in interpreter.get_output_details():
        output = interpreter.get_tensor(detail["index"])
        if output.shape != shapes[detail["index"]]:
            raise ValueError(f"{detail['name']} is {output.shape}, but the file says {shapes[detail['index']]}")
        outputs.append(output.tobytes())
    return outputs


def seeded_inputs(data: bytes, random: Generator) -> list[bytes]:
    """Inputs for one run: all of int8 or int16, or normal floats with a few far out."""
    inputs = []
    for detail in Interpreter(model_content=data).get_input_details():
        if detail["dtype"] is np.float32:
            values = random.standard_normal(detail["shape"]) * random.choice((1.0, 1.0, 1.0, 4.0), detail["shape"])
            inputs.append(values.astype(np.float32).tobytes())
        elif detail["dtype"] is np.int16:
            inputs.append(random.integers(-(2**15), 2**15, detail["shape"], dtype=np.int16).tobytes())
        elif detail["dtype"] is np.int32:
            inputs.append(random.integers(-9, 9, detail["shape"], dtype=np.int32).tobytes())
        else:
            inputs.append(random.integers(-128, 128, detail["shape"], dtype=np.int8).tobytes())
    return inputs


def with_answers(name: str, data: bytes) -> dict[str, bytes]:
    """A model's file and what the reference kernels answer, as they stand in a pack."""
    random = default_rng(zlib.crc32(name.encode()) ^ 1)
    inputs = [seeded_inputs(data, random) for _ in range(RUNS)]
    runs = [
        {"inputs": _texts(run_inputs), "outputs": _texts(run_outputs)}
        for run_inputs, run_outputs in zip(inputs, answers(data, inputs), strict=True)
    ]
    return {f"{name}.tflite": data, f"{name}.json": _json({"runs": runs})}


def main() -> None:
    compiled: dict[str, bytes] = {}
    for name, model in models():
        compiled |= with_answers(name, make(name, model))
    write_packed(COMPILED, compiled)

    lacking: dict[str, bytes] = {}
    for name, model, unsupported in refused():
        lacking[f"{name}.tflite"] = make(name, model)
        operators = [{"op": op, "types": types, "count": count} for op, types, count in unsupported]
        lacking[f"{name}.json"] = _json({"unsupported": operators})
    write_packed(REFUSED, lacking)


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=1) + "\n").encode()


def _texts(values: list[bytes]) -> list[str]:
    return [base64.b64encode(value).decode() for value in values]


if __name__ == "__main__":
    main()
