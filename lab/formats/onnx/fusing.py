"""Operators of ONNX that together are one operator of TFLite: the exact GELU, as exporters below opset 20 write it.

x / 2 * (1 + erf(x / sqrt(2))), with its factors in any order.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from lab.formats.onnx.model import Array, OnnxModel, OnnxNode

_CLOSE = 1e-3
"""The largest error of a constant, as a part of it: models of 16-bit floats have them rounded."""


@dataclass(frozen=True)
class _Wiring:
    """The nodes of a model by the values that they give and read."""

    constants: Mapping[str, Array]
    givers: Mapping[str, OnnxNode]
    readers: Mapping[str, Sequence[OnnxNode]]

    def only_reader(self, name: str, op: str) -> OnnxNode | None:
        """The one node that reads a value, if it is of this operator."""
        nodes = self.readers.get(name, ())
        return nodes[0] if len(nodes) == 1 and nodes[0].op == op else None

    def is_number(self, name: str, value: float) -> bool:
        array = self.constants.get(name)
        return array is not None and array.size == 1 and math.isclose(float(array.ravel()[0]), value, rel_tol=_CLOSE)

    def scaled(self, name: str, factor: float) -> str:
        """The value that is multiplied by a factor, or divided by its inverse, to give this one; "" if none is."""
        node = self.givers.get(name)
        if node is None or node.op not in ("Mul", "Div") or len(node.inputs) != 2:
            return ""
        one, other = node.inputs
        if node.op == "Div":
            return one if self.is_number(other, 1 / factor) else ""
        return one if self.is_number(other, factor) else other if self.is_number(one, factor) else ""


def fused(model: OnnxModel) -> OnnxModel:
    """The model with `Gelu` in place of the operators that compute it. Those that nothing reads any more stay."""
    readers: dict[str, list[OnnxNode]] = {}
    for node in model.nodes:
        for name in dict.fromkeys(node.inputs):
            readers.setdefault(name, []).append(node)
    for name in model.outputs:
        readers.setdefault(name, []).append(OnnxNode("", "", (), (), {}))
    graph = _Wiring(model.constants, {name: node for node in model.nodes for name in node.outputs}, readers)
    replacements = {last: source for node in model.nodes if node.op == "Erf" for source, last in _gelu(graph, node)}
    return replace(model, nodes=[_replaced(node, replacements) for node in model.nodes])


def _gelu(graph: _Wiring, erf: OnnxNode) -> Iterator[tuple[str, str]]:
    """The input of the GELU that has this `Erf`, and its result."""
    source = graph.scaled(erf.inputs[0], math.sqrt(0.5))
    plus_one = graph.only_reader(erf.outputs[0], "Add")
    if not source or plus_one is None or not any(graph.is_number(name, 1.0) for name in plus_one.inputs):
        return
    product = graph.only_reader(plus_one.outputs[0], "Mul")
    if product is None:
        return
    other = _other(product, plus_one.outputs[0])
    if graph.scaled(other, 0.5) == source:
        yield source, product.outputs[0]
        return
    last = graph.only_reader(product.outputs[0], "Mul")
    if last is None:
        return
    rest = _other(last, product.outputs[0])
    if (other == source and graph.is_number(rest, 0.5)) or (rest == source and graph.is_number(other, 0.5)):
        yield source, last.outputs[0]


def _other(node: OnnxNode, name: str) -> str:
    """The input of a node with two inputs that is not this one."""
    return node.inputs[1] if node.inputs[0] == name else node.inputs[0]


def _replaced(node: OnnxNode, replacements: Mapping[str, str]) -> OnnxNode:
    source = replacements.get(node.outputs[0]) if len(node.outputs) == 1 else None
    return node if source is None else OnnxNode("Gelu", node.name, (source,), node.outputs, {})
