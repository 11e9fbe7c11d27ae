"""CONV_2D and FULLY_CONNECTED of float32 with weights of int8."""

from __future__ import annotations

import math

import numpy as np

from rune.compiler.anvil.kernel_call import InputPointer, KernelCall, OutputPointer, Scratch
from rune.compiler.anvil.ops.convolution.hybrid import HybridConv2D
from rune.compiler.anvil.program import Number
from rune.compiler.kernels.packing import float32s, int8s, int32s
from rune.compiler.kernels.portable.convolution.filter import filter_structure


def conv(op: HybridConv2D) -> KernelCall:
    window = op.window
    image_size = math.prod((window.input_height, window.input_width, window.input_channels))
    weight_sums = op.filters.astype(np.int64).reshape(len(op.filters), -1).sum(axis=1)
    return KernelCall(
        "rune_hybrid_conv_2d",
        (
            InputPointer(0, "float"),
            OutputPointer(0, "float"),
            Scratch("int8_t", image_size),
            int8s(op.filters),
            int32s(weight_sums),
            float32s(op.scales),
            float32s(op.bias),
            filter_structure(window),
            Number(int(op.is_symmetric)),
            Number(int(op.joins_scales)),
            Number(op.minimum),
            Number(op.maximum),
        ),
    )


PACKERS = {HybridConv2D: conv}
