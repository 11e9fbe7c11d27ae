"""Three classes of rows of four numbers from 20 to 100, and a float model that tells them apart without training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from lab.formats.onnx.model import OnnxInput, OnnxModel, OnnxNode
from lab.formats.onnx.translating import translate

MEANS = np.array([[40, 60, 20, 100], [60, 40, 30, 90], [50, 50, 80, 70]], np.float32)

Array = np.ndarray[Any, Any]


def rows(count: int = 100, seed: int = 0) -> tuple[Array, Array]:
    """Rows around the mean of their class, so many of each, and their classes."""
    random = np.random.default_rng(seed)
    values = np.concatenate([random.normal(mean, 6, (count, 4)) for mean in MEANS]).astype(np.float32)
    return values, np.repeat(np.arange(len(MEANS)), count)


def columns_model() -> bytes:
    """A float `.tflite` file: the nearest mean, as a dense layer with a softmax."""
    weights, bias = MEANS.T / 36, -(MEANS**2).sum(1) / 72
    nodes: Sequence[OnnxNode] = [
        OnnxNode("Gemm", "dense", ("row", "weights", "bias"), ("scores",), {}),
        OnnxNode("Softmax", "softmax", ("scores",), ("shares",), {"axis": -1}),
    ]
    constants = {"weights": weights.astype(np.float32), "bias": bias.astype(np.float32)}
    model = OnnxModel(nodes, constants, (OnnxInput("row", (1, 4), "float32"),), ("shares",), 18, "test")
    return translate(model).data
