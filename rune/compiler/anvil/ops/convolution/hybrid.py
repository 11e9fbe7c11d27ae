"""CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED of float32 with weights of int8, as dynamic-range quantisation makes
them.

When the model runs, each image (each row of a fully connected layer) is brought to int8 by a scale of its own. Sums of
bytes times both scales, plus bias, are floats again. Symmetric: the scale is the largest magnitude / 127, and the zero
point is 0. Else the range from the least to the greatest number, 0 included, has 255 steps. Source: TFLite's kernels
`EvalHybrid` of `conv.cc` and `fully_connected.cc`, `SymmetricQuantizeFloats` and `AsymmetricQuantizeFloats`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rune.compiler.anvil.computation import Array, ClampsOutput, Computation, PaddingFrame, ReadsPadding
from rune.compiler.anvil.ops.convolution.window import Window
from rune.compiler.anvil.requantisation.fixed_point import Integers


@dataclass(frozen=True, eq=False)
class HybridConv2D(Computation, ClampsOutput, ReadsPadding):
    """`filters` are int8 [output channel, height, width, input channel]; `scales` and `bias` float32, one a channel. A
    fully connected layer is a convolution of images of one pixel.

    A sum is multiplied by the product of both scales where it `joins_scales`, else first by the channel's: the
    reference has kernels of both kinds, and a float is rounded after each step."""

    window: Window
    filters: NDArray[np.int8]
    scales: NDArray[np.float32]
    bias: NDArray[np.float32]
    is_symmetric: bool
    joins_scales: bool
    minimum: float
    maximum: float

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        images = inputs[0].reshape(self.window.batches, -1).astype(np.float32)
        quantized_images = [_symmetric(image) if self.is_symmetric else asymmetric(image) for image in images]
        numbers = np.stack([stored_image - zero_point for stored_image, _, zero_point in quantized_images]).astype(
            np.float64
        )
        weights = self.filters.reshape(len(self.filters), -1).astype(np.float64)
        sums = self.window.patches(numbers, 0).reshape(self.window.positions, -1) @ weights.T
        each = np.repeat(
            np.array([scale for _, scale, _ in quantized_images], np.float32), self.window.positions // len(images)
        )
        floats = sums.astype(np.float32)
        if self.joins_scales:
            results = floats * (each[:, None] * self.scales) + self.bias
        else:
            results = floats * self.scales * each[:, None] + self.bias
        return (np.clip(results, np.float32(self.minimum), np.float32(self.maximum)),)

    def clamped(self, minimum: float, maximum: float) -> Computation:
        return replace(self, minimum=max(self.minimum, minimum), maximum=min(self.maximum, maximum))

    def with_frame(self, frame: PaddingFrame, value: float) -> Computation | None:
        # Zeros are in the range of every image already, and stay zeros.
        return replace(self, window=self.window.without(frame)) if value == 0 else None

    @property
    def multiply_accumulates(self) -> int:
        return self.window.positions * self.filters.size


@dataclass(frozen=True, eq=False)
class HybridDepthwiseConv2D(Computation, ClampsOutput, ReadsPadding):
    """`taps` are int8 [height * width, output channel]; `scales` and `bias` float32, one a channel. Output channel c
    reads input channel c // (output channels / input channels). Images are brought to int8 asymmetrically."""

    window: Window
    taps: NDArray[np.int8]
    scales: NDArray[np.float32]
    bias: NDArray[np.float32]
    minimum: float
    maximum: float

    def evaluate(self, *inputs: Array) -> tuple[Array, ...]:
        window = self.window
        images = inputs[0].reshape(window.batches, -1).astype(np.float32)
        quantized_images = [asymmetric(image) for image in images]
        numbers = np.stack([stored_image - zero_point for stored_image, _, zero_point in quantized_images])
        under = window.patches(numbers, 0).reshape(window.positions, -1, window.input_channels)
        under = np.repeat(under, self.multiplier, axis=2)
        sums = (under * self.taps.astype(np.int64)).sum(axis=1)
        each = np.repeat(
            np.array([scale for _, scale, _ in quantized_images], np.float32), window.positions // len(images)
        )
        results = sums.astype(np.float32) * (each[:, None] * self.scales) + self.bias
        return (np.clip(results, np.float32(self.minimum), np.float32(self.maximum)),)

    def clamped(self, minimum: float, maximum: float) -> Computation:
        return replace(self, minimum=max(self.minimum, minimum), maximum=min(self.maximum, maximum))

    def with_frame(self, frame: PaddingFrame, value: float) -> Computation | None:
        return replace(self, window=self.window.without(frame)) if value == 0 else None

    @property
    def multiplier(self) -> int:
        """Output channels for each of the input's."""
        return self.window.output_channels // self.window.input_channels

    @property
    def multiply_accumulates(self) -> int:
        return self.window.positions * self.taps.size


def _symmetric(numbers: Array) -> tuple[Integers, np.float32, int]:
    """Bytes, scale and zero point."""
    reach = np.abs(numbers).max()
    if reach == 0:
        return np.zeros(len(numbers), np.int64), np.float32(1), 0
    return np.clip(_rounded(numbers * (np.float32(127) / reach)), -127, 127), reach / np.float32(127), 0


def asymmetric(numbers: Array) -> tuple[Integers, np.float32, int]:
    """Bytes, scale and zero point of an image, whose range has 255 steps."""
    least, greatest = min(0.0, float(numbers.min())), max(0.0, float(numbers.max()))
    if least == greatest:
        return np.zeros(len(numbers), np.int64), np.float32(1), 0
    step = float(np.float32(greatest - least)) / 255
    from_least = 128 + abs(least / step) < 127 + abs(greatest / step)
    nearest = -128 - least / step if from_least else 127 - greatest / step
    zero_point = int(np.clip(np.sign(nearest) * np.floor(abs(nearest) + 0.5), -128, 127))
    scale = np.float32(step)
    return np.clip(_rounded(numbers * (np.float32(1) / scale)) + zero_point, -128, 127), scale, zero_point


def _rounded(values: Array) -> Integers:
    """To nearest, halves away from zero."""
    whole = np.trunc(values)
    rest = values - whole
    return np.asarray(whole.astype(np.int64) + (rest >= 0.5) - (rest <= -0.5))
