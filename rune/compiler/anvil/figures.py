"""What a graph takes, as numbers that can be compared. Light: a report imports it, and a page its report."""

from __future__ import annotations

from dataclasses import dataclass

from rune.wording import counted


@dataclass(frozen=True)
class Figures:
    """Nodes, products that go into sums, and bytes of constants and of all other tensors together, each as if it had
    memory of its own. Of a difference, less than 0 is what was added."""

    nodes: int
    multiply_accumulates: int
    constants: int
    tensors: int

    def __sub__(self, other: Figures) -> Figures:
        return Figures(
            self.nodes - other.nodes,
            self.multiply_accumulates - other.multiply_accumulates,
            self.constants - other.constants,
            self.tensors - other.tensors,
        )

    def __str__(self) -> str:
        """Those above zero, as words."""
        words = (
            (self.nodes, counted(self.nodes, "step")),
            (self.multiply_accumulates, f"{self.multiply_accumulates:,} multiply-accumulates"),
            (self.constants, f"{self.constants:,} bytes of constants"),
            (self.tensors, f"{self.tensors:,} bytes of tensors"),
        )
        return ", ".join(text for figure, text in words if figure > 0)


NOTHING = Figures(0, 0, 0, 0)


def saving(saved: Figures) -> str:
    """What a pass saved and added, as words."""
    added = NOTHING - saved
    return f"saves {saved}" + (f", adds {added}" if str(added) else "") if str(saved) else f"adds {added}"
