"""Converts an ONNX model: decision trees to the file of the block, and layers to a float `.tflite` file."""

from __future__ import annotations

from typing import Any

from lab.child.job import ChildJob
from lab.formats.onnx import converting
from lab.formats.onnx.operators.learners import TREE_OPERATORS
from lab.formats.onnx.trees import converting as tree_converting


def run(job: ChildJob) -> dict[str, Any]:
    """Reads `source` and, if there is one, the file `weights`, and writes `model`. A model with an operator of decision
    trees is one of these, and its result is in `trees`."""
    source = converting.read_source(job)
    if any(node.op in TREE_OPERATORS for node in source.model.nodes):
        return {"trees": tree_converting.convert_source(job, source)}
    return converting.convert_source(job, source)
