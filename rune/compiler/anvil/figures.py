"""The size of a graph in numbers that can be compared. It imports little, because reports and pages use it."""

from __future__ import annotations

from dataclasses import dataclass

from rune.wording import counted


@dataclass(frozen=True)
class GraphFigures:
    """The number of nodes, the number of products, and the bytes of constants and of all other tensors, without
    sharing. In a difference, a negative number means more."""

    nodes: int
    multiply_accumulates: int
    constants: int
    tensors: int

    def __sub__(self, other: GraphFigures) -> GraphFigures:
        return GraphFigures(
            self.nodes - other.nodes,
            self.multiply_accumulates - other.multiply_accumulates,
            self.constants - other.constants,
            self.tensors - other.tensors,
        )

    def __str__(self) -> str:
        """Returns the numbers above zero, as text."""
        words = (
            (self.nodes, counted(self.nodes, "step")),
            (self.multiply_accumulates, f"{self.multiply_accumulates:,} multiply-accumulates"),
            (self.constants, f"{self.constants:,} bytes of constants"),
            (self.tensors, f"{self.tensors:,} bytes of tensors"),
        )
        return ", ".join(text for figure, text in words if figure > 0)


NOTHING = GraphFigures(0, 0, 0, 0)


def saving(savings: GraphFigures) -> str:
    """Returns what a pass saved and added, as text."""
    increases = NOTHING - savings
    return (
        f"saves {savings}" + (f", adds {increases}" if str(increases) else "") if str(savings) else f"adds {increases}"
    )
