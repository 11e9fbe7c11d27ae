"""Models that read a recipe's features."""

from __future__ import annotations

import numpy as np

from lab.formats.tflite_builder import Builder


def model_of(shape: tuple[int, ...], labels: int) -> bytes:
    """A float model that reads what a recipe's features are, and gives a score for each label."""
    count = int(np.prod(shape))
    builder = Builder()
    source = builder.tensor("input", (1, *shape))
    dimensions = builder.constant("shape", np.array([1, count], np.int32))
    flat = builder.add("RESHAPE", [source, dimensions], (1, count), "flat")
    weights = np.linspace(-1, 1, labels * count, dtype=np.float32).reshape(labels, count)
    bias = np.zeros(labels, np.float32)
    inputs = [flat, builder.constant("weights", weights), builder.constant("bias", bias)]
    output = builder.add("FULLY_CONNECTED", inputs, (1, labels), "scores", ("FullyConnected", {}))
    return builder.file({"input": source}, {"scores": output})
