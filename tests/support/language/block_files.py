"""A block in Python, and the Runefile that uses it."""

from __future__ import annotations

RUNEFILE = """\
version: 1
image: runicos/base
pipeline:
  model:
    capability: RAW
    args: {length: 24}
    outputs: [{type: f32, dimensions: [6]}]
  smooth:
    proc-block: ./smooth.py
    inputs: [model]
  out:
    out: SERIAL
    inputs: [smooth]
"""
BLOCK = """\
import math
GAIN = 0.5
def scaled(v: f32) -> f32:
    return v * GAIN
def smooth(x: f32["n"], *, alpha: f32 = 0.25, last: State[f32["n"]]) -> f32["n"]:
    loudest = 0.0
    for i in range(len(x)):
        last[i] = last[i] + scaled(alpha * (x[i] - last[i]))
        loudest = max(loudest, math.fabs(last[i]))
    return last
"""
