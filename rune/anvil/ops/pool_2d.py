"""AVERAGE_POOL_2D and MAX_POOL_2D. The scale passes through: input and output are quantised alike."""

from __future__ import annotations

from rune.anvil.fixed_point import activation_range, real_range, scale_of
from rune.anvil.kernel_call import Input, KernelCall, Op, Operation, Output, require
from rune.anvil.ops.types import FLOAT32, INT8, WITHOUT_SCALE, are, bounded, one_scale
from rune.anvil.ops.window import window
from rune.anvil.program import Number
from rune.tflite import Pool2DOptions


def _options(op: Op) -> Pool2DOptions:
    assert isinstance(op.operator.options, Pool2DOptions)  # noqa: S101 - the reader gives these for this op
    return op.operator.options


def refusal(op: Op) -> str | None:
    image, output = op.input(0), op.output
    if are(INT8, image, output):
        if not one_scale(image, output):
            return WITHOUT_SCALE
    elif not are(FLOAT32, image, output):
        return ""
    if not bounded(_options(op).activation):
        return f"activation {_options(op).activation.name}"
    return None


def _call(op: Op, function: str) -> KernelCall:
    options, image, output = _options(op), op.input(0), op.output
    place = window(
        image,
        output,
        (options.filter_height, options.filter_width),
        (options.stride_height, options.stride_width),
        (1, 1),
        options.padding,
    )
    require(image.shape[3] == output.shape[3], "the output's depth is not the image's")
    if image.kind is FLOAT32:
        element, bounds = "float", tuple(map(float, real_range(options.activation)))
    else:
        require(scale_of(image) == scale_of(output), "the output's scale is not the image's")
        element, bounds = "int8_t", activation_range(options.activation, output)
    kind = "float32" if image.kind is FLOAT32 else "int8"
    return KernelCall(
        "pool_2d.h",
        f"{function}_{kind}",
        (Input(0, element), Output(0, element), place.structure(), *map(Number, bounds)),
    )


def _average(op: Op) -> KernelCall:
    return _call(op, "rune_average_pool_2d")


def _max(op: Op) -> KernelCall:
    return _call(op, "rune_max_pool_2d")


AVERAGE = Operation(refusal, _average)
MAX = Operation(refusal, _max)
