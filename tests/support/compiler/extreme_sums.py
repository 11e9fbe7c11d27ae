"""Layers whose sums reach the ends of 32 bits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

from tests.support.models.reference.model_graph import ModelGraph
from tests.support.models.reference.model_values import ACTIVATIONS


def pointwise(
    weights: NDArray[np.int8], bias: Sequence[int], multiplier: float, activation: str, zero_point: int
) -> bytes:
    """A 1x1 convolution of one pixel, its input from zero point -128 on; `weights` are [output channel, channel]."""
    channels, depth = weights.shape
    graph = ModelGraph("pointwise")
    image = graph.input("image", (1, 1, 1, depth), "int8", 1.0, -128)
    filters = graph.constant("filters", weights.reshape(channels, 1, 1, depth), 1.0)
    biases = graph.constant("bias", np.array(bias, np.int32), 1.0)
    output = graph.tensor("output", (1, 1, 1, channels), "int8", 1.0 / multiplier, zero_point)
    options: Any = schema.Conv2DOptionsT()
    options.strideH = options.strideW = options.dilationHFactor = options.dilationWFactor = 1
    options.padding, options.fusedActivationFunction = 1, ACTIVATIONS[activation]
    graph.operator("CONV_2D", [image, filters, biases], [output], options)
    return graph.finish(output)


def connected(weights: NDArray[np.int8], bias: Sequence[int], multiplier: float) -> bytes:
    """A FULLY_CONNECTED, its input from zero point -128 on; `weights` are [output, number]."""
    outputs, count = weights.shape
    graph = ModelGraph("connected")
    numbers = graph.input("numbers", (1, count), "int8", 1.0, -128)
    rows = graph.constant("weights", weights, 1.0)
    biases = graph.constant("bias", np.array(bias, np.int32), 1.0)
    output = graph.tensor("output", (1, outputs), "int8", 1.0 / multiplier, -5)
    options: Any = schema.FullyConnectedOptionsT()
    graph.operator("FULLY_CONNECTED", [numbers, rows, biases], [output], options)
    return graph.finish(output)


def rescaled(scale: float) -> bytes:
    """A QUANTIZE of bytes of a scale to bytes of scale 1."""
    graph = ModelGraph("rescaled")
    numbers = graph.input("numbers", (1, 256), "int8", scale, 0)
    output = graph.tensor("output", (1, 256), "int8", 1.0, 3)
    graph.operator("QUANTIZE", [numbers], [output], schema.QuantizeOptionsT())
    return graph.finish(output)
