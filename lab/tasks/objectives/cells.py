"""The cells of a grid, learned from the positions of objects. Exported scripts contain this file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from lab.tasks.objectives.objective import Objective


@dataclass(frozen=True)
class CellObjective(Objective):
    """Labels are positions of objects, f32 [n, most, 3], and outputs f32 [n, rows, columns, labels]. Cells with objects
    have the weight `object_weight`, and the figure is their F1."""

    object_weight: float
    curve: ClassVar[str] = "f1"
    title: ClassVar[str] = "F1 of cells"
    metrics: ClassVar[tuple[str, ...]] = ("f1",)

    def augmented(self, augment: Any, inputs: Any, labels: Any, random: Any) -> tuple[Any, Any]:
        """The positions are changed with the pictures."""
        pair: tuple[Any, Any] = augment(inputs, labels, random)
        return pair

    def targets(self, labels: Any, weights: Any, output_shape: tuple[int, ...]) -> tuple[Any, Any]:
        """Returns targets in which the cells of objects count more, as nearly all cells are background."""
        del weights
        grid = grid_of(labels, *output_shape[1:3])
        return grid, cell_weights(grid, self.object_weight)

    def learned_figure(self, results: dict[str, float], labels: Any) -> float:
        del labels
        return results["f1"]

    def loss_and_figure(self, outputs: Any, labels: Any) -> tuple[float, float]:
        return judged_cells(outputs, grid_of(labels, *outputs.shape[1:3]), self.object_weight)


def grid_of(positions: Any, rows: int, columns: int) -> Any:
    """The label of each cell, i32 [n, rows, columns], 0 for the background: that of the object whose middle is in it.

    `positions` is f32 [n, most, 3]: the label from 1, or 0 where there is no object, and x and y. What was moved out of
    the picture, beyond 0 to 1, is in no cell."""
    labels, x, y = (positions[..., place] for place in range(3))
    is_inside = (labels > 0) & (x >= 0) & (x <= 1) & (y >= 0) & (y <= 1)
    pictures = np.nonzero(is_inside)[0]
    of_row = np.minimum((y[is_inside] * rows).astype(np.int32), rows - 1)
    of_column = np.minimum((x[is_inside] * columns).astype(np.int32), columns - 1)
    grid = np.zeros((len(positions), rows, columns), np.int32)
    grid[pictures, of_row, of_column] = labels[is_inside].astype(np.int32)
    return grid


def cell_weights(grid: Any, object_weight: float) -> Any:
    """A weight for each cell, f32 [n, rows, columns]: nearly all are background, so those of objects count more."""
    return np.where(grid > 0, object_weight, 1.0).astype(np.float32)


def judged_cells(shares: Any, grid: Any, object_weight: float) -> tuple[float, float]:
    """The weighted loss of cells, and the F1 of those with objects. `shares` is f32 [n, rows, columns, labels]."""
    right = np.take_along_axis(shares, grid[..., None], axis=-1)[..., 0].astype(np.float64)
    loss = float(np.mean(cell_weights(grid, object_weight) * -np.log(np.maximum(right, 1e-7))))
    answers = np.argmax(shares, axis=-1)
    object_cells = int(np.count_nonzero(grid)) + int(np.count_nonzero(answers))
    f1 = 2 * int(np.count_nonzero((grid > 0) & (answers == grid))) / max(object_cells, 1)
    return (loss if np.isfinite(shares).all() else float("nan")), f1
