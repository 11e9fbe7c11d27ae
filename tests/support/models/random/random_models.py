"""Models by seed, over every operator that is compiled: chains and branches for the reference kernels to judge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rune.running.runtime.interpreters.model_parts import WITHOUT_REFERENCE_KERNEL
from tests.support.models.random.random_drawing import ModelDrawing
from tests.support.models.random.random_operators import DRAWS

VARIABLES = frozenset({"ASSIGN_VARIABLE", "READ_VARIABLE"})

LENGTH = 8
"""Operators of a model, about."""


@dataclass(frozen=True)
class RandomModel:
    """`operators` are those of the file in its order."""

    seed: int
    data: bytes
    operators: tuple[str, ...]

    @property
    def name(self) -> str:
        """The name for people: the seed and the operators."""
        return f"{self.seed} ({' '.join(self.operators)})"


def random_model(seed: int, length: int = LENGTH) -> RandomModel:
    """The same seed and length give the same bytes."""
    drawing = ModelDrawing(seed)
    drawing.image()
    operators: list[str] = []
    for _ in range(length):
        operator = drawing.one_of([each for each in sorted(DRAWS) if _has_reference([*operators, each])])
        drawing.add_outputs(DRAWS[operator](drawing))
        operators.append(operator)
    return RandomModel(seed, drawing.finish(), tuple(operators))


def _has_reference(operators: Sequence[str]) -> bool:
    """Returns whether the reference takes them together: the parts of a model cannot share variables."""
    return not (WITHOUT_REFERENCE_KERNEL & {*operators} and VARIABLES & {*operators})
