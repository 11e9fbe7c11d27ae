"""A Runefile that feeds motion to a model, and the model, which tells circles, shaking and rest apart, for tests."""

from __future__ import annotations

import numpy as np

from lab.formats.tflite_builder import Builder
from tests.support.training.motion_data import LABELS

WINDOW = 50
RUNEFILE = f"""\
version: 1
image: runicos/base
pipeline:
  motion:
    capability: ACCEL
    outputs: [{{type: f32, dimensions: [{WINDOW}, 3]}}]
    args: {{samples: {WINDOW}}}
  gravity:
    proc-block: scale
    inputs: [motion]
    outputs: [{{type: f32, dimensions: [{WINDOW}, 3]}}]
    args: {{deviation: 9.81}}
  model:
    model: ./model.tflite
    inputs: [gravity]
    outputs: [{{type: f32, dimensions: [1, {len(LABELS)}]}}]
  best:
    proc-block: top_k
    inputs: [model]
    outputs: [{{type: u32, dimensions: [1]}}, {{type: f32, dimensions: [1]}}]
  label:
    proc-block: label
    inputs: [best.0]
    outputs: [{{type: utf8, dimensions: [1]}}]
    args: {{wordlist: $LABELS}}
  answer:
    out: serial
    inputs: [label]
resources:
  LABELS: {{inline: "{"|".join(LABELS)}", type: string}}
""".replace("|", "\\n")


def motion_model() -> bytes:
    """A float model of 50 rows in g: the energy of two axes tells the labels apart, in most recordings."""
    builder = Builder()
    source = builder.tensor("motion", (1, WINDOW, 3))
    squares = builder.add("MUL", [source, source], (1, WINDOW, 3), "energy/squares", ("Mul", {}))
    shape = builder.constant("shape", np.array([1, WINDOW * 3], np.int32))
    flat = builder.add("RESHAPE", [squares, shape], (1, WINDOW * 3), "flat/rows")
    x, y = (np.tile(np.eye(3, dtype=np.float32)[axis], WINDOW) for axis in (0, 1))
    weights = np.stack([y, x - y, -x - y]).astype(np.float32)
    bias = np.array([0, 0, 1], np.float32)
    inputs = [flat, builder.constant("weights", weights), builder.constant("bias", bias)]
    scores = builder.add("FULLY_CONNECTED", inputs, (1, 3), "scores/sums", ("FullyConnected", {}))
    return builder.file({"motion": source}, {"scores": scores})
