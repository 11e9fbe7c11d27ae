"""DEPTHWISE_CONV_2D: taps as the model has them; biases and multipliers filled up to fours."""

from __future__ import annotations

import numpy as np

from rune.anvil.kernel_call import Input, KernelCall, Output, Scratch
from rune.anvil.kernel_set import Cost
from rune.anvil.ops.depthwise_conv_2d import DepthwiseConv2DInt8
from rune.anvil.program import Number
from rune.kernels.dsp.depthwise_conv_2d import settled_sums
from rune.kernels.helium.conv_2d import NOTHING
from rune.kernels.m0plus.conv_2d import SUMS
from rune.kernels.m0plus.depthwise_conv_2d import estimate, padded_width
from rune.kernels.packing import folded_bias, int8s, int32s, two_roundings
from rune.kernels.portable.filter import filter_structure


def cost(op: DepthwiseConv2DInt8) -> Cost | None:
    found = estimate(op)
    return found and Cost(3 * op.multiply_accumulates // 2, found.constants)


def int8(op: DepthwiseConv2DInt8) -> KernelCall:
    sums, window, width = settled_sums(op), op.window, padded_width(op.window)
    more = -window.output_channels % SUMS
    bias = folded_bias(sums.bias, sums.weights.sum(axis=1), op.input_zero_point)
    return KernelCall(
        "rune_depthwise_conv_2d_int8_vectors",
        (
            Input(0, "int8_t"),
            Output(0, "int8_t"),
            Scratch("int8_t", window.filter_height * width * window.input_channels),
            int8s(sums.weights.T),
            int32s(np.pad(bias, (0, more))),
            filter_structure(window),
            two_roundings([*sums.multipliers, *[NOTHING] * more], op.output),
            Number(width),
            Number(op.input_zero_point),
        ),
    )


PACKERS = {DepthwiseConv2DInt8: int8}
ESTIMATES = {DepthwiseConv2DInt8: cost}
