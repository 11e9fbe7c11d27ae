"""CONV_2D and DEPTHWISE_CONV_2D of int16 with weights of int8.

Sums have 64 bits. Numbers are counted from 0, so a padding adds nothing. Source: TFLite's reference kernels
`reference_integer_ops::ConvPerChannel` and `DepthwiseConvPerChannel`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rune.anvil.computation import Array, Computation, Frame, Padded
from rune.anvil.ops.wide_sums import SumRescaling, WideRescaling
from rune.anvil.ops.window import Window


@dataclass(frozen=True, eq=False)
class Conv2DInt16(Computation, Padded):
    """`filters` are int8 [output channel, height, width, input channel], `bias` int64 one a channel. A fully connected
    layer is a convolution of images of one pixel."""

    window: Window
    filters: NDArray[np.int8]
    bias: NDArray[np.int64]
    output: SumRescaling

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        numbers = self.window.patches(inputs[0], 0).reshape(self.window.positions, -1).astype(np.float64)
        # Sums of these products are exact in f64, whose products of matrices are fast.
        sums = numbers @ self.filters.reshape(len(self.filters), -1).T.astype(np.float64)
        return (self.output.of_sums(sums.astype(np.int64) + self.bias),)

    def with_frame(self, frame: Frame, value: float) -> Computation | None:
        return replace(self, window=self.window.without(frame)) if value == 0 else None

    @property
    def multiply_accumulates(self) -> int:
        return self.window.positions * self.filters.size


@dataclass(frozen=True, eq=False)
class DepthwiseConv2DInt16(Computation, Padded):
    """`taps` are int8 [height * width, output channel], `bias` int64 one an output channel. Output channel c reads
    input channel c // (output channels / input channels)."""

    window: Window
    taps: NDArray[np.int8]
    bias: NDArray[np.int64]
    output: WideRescaling

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        window = self.window
        numbers = window.patches(inputs[0], 0).reshape(window.positions, -1, window.input_channels).astype(np.int64)
        sums = (np.repeat(numbers, self.multiplier, axis=2) * self.taps.astype(np.int64)).sum(axis=1)
        return (self.output.of_sums(sums + self.bias),)

    def with_frame(self, frame: Frame, value: float) -> Computation | None:
        return replace(self, window=self.window.without(frame)) if value == 0 else None

    @property
    def multiplier(self) -> int:
        """Output channels for each of the input's."""
        return self.window.output_channels // self.window.input_channels

    @property
    def multiply_accumulates(self) -> int:
        return self.window.positions * self.taps.size
