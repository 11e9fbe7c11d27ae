"""The cells that a network learns which counts, from the positions of objects. Plain Keras and NumPy: exported scripts
contain this file."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf


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


class CellF1(keras.metrics.Metric):  # type: ignore[misc] # Keras has no types
    """The F1 of cells with objects, over the batches of an epoch."""

    def __init__(self) -> None:
        super().__init__(name="f1")
        self.right = self.add_weight(name="right", initializer="zeros")
        self.object_cells = self.add_weight(name="object_cells", initializer="zeros")

    def update_state(self, grid: Any, shares: Any, sample_weight: Any = None) -> None:
        del sample_weight
        grid, answers = tf.cast(grid, tf.int32), tf.argmax(shares, axis=-1, output_type=tf.int32)
        right = tf.math.logical_and(grid > 0, answers == grid)
        self.right.assign_add(2 * tf.reduce_sum(tf.cast(right, tf.float32)))
        for cells in (grid, answers):
            self.object_cells.assign_add(tf.reduce_sum(tf.cast(cells > 0, tf.float32)))

    def result(self) -> Any:
        return self.right / tf.maximum(self.object_cells, 1.0)
