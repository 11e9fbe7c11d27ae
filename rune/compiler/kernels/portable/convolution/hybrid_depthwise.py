"""DEPTHWISE_CONV_2D of float32 with weights of int8."""

from __future__ import annotations

import math

from rune.compiler.anvil.kernel_call import InputPointer, KernelCall, OutputPointer, Scratch
from rune.compiler.anvil.ops.convolution.hybrid import HybridDepthwiseConv2D
from rune.compiler.anvil.program import Number
from rune.compiler.kernels.packing import float32s, int8s
from rune.compiler.kernels.portable.convolution.filter import filter_structure


def depthwise(op: HybridDepthwiseConv2D) -> KernelCall:
    window = op.window
    return KernelCall(
        "rune_hybrid_depthwise_conv_2d",
        (
            InputPointer(0, "float"),
            OutputPointer(0, "float"),
            Scratch("int8_t", math.prod((window.input_height, window.input_width, window.input_channels))),
            int8s(op.taps),
            float32s(op.scales),
            float32s(op.bias),
            filter_structure(window),
            Number(op.multiplier),
            Number(op.minimum),
            Number(op.maximum),
        ),
    )


PACKERS = {HybridDepthwiseConv2D: depthwise}
