"""Classifiers of scikit-learn give a label and the scores of all classes. A converted model gives the scores alone.

The operators that look the label up are left out, and so is the one that makes a dictionary of the scores. The names of
the classes stay, in the order of the scores.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from lab.formats.onnx.model import LEARNERS_DOMAIN, Array, OnnxModel, OnnxNode
from lab.formats.onnx.operators.learners import CLASSIFIERS
from lab.refusal import Reason, Refused
from rune.wording import quoted

_DICTIONARY: Final = "ZipMap"
_PASSING: Final = ("Cast", "Flatten", "Identity", "Reshape", "Squeeze", "Unsqueeze")
"""Operators that leave a label a label."""
_NAMES: Final = ("classlabels_strings", "classlabels_int64s", "classlabels_ints")
"""Attributes that hold the names of classes."""


@dataclass(frozen=True)
class ScoringModel:
    """A model whose outputs are numbers, and the names of its classes; none for a model that is no classifier."""

    model: OnnxModel
    classes: tuple[str, ...]


def without_labels(model: OnnxModel) -> ScoringModel:
    """The model without its labels. One without operators of estimators stays as it is. Raises `Refused`."""
    if not any(node.domain == LEARNERS_DOMAIN for node in model.nodes):
        return ScoringModel(_without_texts(model), ())
    givers = {name: node for node in model.nodes for name in node.outputs if name}
    outputs = [_scores(name, givers) for name in model.outputs if not _is_label(name, givers, model.constants)]
    if not outputs:
        raise Refused(
            Reason.NOT_CONVERTED,
            "The model answers with a label alone. Export it with its scores, which are the second output of skl2onnx.",
        )
    classes = {names for node in model.nodes for names in [_classes(node, model.constants)] if names}
    if len(classes) > 1:
        raise Refused(
            Reason.NOT_CONVERTED, "The model has several classifiers with different classes. Export each by itself."
        )
    names = tuple(dict.fromkeys(outputs))
    nodes = list(needed_nodes(model.nodes, names))
    return ScoringModel(_without_texts(replace(model, nodes=nodes, outputs=names)), next(iter(classes), ()))


def needed_nodes(nodes: Iterable[OnnxNode], outputs: Iterable[str]) -> Iterator[OnnxNode]:
    """The nodes on which outputs depend, in their order."""
    needed_names, selection = set(outputs), []
    for node in reversed(list(nodes)):
        if needed_names & set(node.outputs):
            needed_names |= set(node.inputs)
            selection.append(node)
    yield from reversed(selection)


def _scores(name: str, givers: Mapping[str, OnnxNode]) -> str:
    """The scores of which an output is the dictionary; another output as it is."""
    giver = givers.get(name)
    return giver.input(0) if giver is not None and giver.op == _DICTIONARY else name


def _is_label(name: str, givers: Mapping[str, OnnxNode], constants: Mapping[str, Array]) -> bool:
    """Returns whether an output is what a classifier decides for, or is looked up in a list."""
    while (giver := givers.get(name)) is not None:
        if giver.op in CLASSIFIERS:
            return name == giver.outputs[0]
        if giver.op == "ArrayFeatureExtractor":
            return giver.input(0) in constants
        if giver.op not in _PASSING:
            return giver.op == "LabelEncoder"
        name = giver.input(0)
    return False


def _classes(node: OnnxNode, constants: Mapping[str, Array]) -> tuple[str, ...]:
    """The names of classes that a node holds; none if it is no classifier, dictionary or list of them."""
    if node.op == "ArrayFeatureExtractor" and node.input(0) in constants:
        return tuple(str(one) for one in constants[node.input(0)].ravel())
    values = [node.attributes.get(key) for key in _NAMES if node.op in (*CLASSIFIERS, _DICTIONARY)]
    return next((tuple(map(str, one)) for one in values if isinstance(one, tuple) and one), ())


def _without_texts(model: OnnxModel) -> OnnxModel:
    """The model without constants of texts. Raises `Refused` where a node reads one."""
    texts = {name for name, array in model.constants.items() if array.dtype.kind == "O"}
    read = sorted(texts & {*model.outputs, *(name for node in model.nodes for name in node.inputs)})
    if read:
        raise Refused(Reason.NOT_CONVERTED, f"The array {quoted(read[0])} is not of numbers that are converted.")
    return replace(model, constants={name: one for name, one in model.constants.items() if name not in texts})
