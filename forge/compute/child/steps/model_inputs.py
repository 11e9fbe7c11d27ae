"""The inputs of a float model from samples, computed by the project's own stages in the compiler's process."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from forge.compute.child.job_files import JobFiles
from forge.compute.child.output_file import emptied_output
from rune.assessment.evaluation.model_inputs import CompiledFront, FrontImpossible
from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.model.tflite import ModelError, read_model, signature
from rune.project.files import FileError
from rune.source.runefile.model_inputs.front import fitting_front, model_fronts

MOST_WINDOWS = 8
"""The greatest number of windows of one recording."""
MOST_BYTES = 64 << 20
"""The limit of all samples' inputs: a form runs on each of them, and large inputs come with slow models."""


def compute_model_inputs(job: Mapping[str, Any], files: JobFiles, output: int) -> dict[str, Any]:
    """Writes what the float model `model` reads of each sample of `samples` into `output`, as f32.

    `file` is the path that the model has in the project, which decides where several stages fit. Samples that `seconds`
    do not reach, and those that would take more than `MOST_BYTES`, are left out.
    """
    paths = {sample["path"] for sample in job["samples"]}
    project = files.without({*paths, job["model"]})
    try:
        inputs = signature(read_model(files.read(job["model"]))).inputs
    except ModelError as error:
        return {"refused": f"The model cannot be read: {error}"}
    if len(inputs) != 1:
        return {"refused": f"The model has {len(inputs)} inputs, and samples are given to one."}
    dimensions = tuple(inputs[0].type.dimensions)
    fronts = model_fronts(project, PUBLISHED_BLOCKS)
    front = fitting_front(fronts, dimensions, job["file"])
    if front is None:
        shape = "x".join(map(str, dimensions))
        own = ", ".join(f"{each.stage} ({each.type})" for each in fronts)
        reason = f"Its models read {own}." if own else "It has no stage that gives a model its input."
        return {"refused": f"The Runefile gives no model {shape} floats. {reason}"}
    try:
        compiled_front = CompiledFront(project, front, dimensions)
    except FrontImpossible as error:
        return {"refused": str(error)}
    samples = []
    size = 0
    end = time.monotonic() + job["seconds"]
    with emptied_output(output) as target:
        for sample in job["samples"]:
            if time.monotonic() > end or size > MOST_BYTES:
                break
            path, reason = sample["path"], ""
            try:
                windows = compiled_front.of(files.read(path), MOST_WINDOWS)
            except (FrontImpossible, FileError) as error:
                windows, reason = [], str(error)[:300]
            for window in windows:
                target.write(window.tobytes())
                size += window.nbytes
            samples.append({"path": path, "windows": len(windows), "reason": reason})
    return {
        "stage": front.stage,
        "file": front.file or "",
        "dimensions": list(dimensions),
        "labels": list(front.labels),
        "samples": samples,
    }
