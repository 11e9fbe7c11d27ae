"""The gesture rune of the real projects."""

from __future__ import annotations

GESTURE = """\
version: 1
image: runicos/base
pipeline:
  accelerometer: {capability: ACCEL, outputs: [{type: f32, dimensions: [1, 128, 3, 1]}], args: {n: 128}}
  normalize:
    proc-block: hotg-ai/proc-blocks@v0.11.3#normalize
    inputs: [accelerometer]
    outputs: [{type: f32, dimensions: [1, 128, 3, 1]}]
  model: {model: ./model.tflite, inputs: [normalize], outputs: [{type: f32, dimensions: [1, 4]}]}
  most_confident:
    proc-block: hotg-ai/proc-blocks@v0.11.3#most_confident_indices
    inputs: [model]
    outputs: [{type: u32, dimensions: [1]}]
  label:
    proc-block: hotg-ai/proc-blocks@v0.11.3#label
    inputs: [most_confident]
    outputs: [{type: utf8, dimensions: [1]}]
    args: {wordlist: "Wing\\nRing\\nSlope\\nUnknown"}
  out: {out: serial, inputs: [label]}
"""
