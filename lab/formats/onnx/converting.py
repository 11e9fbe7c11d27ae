"""Converts an ONNX model to a float `.tflite` file and compares the two, in the child of the onnx environment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import rune
from lab.child.job import ChildJob
from lab.formats.comparing import INPUTS, TOLERANCE, Array, difference, seeded_inputs, tolerance_of
from lab.formats.onnx.converted import ConvertedOnnx, inputs_to_json, number_kinds
from lab.formats.onnx.labels import ScoringModel, without_labels
from lab.formats.onnx.model import OnnxModel, OnnxNode
from lab.formats.onnx.reading import read_onnx
from lab.formats.onnx.source import SourceOnnx
from lab.formats.onnx.translating import TranslatedModel, fix_shapes, translate
from lab.refusal import Reason, Refused
from rune.wording import plain, quoted


def run(job: ChildJob) -> dict[str, Any]:
    """Reads `source` and, if there is one, the file `weights`, and writes `model`. The result is that of
    `convert_source`."""
    return convert_source(job, read_source(job))


def read_source(job: ChildJob) -> ScoringModel:
    """Reads `source` with the file `weights`. Raises `Refused`."""
    job.report(0.05, "Reading the file as data")
    weights = job.inputs.get("weights")
    return without_labels(read_onnx(job.inputs["source"], weights, job.spec.get("weights_name", "")))


def convert_source(job: ChildJob, source: ScoringModel) -> dict[str, Any]:
    """Writes `model`, the float model of a source that was read.

    The result has the inputs, the names of a classifier's classes and the number of its scores, the converter's version
    and the largest difference.
    """
    shapes = {name: tuple(shape) for name, shape in job.spec.get("shapes", {}).items()}
    model = fix_shapes(source.model, shapes)
    for path in job.inputs.values():
        path.unlink()
    job.report(0.2, "Converting")
    translated_model = translate(model)
    job.report(0.5, f"Comparing on {INPUTS} inputs")
    largest = compare(model, translated_model)
    job.outputs["model"].write_bytes(translated_model.data)
    return {
        "inputs": inputs_to_json(translated_model),
        "classes": list(source.classes),
        "scores": translated_model.output_shapes[0][-1] if source.classes else 0,
        "difference": largest,
        "saved_with": f"ONNX of {model.producer}",
        "converter": f"rune {rune.__version__}",
    }


def compare(model: OnnxModel, translated_model: TranslatedModel) -> float:
    """The largest difference between a model in onnxruntime and its converted form.

    Raises `Refused` above the tolerance, which follows the type of the source's floats, and names the first operator
    that differs.
    """
    tolerance = tolerance_of(number_kinds(model))
    inputs = seeded_inputs([each.source_shape for each in translated_model.inputs], translated_model.ids)
    source, converted_model = SourceOnnx(model), ConvertedOnnx(translated_model)
    largest = 0.0
    for values in inputs:
        for one, other in zip(source.outputs(values), converted_model.outputs(values), strict=True):
            largest = max(largest, difference(one, other.reshape(one.shape) if one.size == other.size else other))
    if largest > tolerance:
        node = first_different(model, inputs[0], tolerance)
        where = "No single operator explains it."
        if node is not None:
            where = f"The first operator that differs is {plain(node.op)} {quoted(node.name)}."
        raise Refused(
            Reason.DIFFERS,
            f"The converted model answers otherwise than its source: by {largest:.2g} of the output's largest number, "
            f"where at most {tolerance:.2g} is accepted. {where}",
        )
    return largest


def first_different(model: OnnxModel, values: Sequence[Array], tolerance: float = TOLERANCE) -> OnnxNode | None:
    """Returns the first node that gives another value in the converted model, or None if none does."""
    nodes = {name: node for node in model.nodes for name in node.outputs if name}
    names = list(nodes)
    try:
        sources = SourceOnnx(model, names).outputs(values)
    except Refused:
        return None
    floats = [name for name, one in zip(names, sources, strict=True) if one.dtype.kind == "f" and one.size]
    expected = dict(zip(names, sources, strict=True))
    for name in floats:
        try:
            results = ConvertedOnnx(translate(model, [name])).outputs(values)
        except Refused:
            continue
        if difference(expected[name].ravel(), results[0].ravel()) > tolerance:
            return nodes[name]
    return None
