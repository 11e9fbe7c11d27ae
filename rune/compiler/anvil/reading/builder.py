"""Builds a graph: collects values and nodes in order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from rune.compiler.anvil.graph import CompiledModel, Graph, Node, Value, Work
from rune.tensor import ElementType, TensorType


class GraphBuilder:
    """Collects the values and nodes of a graph."""

    def __init__(self) -> None:
        self._values: list[Value] = []
        self._nodes: list[Node] = []
        self._models: list[CompiledModel] = []

    def value(self, value: Value) -> int:
        """Adds a value and returns its index."""
        self._values.append(value)
        return len(self._values) - 1

    def written_anew(self, index: int) -> int:
        """Marks a value as written in the memory of another."""
        return self.value(replace(self._values[index], initial=None, shares=index, offset=0))

    def type_of(self, index: int) -> TensorType:
        return self._values[index].type

    def sizes_of(self, index: int) -> int | None:
        """Returns the value with the run-time sizes; None if all sizes are fixed."""
        return self._values[index].sizes

    def bytes_of_texts(self, index: int) -> tuple[int, ...]:
        """Returns the values that a view of this one points into: itself, or those that its texts point into."""
        is_text = self._values[index].type.element is ElementType.UTF8
        return self.pointed_into(index) if is_text else (index,)

    def pointed_into(self, index: int) -> tuple[int, ...]:
        """Returns the values that the texts of a value can point into."""
        return self._values[index].points_into

    def node(
        self,
        name: str,
        stage: str,
        work: Work,
        inputs: tuple[int, ...] = (),
        outputs: tuple[int, ...] = (),
        keeps: tuple[int, ...] = (),
    ) -> None:
        self._nodes.append(Node(name, stage, work, inputs, outputs, keeps))

    def model(self, stage: str, file: str, layers: Mapping[str, str]) -> None:
        """Adds a model; `layers` are those of the source model, by the names of its nodes."""
        self._models.append(CompiledModel(stage, file, layers))

    def graph(self) -> Graph:
        return Graph(tuple(self._values), tuple(self._nodes), tuple(self._models))
