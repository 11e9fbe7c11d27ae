"""Layers with seeded weights and sensible scales, float32, int8, uint8 or int16. For `make_models.py` only.

Scales are chosen so that outputs use most of int8 and a few saturate. Those of int16 are 1/256 of them, from -128 to
almost 128 as well.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.random import Generator
from numpy.typing import NDArray

from tests.support.models.reference.model_graph import ModelGraph
from tests.support.models.reference.model_values import (
    ACTIVATIONS,
    FINER,
    SHARES,
    ModelValue,
    bias_type,
    stored,
    stored_scale,
    window_options,
)


class Layers:
    """Adds layers to a graph. Every layer takes and gives a `Value`."""

    def __init__(self, name: str, random: Generator) -> None:
        self.graph = ModelGraph(name)
        self.random = random
        self._count = 0

    def input(
        self, shape: Sequence[int], kind: str, scale: float | None = None, zero_point: int = 3, name: str = "input"
    ) -> ModelValue:
        if kind in ("float32", "int32"):
            return ModelValue(self.graph.input(name, shape, kind), tuple(shape), kind)
        scale = 0.0473 if scale is None else scale
        index = self.graph.input(name, shape, kind, stored_scale(scale, kind), stored(zero_point, kind))
        return ModelValue(index, tuple(shape), kind, scale, zero_point)

    def output(self, shape: Sequence[int], kind: str, scale: float | None = None, zero_point: int = 0) -> ModelValue:
        self._count += 1
        quantization = stored_scale(scale, kind), stored(zero_point, kind)
        index = self.graph.tensor(f"tensor_{self._count}", shape, kind, *quantization)
        return ModelValue(index, tuple(shape), kind, scale, zero_point)

    def weights(
        self,
        source: ModelValue,
        shape: Sequence[int],
        axis: int,
        fan_in: int,
        per_channel: bool,
        bias: bool,
        weak: bool,
        hybrid: bool = False,
        halves: bool = False,
        short_bias: bool = False,
    ) -> tuple[list[int], float | None]:
        """Weights and, if asked for, bias as tensors, and a scale for what comes out.

        `hybrid` weights of floats are int8, `halves` are of 4 bits; a `short_bias` beside int16 is int32. `weak`
        weights are -1, 0 and 1, so that the sums have to be multiplied by more than 1.
        """
        outputs = shape[axis]
        if source.kind == "float32" and hybrid:
            scales = [0.0071 * (1.0 + 0.37 * (index % 5)) for index in range(outputs if per_channel else 1)]
            quantised = self.random.integers(-127, 128, shape, dtype=np.int8)
            tensors = [self.graph.constant("weights", quantised, scales, 0, axis if per_channel else 0)]
            if bias:
                tensors.append(self.graph.constant("bias", self.random.standard_normal(outputs).astype(np.float32)))
            return tensors, None
        if source.kind == "float32":
            floats = (self.random.standard_normal(shape) / math.sqrt(fan_in)).astype(np.float32)
            tensors = [self.graph.constant("weights", floats)]
            if bias:
                tensors.append(self.graph.constant("bias", self.random.standard_normal(outputs).astype(np.float32)))
            return tensors, None
        assert source.scale is not None
        per_channel = per_channel and source.kind in ("int8", "int16")
        scales = [0.0071 * (1.0 + 0.37 * (index % 5)) for index in range(outputs)] if per_channel else [0.0087]
        largest = 1 if weak else 127
        quantised = self.random.integers(-largest, largest + 1, shape, dtype=np.int8)
        zero_point = 0
        if source.kind == "uint8":
            zero_point = 117
            quantised = np.clip(quantised.astype(np.int16) + zero_point, 0, 255).astype(np.uint8)
        along = axis if per_channel else 0
        if halves:
            steps = [16 * scale for scale in scales]
            tensors = [self.graph.halves("weights", quantised.view(np.int8) >> 4, steps, along)]
        else:
            tensors = [self.graph.constant("weights", quantised, scales, zero_point, along)]
        spread = 74.0 * (0.5 if weak else 73.0) * math.sqrt(fan_in)
        biases = self.random.integers(-int(spread), int(spread) + 1, outputs, dtype=np.int32)
        bias_scales = [source.scale * scale for scale in scales]
        if halves:
            biases, bias_scales = biases // 16, [16 * scale for scale in bias_scales]
        if source.kind == "int16":
            biases = (biases.astype(np.int64) * FINER).astype(np.int32 if short_bias else np.int64)
            bias_scales = [each / FINER for each in bias_scales]
        if bias:
            tensors.append(self.graph.constant("bias", biases, bias_scales))
        return tensors, source.scale * (sum(scales) / len(scales)) * spread / 60.0

    def conv(
        self,
        source: ModelValue,
        channels: int,
        kernel: tuple[int, int] = (3, 3),
        stride: tuple[int, int] = (1, 1),
        dilation: tuple[int, int] = (1, 1),
        padding: str = "same",
        activation: str = "none",
        per_channel: bool = True,
        bias: bool = True,
        groups: int = 1,
        gain: float = 1.0,
        weak: bool = False,
        zero_point: int = -5,
        hybrid: bool = False,
        halves: bool = False,
        short_bias: bool = False,
    ) -> ModelValue:
        batch, height, width, depth = source.shape
        depth //= groups
        fan_in = kernel[0] * kernel[1] * depth
        tensors, scale = self.weights(
            source, (channels, *kernel, depth), 0, fan_in, per_channel, bias, weak, hybrid, halves, short_bias
        )
        options: Any = schema.Conv2DOptionsT()
        options.quantizedBiasType = bias_type(short_bias)
        shape = (batch, *window_options(options, (height, width), kernel, stride, dilation, padding), channels)
        options.fusedActivationFunction = ACTIVATIONS[activation]
        return self._finish(source, shape, "CONV_2D", tensors, options, scale, gain, zero_point)

    def depthwise(
        self,
        source: ModelValue,
        multiplier: int = 1,
        kernel: tuple[int, int] = (3, 3),
        stride: tuple[int, int] = (1, 1),
        dilation: tuple[int, int] = (1, 1),
        padding: str = "same",
        activation: str = "none",
        per_channel: bool = True,
        bias: bool = True,
        gain: float = 1.0,
        weak: bool = False,
        zero_point: int = -5,
        hybrid: bool = False,
        halves: bool = False,
    ) -> ModelValue:
        batch, height, width, depth = source.shape
        channels = depth * multiplier
        fan_in = kernel[0] * kernel[1]
        tensors, scale = self.weights(
            source, (1, *kernel, channels), 3, fan_in, per_channel, bias, weak, hybrid, halves
        )
        options: Any = schema.DepthwiseConv2DOptionsT()
        options.depthMultiplier = multiplier
        shape = (batch, *window_options(options, (height, width), kernel, stride, dilation, padding), channels)
        options.fusedActivationFunction = ACTIVATIONS[activation]
        return self._finish(source, shape, "DEPTHWISE_CONV_2D", tensors, options, scale, gain, zero_point)

    def fully_connected(
        self,
        source: ModelValue,
        units: int,
        activation: str = "none",
        per_channel: bool = False,
        bias: bool = True,
        keep_dimensions: bool = False,
        gain: float = 1.0,
        weak: bool = False,
        zero_point: int = -5,
        hybrid: bool = False,
        asymmetric: bool = False,
        halves: bool = False,
        short_bias: bool = False,
    ) -> ModelValue:
        depth = source.shape[-1] if keep_dimensions else math.prod(source.shape[1:])
        shape: tuple[int, ...] = (units, depth)
        tensors, scale = self.weights(source, shape, 0, depth, per_channel, bias, weak, hybrid, halves, short_bias)
        if not bias:
            tensors.append(-1)
        options: Any = schema.FullyConnectedOptionsT()
        options.quantizedBiasType = bias_type(short_bias)
        options.keepNumDims = keep_dimensions
        options.asymmetricQuantizeInputs = asymmetric
        options.fusedActivationFunction = ACTIVATIONS[activation]
        shape = (*source.shape[:-1], units) if keep_dimensions else (source.shape[0], units)
        return self._finish(source, shape, "FULLY_CONNECTED", tensors, options, scale, gain, zero_point)

    def pool(
        self,
        source: ModelValue,
        op: str,
        kernel: tuple[int, int] = (2, 2),
        stride: tuple[int, int] = (2, 2),
        padding: str = "valid",
        activation: str = "none",
    ) -> ModelValue:
        batch, height, width, depth = source.shape
        options: Any = schema.Pool2DOptionsT()
        options.filterHeight, options.filterWidth = kernel
        shape = (batch, *window_options(options, (height, width), kernel, stride, (1, 1), padding), depth)
        options.fusedActivationFunction = ACTIVATIONS[activation]
        output = self.output(shape, source.kind, source.scale, source.zero_point)
        self.graph.operator(op, [source.index], [output.index], options, 2 if source.kind == "int8" else 1)
        return output

    def reshape(
        self, source: ModelValue, shape: Sequence[int], new_shape: Sequence[int] | None = None, as_tensor: bool = True
    ) -> ModelValue:
        """`asked` is the argument of the operator, perhaps with a -1."""
        new_shape = list(shape) if new_shape is None else list(new_shape)
        options: Any = None
        inputs = [source.index]
        if as_tensor:
            inputs.append(self.graph.constant("shape", np.array(new_shape, np.int32)))
        else:
            options = schema.ReshapeOptionsT()
            options.newShape = new_shape
        output = self.output(shape, source.kind, source.scale, source.zero_point)
        self.graph.operator("RESHAPE", inputs, [output.index], options)
        return output

    def softmax(self, source: ModelValue, beta: float = 1.0) -> ModelValue:
        options: Any = schema.SoftmaxOptionsT()
        options.beta = beta
        if source.scale is not None:
            output = self.output(source.shape, source.kind, *SHARES[source.kind])
        else:
            output = self.output(source.shape, source.kind)
        self.graph.operator("SOFTMAX", [source.index], [output.index], options, 2 if source.kind == "int8" else 1)
        return output

    def add(
        self,
        left: ModelValue,
        right: ModelValue,
        activation: str = "none",
        scale: float | None = None,
        zero_point: int = 7,
        op: str = "ADD",
    ) -> ModelValue:
        """ADD, or another op of two inputs and an activation."""
        options: Any = getattr(schema, f"{op.capitalize()}OptionsT")()
        options.fusedActivationFunction = ACTIVATIONS[activation]
        if op in ("ADD", "SUB") and left.kind == "int16":
            options.potScaleInt16 = False
        shape = tuple(int(side) for side in np.broadcast_shapes(left.shape, right.shape))
        if left.scale is not None and right.scale is not None:
            output = self.output(shape, left.kind, scale or (left.scale + right.scale) * 0.8, zero_point)
        else:
            output = self.output(shape, left.kind)
        self.graph.operator(op, [left.index, right.index], [output.index], options, 2 if left.kind == "int8" else 1)
        return output

    def extreme(self, op: str, left: ModelValue, right: ModelValue) -> ModelValue:
        """MINIMUM or MAXIMUM."""
        shape = tuple(int(side) for side in np.broadcast_shapes(left.shape, right.shape))
        output = self.output(shape, left.kind, left.scale, left.zero_point)
        self.graph.operator(op, [left.index, right.index], [output.index], None, 2 if left.kind == "int8" else 1)
        return output

    def resize(
        self, source: ModelValue, size: tuple[int, int], align_corners: bool = False, half: bool = False
    ) -> ModelValue:
        """RESIZE_BILINEAR."""
        options: Any = schema.ResizeBilinearOptionsT()
        options.alignCorners, options.halfPixelCenters = align_corners, half
        shape = (source.shape[0], *size, source.shape[3])
        output = self.output(shape, source.kind, source.scale, source.zero_point)
        target = self.graph.constant("size", np.array(size, np.int32))
        self.graph.operator("RESIZE_BILINEAR", [source.index, target], [output.index], options, 3)
        return output

    def reduce(
        self,
        op: str,
        source: ModelValue,
        axes: Sequence[int],
        keep: bool = False,
        scale: float = 0.031,
        zero_point: int = -11,
    ) -> ModelValue:
        """MEAN, SUM or an extreme."""
        options: Any = schema.ReducerOptionsT()
        options.keepDims = keep
        reduced_axes = {axis % len(source.shape) for axis in axes}
        shape = [
            1 if axis in reduced_axes else size
            for axis, size in enumerate(source.shape)
            if keep or axis not in reduced_axes
        ]
        output = self.output(shape, source.kind, scale if source.scale else None, zero_point if source.scale else 0)
        dimensions = self.graph.constant("axes", np.array(axes, np.int32))
        self.graph.operator(op, [source.index, dimensions], [output.index], options, 2 if source.kind == "int8" else 1)
        return output

    def unary(self, op: str, source: ModelValue, scale: float | None = None, zero_point: int = 0) -> ModelValue:
        """An elementwise op without options."""
        output = self.output(source.shape, source.kind, scale, zero_point)
        self.graph.operator(op, [source.index], [output.index])
        return output

    def join(self, op: str, sources: Sequence[ModelValue], shape: Sequence[int], options: Any) -> ModelValue:
        """CONCATENATION or PACK."""
        output = self.output(shape, sources[0].kind, sources[0].scale, sources[0].zero_point)
        self.graph.operator(op, [source.index for source in sources], [output.index], options)
        return output

    def split(
        self, op: str, source: ModelValue, shapes: Sequence[Sequence[int]], inputs: Sequence[Any], options: Any
    ) -> list[ModelValue]:
        """SPLIT, SPLIT_V or UNPACK; `inputs` are its other inputs, None where the source is."""
        outputs = [self.output(shape, source.kind, source.scale, source.zero_point) for shape in shapes]
        indices = [
            source.index if each is None else self.graph.constant("sizes", np.array(each, np.int32)) for each in inputs
        ]
        if options is None:
            options = schema.SplitOptionsT() if op == "SPLIT" else schema.SplitVOptionsT()
            options.numSplits = len(shapes)
        self.graph.operator(op, indices, [output.index for output in outputs], options)
        return outputs

    def move(
        self, op: str, source: ModelValue, shape: Sequence[int], constants: Sequence[Any] = (), options: Any = None
    ) -> ModelValue:
        """An op that moves elements; `constants` are its other inputs: sizes, or a `Value`."""
        output = self.output(shape, source.kind, source.scale, source.zero_point)
        others = [
            each.index if isinstance(each, ModelValue) else self.graph.constant("sizes", np.array(each, np.int32))
            for each in constants
        ]
        self.graph.operator(op, [source.index, *others], [output.index], options, 2 if op == "BROADCAST_TO" else 1)
        return output

    def activation(
        self, op: str, source: ModelValue, scale: float | None = None, zero_point: int = -20, alpha: float | None = None
    ) -> ModelValue:
        """RELU and its like; `alpha` is LEAKY_RELU's."""
        options: Any = None
        if alpha is not None:
            options = schema.LeakyReluOptionsT()
            options.alpha = alpha
        output = self.output(source.shape, source.kind, scale, zero_point if source.scale else 0)
        self.graph.operator(op, [source.index], [output.index], options, 2 if source.kind == "int8" else 1)
        return output

    def constant(self, shape: Sequence[int], kind: str, scale: float = 0.061, zero_point: int = -9) -> ModelValue:
        if kind == "float32":
            index = self.graph.constant("constant", self.random.standard_normal(shape).astype(np.float32))
            return ModelValue(index, tuple(shape), kind)
        values: NDArray[Any] = (
            self.random.integers(-(2**15), 2**15, shape, dtype=np.int16)
            if kind == "int16"
            else self.random.integers(-128, 128, shape, dtype=np.int8).view(kind)
        )
        index = self.graph.constant("constant", values, stored_scale(scale, kind), stored(zero_point, kind))
        return ModelValue(index, tuple(shape), kind, scale, zero_point)

    def convert(
        self, op: str, source: ModelValue, kind: str, scale: float | None = None, zero_point: int = 0
    ) -> ModelValue:
        """QUANTIZE or DEQUANTIZE."""
        output = self.output(source.shape, kind, scale, zero_point)
        self.graph.operator(op, [source.index], [output.index], None, 2 if source.kind == "int8" else 1)
        return output

    def _finish(
        self,
        source: ModelValue,
        shape: Sequence[int],
        op: str,
        tensors: list[int],
        options: Any,
        scale: float | None,
        gain: float,
        zero_point: int,
    ) -> ModelValue:
        """`gain` above 1 makes int8 outputs larger."""
        if source.kind == "float32":
            output, version = self.output(shape, source.kind), 1
        else:
            assert scale is not None
            output = self.output(shape, source.kind, scale / gain, zero_point)
            version = 1 if source.kind == "uint8" else 4 if op == "FULLY_CONNECTED" else 3
        self.graph.operator(op, [source.index, *tensors], [output.index], options, version)
        return output
