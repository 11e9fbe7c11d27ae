"""CONV_2D and DEPTHWISE_CONV_2D of int16 with weights of int8.

Sums have 64 bits. Numbers are counted from 0, so a padding adds nothing. Source: TFLite's reference kernels
`reference_integer_ops::ConvPerChannel` and `DepthwiseConvPerChannel`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rune.compiler.anvil.channels import ChannelRange, Integers, Mask
from rune.compiler.anvil.computation import (
    Array,
    CarriesChannels,
    Computation,
    MakesChannels,
    PaddingFrame,
    ReadsChannels,
    ReadsPadding,
)
from rune.compiler.anvil.ops.convolution.wide_sums import SumRescaling, WideRescaling
from rune.compiler.anvil.ops.convolution.window import Window
from rune.compiler.anvil.ops.numbers.rescaling import sum_range


@dataclass(frozen=True, eq=False)
class Conv2DInt16(Computation, MakesChannels, ReadsChannels, ReadsPadding):
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

    def with_frame(self, frame: PaddingFrame, value: float) -> Computation | None:
        return replace(self, window=self.window.without(frame)) if value == 0 else None

    def bounds(self, *inputs: ChannelRange) -> ChannelRange | None:
        times = self._times(len(inputs[0].least))
        if times is None:
            return None
        numbers = inputs[0].widened(0) if self.window.is_padded else inputs[0]
        return self.output.bounds(sum_range(self._weights, self.bias, numbers.tiled(times)))

    def making(self, keep: Mask) -> Computation:
        window = self.window.with_channels(self.window.input_channels, int(keep.sum()))
        return Conv2DInt16(window, self.filters[keep], self.bias[keep], self.output.for_channels(keep))

    def foldable(self, values: Integers) -> Mask:
        # A padding counts as 0: beside the image a constant channel holds that.
        is_read = self._times(len(values)) is not None
        return is_read & (np.equal(values, 0) | (not self.window.is_padded))

    def reading(self, keep: Mask, values: Integers) -> Computation:
        times = self.filters.shape[3] // len(keep)
        live_inputs, constants = np.tile(keep, times), np.tile(values, times)
        weights = self.filters.astype(np.int64).sum(axis=(1, 2))
        # Folded inputs are among the sums, which stay within their bits.
        bias = self.bias + weights[:, ~live_inputs] @ constants[~live_inputs]
        window = self.window.with_channels(int(live_inputs.sum()), self.window.output_channels)
        return replace(self, window=window, filters=self.filters[..., live_inputs], bias=bias)

    def _times(self, channels: int) -> int | None:
        """Returns how often so many channels lie under the filter; None where it reads others. One of a pixel may
        read the pixels of a whole image as channels."""
        is_pixel = self.filters.shape[1:3] == (1, 1)
        if channels != self.window.input_channels and not (is_pixel and self.window.input_channels % channels == 0):
            return None
        return int(self.filters[0].size) // channels

    @property
    def _weights(self) -> Integers:
        return self.filters.reshape(len(self.filters), -1).astype(np.int64)

    @property
    def multiply_accumulates(self) -> int:
        return self.window.positions * self.filters.size


@dataclass(frozen=True, eq=False)
class DepthwiseConv2DInt16(Computation, CarriesChannels, ReadsPadding):
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

    def with_frame(self, frame: PaddingFrame, value: float) -> Computation | None:
        return replace(self, window=self.window.without(frame)) if value == 0 else None

    def bounds(self, *inputs: ChannelRange) -> ChannelRange | None:
        numbers = inputs[0].widened(0) if self.window.is_padded else inputs[0]
        numbers = numbers.repeated(self.multiplier)
        taps = self.taps.astype(np.int64)
        ends = taps * numbers.least, taps * numbers.greatest
        sums = ChannelRange(self.bias + np.minimum(*ends).sum(axis=0), self.bias + np.maximum(*ends).sum(axis=0))
        return self.output.bounds(sums)

    def carrying(self, keep: Mask) -> Computation | None:
        if self.multiplier != 1:
            return None
        window = self.window.with_channels(int(keep.sum()), int(keep.sum()))
        return DepthwiseConv2DInt16(window, self.taps[:, keep], self.bias[keep], self.output.for_channels(keep))

    @property
    def multiplier(self) -> int:
        """Output channels for each of the input's."""
        return self.window.output_channels // self.window.input_channels

    @property
    def multiply_accumulates(self) -> int:
        return self.window.positions * self.taps.size
