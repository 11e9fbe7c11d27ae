"""The step that quantises a candidate, in a child with the Python that has the quantiser."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import default_rng

from lab.child.job import ChildJob
from lab.quantize.forms import FORMS
from lab.quantize.samples import CalibrationSample, ModelInput
from lab.quantize.step import FloatParts, quantised

_SAMPLES = 4
_USUAL = (-0.8, 1.0)
"""The range of features whose bounds are unknown: not the same on both sides, because a zero point of 0 saves
instructions that real recordings do not save."""


def run(job: ChildJob) -> dict[str, Any]:
    """Reads the float model `source`, whose one input has the `shape`, and writes its `form` as `model`. `bounds` are
    those of the input, null where they are unknown. Raises `Refused`."""
    shape, bounds = tuple(job.spec["shape"]), job.spec["bounds"]
    low, high = bounds or _USUAL
    random = default_rng(0)
    samples = [
        CalibrationSample(str(number), (random.uniform(low, high, shape).astype(np.float32),))
        for number in range(_SAMPLES)
    ]
    parts = FloatParts(input_bounds=None if bounds is None else (low, high))
    data = job.inputs["source"].read_bytes()
    form = quantised(data, FORMS[job.spec["form"]], parts, samples, [ModelInput("input", shape)])
    job.outputs["model"].write_bytes(form)
    return {}
