"""Small models of transposed convolutions, products of matrices, places of extremes and weights that are packed, for
`make_models.py`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from tests.support.models.reference.model_layers import Layers
from tests.support.models.reference.model_values import ACTIVATIONS, PADDINGS, ModelValue

Model = Callable[[Layers], list[ModelValue]]


def further_models() -> Iterator[tuple[str, Model]]:
    """Yields the models by name."""
    for kind, short in (("float32", "f32"), ("int8", "i8"), ("uint8", "u8")):
        for name, model in _of_all_kinds(kind):
            operator, _, detail = name.partition(":")
            yield f"{operator}_{short}_{detail}", model
    for kind, short in (("float32", "f32"), ("int8", "i8")):
        for name, model in _of_both_kinds(kind):
            operator, _, detail = name.partition(":")
            yield f"{operator}_{short}_{detail}", model
    yield from _hybrids()
    yield "conv_2d_f32_weights_of_float16", _packed_weights("float16")
    yield "conv_2d_f32_weights_of_bytes", _packed_weights("int8")


def _of_all_kinds(kind: str) -> Iterator[tuple[str, Model]]:
    def transposed(shape: tuple[int, ...], size: tuple[int, int], channels: int, **options: Any) -> Model:
        return lambda g: [transpose_conv(g, g.input(shape, kind), size, channels, **options)]

    yield "transpose_conv:same", transposed((1, 3, 4, 5), (6, 8), 3, stride=(2, 2))
    yield "transpose_conv:valid", transposed((1, 3, 2, 3), (7, 6), 5, stride=(2, 3), padding="valid")
    yield "transpose_conv:stride_1", transposed((2, 4, 3, 2), (4, 3), 1, bias=False)
    yield "transpose_conv:narrow_kernel", transposed((1, 2, 3, 2), (6, 9), 2, kernel=(2, 1), stride=(3, 3))
    for op in ("ARG_MAX", "ARG_MIN"):
        yield f"{op.lower()}:last", _arg(op, kind, (3, 17), -1)
        yield f"{op.lower()}:rows", _arg(op, kind, (1, 4, 3, 5), 1, "int64")


def _of_both_kinds(kind: str) -> Iterator[tuple[str, Model]]:
    def matrices(left: tuple[int, ...], right: tuple[int, ...], **options: Any) -> Model:
        return lambda g: [
            batch_matmul(g, g.input(left, kind, name="left"), g.input(right, kind, name="right"), **options)
        ]

    yield from _gathers(kind)
    yield "batch_matmul:plain", matrices((2, 3, 4), (2, 4, 5))
    yield "batch_matmul:one_for_all", matrices((2, 3, 3, 4), (1, 4, 2))
    yield "batch_matmul:transposed", matrices((3, 4, 2), (3, 5, 4), left_is_transposed=True, right_is_transposed=True)
    yield "batch_matmul:constant", lambda g: [batch_matmul(g, g.input((1, 3, 7), kind), g.constant((7, 4), kind))]
    yield "prelu:channels", lambda g: [prelu(g, g.input((1, 3, 4, 5), kind), (1, 1, 5))]
    yield "prelu:all", lambda g: [prelu(g, g.input((1, 3, 4, 5), kind), (3, 4, 5))]
    if kind == "int8":
        yield "squared_difference:channel", _squared_difference((5,))
        yield "squared_difference:same_shape", _squared_difference((1, 3, 4, 5))


def _gathers(kind: str) -> Iterator[tuple[str, Model]]:
    """Yields models that gather by places which they find while they run: those of greatest numbers."""

    def gathered(axis: int, result: str) -> Model:
        def model(g: Layers) -> list[ModelValue]:
            table, numbers = g.input((3, 4, 5), kind, name="table"), g.input((2, 3 + axis), kind, name="numbers")
            return [gather(g, table, arg(g, "ARG_MAX", numbers, -1, result), axis)]

        return model

    yield "gather:while_it_runs", gathered(0, "int32")
    yield "gather:columns_while_it_runs", gathered(2, "int64")


def gather(g: Layers, source: ModelValue, indices: ModelValue, axis: int) -> ModelValue:
    options: Any = schema.GatherOptionsT()
    options.axis = axis
    shape = (*source.shape[:axis], *indices.shape, *source.shape[axis + 1 :])
    output = g.output(shape, source.kind, source.scale, source.zero_point)
    g.graph.operator("GATHER", [source.index, indices.index], [output.index], options)
    return output


def _hybrids() -> Iterator[tuple[str, Model]]:
    def depthwise(shape: tuple[int, ...], multiplier: int = 1, **options: Any) -> Model:
        return lambda g: [g.depthwise(g.input(shape, "float32"), multiplier, hybrid=True, **options)]

    yield "depthwise_conv_2d_hybrid_same", depthwise((2, 7, 6, 5), activation="relu")
    yield "depthwise_conv_2d_hybrid_multiplier", depthwise((1, 6, 5, 3), 3, stride=(2, 2), padding="valid")
    yield "depthwise_conv_2d_hybrid_1_channel", depthwise((1, 6, 5, 1), 4)

    def transposed(shape: tuple[int, ...], size: tuple[int, int], **options: Any) -> Model:
        return lambda g: [transpose_conv(g, g.input(shape, "float32"), size, 3, hybrid=True, **options)]

    yield "transpose_conv_hybrid_same", transposed((2, 3, 4, 5), (6, 8), stride=(2, 2), activation="relu6")
    yield (
        "transpose_conv_hybrid_one_scale",
        transposed((1, 3, 2, 3), (7, 6), stride=(2, 3), padding="valid", bias=False, per_channel=False),
    )


def transpose_conv(
    g: Layers,
    source: ModelValue,
    size: tuple[int, int],
    channels: int,
    kernel: tuple[int, int] = (3, 3),
    stride: tuple[int, int] = (1, 1),
    padding: str = "same",
    bias: bool = True,
    activation: str = "none",
    per_channel: bool = True,
    short_bias: bool = False,
    hybrid: bool = False,
) -> ModelValue:
    """`size` is the output's height and width."""
    depth = source.shape[3]
    fan_in = depth * kernel[0] * kernel[1]
    filters = (channels, *kernel, depth)
    tensors, scale = g.weights(
        source, filters, 0, fan_in, per_channel, bias, weak=False, hybrid=hybrid, short_bias=short_bias
    )
    options: Any = schema.TransposeConvOptionsT()
    options.quantizedBiasType = schema.TensorType.INT32 if short_bias else 0
    options.padding, (options.strideH, options.strideW) = PADDINGS[padding], stride
    options.fusedActivationFunction = ACTIVATIONS[activation]
    shape = (source.shape[0], *size, channels)
    output = g.output(shape, source.kind, scale, -5 if source.scale else 0)
    output_shape = g.graph.constant("size", np.array(shape, np.int32))
    version = 5 if short_bias else 4 if activation != "none" else 3 if bias else 2
    g.graph.operator(
        "TRANSPOSE_CONV", [output_shape, tensors[0], source.index, *tensors[1:]], [output.index], options, version
    )
    return output


