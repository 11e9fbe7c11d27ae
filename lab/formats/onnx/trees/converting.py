"""Converts the decision trees of an ONNX model to the file of the block, and compares the two with onnxruntime."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

import rune
from lab.child.job import ChildJob
from lab.formats.comparing import TOLERANCE, Array, difference
from lab.formats.onnx.labels import ScoringModel, without_labels
from lab.formats.onnx.model import OnnxModel, OnnxNode
from lab.formats.onnx.operators.learners import TREE_OPERATORS
from lab.formats.onnx.reading import read_onnx
from lab.formats.onnx.source import SourceOnnx
from lab.formats.onnx.translating import fix_shapes
from lab.formats.onnx.trees.ensemble import read_ensemble
from lab.formats.onnx.trees.features import FeatureSteps
from lab.formats.onnx.trees.file import TreeText, tree_text
from lab.formats.onnx.values import refuse
from lab.refusal import Reason, Refused
from rune.blocks.decision_trees.file import TreeFile, TreeLeaf, read_tree_file
from rune.blocks.signature import BlockError
from rune.wording import counted, plain, quoted

_ROWS: Final = 256
"""Inputs of the comparison: features at thresholds, right above them and anywhere."""
_SEED: Final = 64


def run(job: ChildJob) -> dict[str, Any]:
    """Reads `source` and writes `model`, the text of the trees. The result is that of `convert_source`."""
    job.report(0.05, "Reading the file as data")
    return convert_source(job, without_labels(read_onnx(job.inputs["source"])))


def convert_source(job: ChildJob, source: ScoringModel) -> dict[str, Any]:
    """Writes `model`, the text of the trees of a source that was read.

    The result has the names of a classifier's classes, the numbers of features, outputs, trees and nodes, whether the
    outputs are scores, the converter's version and the largest difference.
    """
    model = fix_shapes(source.model, {name: tuple(shape) for name, shape in job.spec.get("shapes", {}).items()})
    for path in job.inputs.values():
        path.unlink()
    job.report(0.3, "Converting")
    text, file, features = converted_trees(model)
    job.report(0.5, f"Comparing on {_ROWS} inputs")
    largest = compare(model, file, text)
    job.outputs["model"].write_text(text.text, encoding="utf-8")
    return {
        "classes": list(source.classes),
        "scores": text.outputs,
        "features": features,
        "is_scored": text.is_scored,
        "trees": len(file.trees),
        "nodes": sum(len(tree.nodes) for tree in file.trees),
        "difference": largest,
        "saved_with": f"ONNX of {model.producer}",
        "converter": f"rune {rune.__version__}",
    }


def converted_trees(model: OnnxModel) -> tuple[TreeText, TreeFile, int]:
    """The trees of a model as text and as the block reads it, and how many features they read. Raises `Refused`."""
    node, features = _trees(model)
    try:
        text = tree_text(node, read_ensemble(node), FeatureSteps(model, node, features), features)
    except (ValueError, TypeError, LookupError, ArithmeticError, AttributeError) as error:
        where = f"{plain(node.op)} {quoted(node.name)}"
        raise Refused(Reason.BROKEN, f"{where} has inputs or arguments that do not fit it.") from error
    try:
        return text, read_tree_file(text.text), features
    except BlockError as error:
        raise Refused(Reason.NOT_CONVERTED, f"The block decision_trees does not take the trees: {error}.") from error


def _trees(model: OnnxModel) -> tuple[OnnxNode, int]:
    """The operator of the trees, and how many features the model reads. Raises `Refused` for another model."""
    nodes = [node for node in model.nodes if node.op in TREE_OPERATORS]
    if not nodes:
        raise Refused(
            Reason.NOT_CONVERTED, "The model has no decision trees. Name an output that ends with .tflite for it."
        )
    if len(nodes) > 1 or len(model.outputs) > 1 or len(model.inputs) > 1:
        raise Refused(
            Reason.NOT_CONVERTED,
            f"The model has {counted(len(nodes), 'operator')} of trees, {counted(len(model.inputs), 'input')} and "
            f"{counted(len(model.outputs), 'output')} of numbers; one of each is converted. Export each estimator by "
            "itself, and without the option zipmap='columns'.",
        )
    givers = {name: node for node in model.nodes for name in node.outputs}
    last = givers[model.outputs[0]] if model.outputs[0] in givers else nodes[0]
    while last is not nodes[0]:
        if last.op != "Identity" or last.input(0) not in givers:
            raise refuse(last, "is behind decision trees, where no operator is converted.")
        last = givers[last.input(0)]
    shape = model.inputs[0].shape
    if len(shape) != 2 or shape[0] != 1 or model.inputs[0].kind != "float32":
        raise Refused(Reason.NOT_CONVERTED, "The trees read no rows of float32. Export them with FloatTensorType.")
    return nodes[0], int(shape[1] or 1)


def compare(model: OnnxModel, file: TreeFile, text: TreeText) -> float:
    """The largest difference between the trees in onnxruntime and as the block walks them. Raises `Refused`."""
    rows = _inputs(file)
    source = SourceOnnx(model)
    expected = np.concatenate([source.outputs([row[None]])[0].reshape(1, -1) for row in rows]).astype(np.float64)
    largest = difference(expected, _answers(file, rows, is_scored=text.is_scored))
    if largest > TOLERANCE:
        raise Refused(
            Reason.DIFFERS,
            f"The converted trees answer otherwise than their source: by {largest:.2g} of the largest output, where at "
            f"most {TOLERANCE:.2g} is accepted.",
        )
    return largest


def _inputs(file: TreeFile) -> Array:
    """Rows whose features are thresholds, the numbers right above these, or random around them."""
    random = np.random.default_rng(_SEED)
    rows = random.standard_normal((_ROWS, file.features)).astype(np.float32)
    thresholds: dict[int, list[float]] = {}
    for tree in file.trees:
        for node in tree.nodes:
            if not isinstance(node, TreeLeaf):
                thresholds.setdefault(node.feature, []).append(node.threshold)
    for feature, values in thresholds.items():
        places = random.choice(np.array(values, np.float32), _ROWS)
        above = np.nextafter(places, np.float32(np.inf))
        noise = places + rows[:, feature] * np.float32(np.std(values) + 1e-3 * np.abs(values).max())
        kind = random.integers(0, 3, _ROWS)
        rows[:, feature] = np.where(kind == 0, places, np.where(kind == 1, above, noise))
    return rows


def _answers(file: TreeFile, rows: Array, *, is_scored: bool) -> Array:
    """The answers of the block to rows, and of the softmax behind it."""
    sums = np.tile(np.array(file.base, np.float64), (len(rows), 1))
    for tree in file.trees:
        for number, row in enumerate(rows):
            place = 0
            while not isinstance(node := tree.nodes[place], TreeLeaf):
                place = place + 1 if row[node.feature] <= node.threshold else node.right
            if tree.output is None:
                sums[number] += node.values
            else:
                sums[number, tree.output] += node.values[0]
    if not is_scored:
        return sums
    powers = np.exp(sums - sums.max(1, keepdims=True))
    return np.asarray(powers / powers.sum(1, keepdims=True))
