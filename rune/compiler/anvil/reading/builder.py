"""A graph as it grows: values and nodes in the order in which they are met."""

from __future__ import annotations

from dataclasses import replace

from rune.compiler.anvil.graph import CompiledModel, Graph, Node, Value, Work
from rune.tensor import ElementType, TensorType


class GraphBuilder:
    """Collects what the readers find."""

    def __init__(self) -> None:
        self._values: list[Value] = []
        self._nodes: list[Node] = []
        self._models: list[CompiledModel] = []

    def value(self, value: Value) -> int:
        """Its index."""
        self._values.append(value)
        return len(self._values) - 1

    def written_anew(self, index: int) -> int:
        """What an op leaves in the memory of a value."""
        return self.value(replace(self._values[index], initial=None, shares=index, offset=0))

    def type_of(self, index: int) -> TensorType:
        return self._values[index].type

    def sizes_of(self, index: int) -> int | None:
        """The value that holds the sizes which each run decides; None where none does."""
        return self._values[index].sizes

    def bytes_of_texts(self, index: int) -> tuple[int, ...]:
        """The values whose bytes a slice of this one lies in: its own, or those that its texts point into."""
        is_text = self._values[index].type.element is ElementType.UTF8
        return self.pointed_into(index) if is_text else (index,)

    def pointed_into(self, index: int) -> tuple[int, ...]:
        """The values whose bytes the texts of a value may be slices of."""
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

    def model(self, stage: str, file: str) -> None:
        self._models.append(CompiledModel(stage, file))

    def graph(self) -> Graph:
        return Graph(tuple(self._values), tuple(self._nodes), tuple(self._models))
