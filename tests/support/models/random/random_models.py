"""Models by seed, over every operator that is compiled: chains and branches for the reference kernels to judge."""

from __future__ import annotations

from dataclasses import dataclass

from tests.support.models.random.random_drawing import ModelDrawing
from tests.support.models.random.random_operators import DRAWS

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
        """For people: the seed and what is in it."""
        return f"{self.seed} ({' '.join(self.operators)})"


def random_model(seed: int, length: int = LENGTH) -> RandomModel:
    """The same seed and length give the same bytes."""
    drawing = ModelDrawing(seed)
    drawing.image()
    operators = []
    for _ in range(length):
        operator = drawing.one_of(sorted(DRAWS))
        drawing.add_outputs(DRAWS[operator](drawing))
        operators.append(operator)
    return RandomModel(seed, drawing.finish(), tuple(operators))
