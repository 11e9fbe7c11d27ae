"""The F1 of cells while a network learns which counts objects. Plain Keras: exported scripts contain this file."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

CELL_F1 = "f1"
"""The name of the metric."""


class CellF1(keras.metrics.Metric):  # type: ignore[misc] # Keras has no types
    """The F1 of cells with objects, over the batches of an epoch."""

    def __init__(self) -> None:
        super().__init__(name=CELL_F1)
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