def batch_matmul(
    g: Layers,
    left: ModelValue,
    right: ModelValue,
    left_is_transposed: bool = False,
    right_is_transposed: bool = False,
    zero_point: int = 9,
) -> ModelValue:
    options: Any = schema.BatchMatMulOptionsT()
    options.adjX, options.adjY = left_is_transposed, right_is_transposed
    rows, depth = left.shape[-2:][::-1] if left_is_transposed else left.shape[-2:]
    columns = right.shape[-2 if right_is_transposed else -1]
    batches = np.broadcast_shapes(left.shape[:-2], right.shape[:-2])
    scale = None
    if left.scale is not None and right.scale is not None:
        scale = float(np.float32(left.scale * right.scale * 74 * 74 * depth**0.5 / 60))
    output = g.output((*batches, rows, columns), left.kind, scale, zero_point if scale else 0)
    g.graph.operator("BATCH_MATMUL", [left.index, right.index], [output.index], options, 2 if scale else 1)
    return output


def arg(g: Layers, op: str, source: ModelValue, axis: int, result: str = "int32") -> ModelValue:
    """ARG_MAX or ARG_MIN."""
    options: Any = getattr(schema, f"{'ArgMax' if op == 'ARG_MAX' else 'ArgMin'}OptionsT")()
    options.outputType = schema.TensorType.INT32 if result == "int32" else schema.TensorType.INT64
    axis %= len(source.shape)
    output = g.output((*source.shape[:axis], *source.shape[axis + 1 :]), result)
    dimension = g.graph.constant("axis", np.array(axis, np.int32))
    g.graph.operator(op, [source.index, dimension], [output.index], options, 2 if source.kind == "int8" else 1)
    return output


def prelu(
    g: Layers, source: ModelValue, alphas: Sequence[int], scale: float = 0.04, zero_point: int = -9
) -> ModelValue:
    alpha = g.constant(alphas, source.kind, 0.009, 11)
    output = g.output(source.shape, source.kind, scale if source.scale else None, zero_point if source.scale else 0)
    g.graph.operator("PRELU", [source.index, alpha.index], [output.index])
    return output


def squared_difference(g: Layers, left: ModelValue, right: ModelValue, scale: float | None = None) -> ModelValue:
    shape = tuple(int(side) for side in np.broadcast_shapes(left.shape, right.shape))
    output = g.output(shape, left.kind, scale, -101 if scale else 0)
    options: Any = schema.SquaredDifferenceOptionsT()
    g.graph.operator("SQUARED_DIFFERENCE", [left.index, right.index], [output.index], options, 2 if scale else 1)
    return output


def _arg(op: str, kind: str, shape: tuple[int, ...], axis: int, result: str = "int32") -> Model:
    return lambda g: [arg(g, op, g.input(shape, kind), axis, result)]


def _squared_difference(right: tuple[int, ...]) -> Model:
    return lambda g: [
        squared_difference(
            g, g.input((1, 3, 4, 5), "int8", name="left"), g.input(right, "int8", 0.061, -17, "right"), 0.6
        )
    ]


def _packed_weights(kind: str) -> Model:
    """Floats with weights that are unpacked when the model runs."""

    def model(g: Layers) -> list[ModelValue]:
        source = g.input((1, 5, 5, 3), "float32")
        numbers = g.random.standard_normal((4, 3, 3, 3))
        values = numbers.astype(np.float16) if kind == "float16" else np.clip(numbers * 40, -127, 127).astype(np.int8)
        tensor = g.graph.constant("packed", values, None if kind == "float16" else 0.025)
        weights = g.output(values.shape, "float32")
        g.graph.operator("DEQUANTIZE", [tensor], [weights.index], None, 3)
        bias = g.graph.constant("bias", g.random.standard_normal(4).astype(np.float32))
        options: Any = schema.Conv2DOptionsT()
        options.strideH = options.strideW = options.dilationHFactor = options.dilationWFactor = 1
        output = g.output((1, 5, 5, 4), "float32")
        g.graph.operator("CONV_2D", [source.index, weights.index, bias], [output.index], options)
        return [output]

    return model
