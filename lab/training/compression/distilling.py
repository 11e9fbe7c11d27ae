"""Learns from a teacher: a network that has learned the same labels already answers each window, and the network learns
its answers beside the labels. Exported scripts contain this file.

The teacher sees each window as the network does, moved and with noise, so it also says what is less certain then.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

TEACHER_SHARE = 0.5
"""How much the answers of the teacher count; the labels count for the rest."""
TEMPERATURE = 2.0
"""Above 1, the labels that the teacher holds for less likely count more."""


def teacher_of(model: bytes) -> Callable[[Any], Any]:
    """A function from windows f32 [n, ...] to the shares that a float `.tflite` model gives each class, f32
    [n, classes]. The model takes one window at a time."""
    interpreter = tf.lite.Interpreter(model_content=model, num_threads=1)
    interpreter.allocate_tensors()
    source, target = interpreter.get_input_details()[0]["index"], interpreter.get_output_details()[0]["index"]

    def shares(windows: Any) -> Any:
        answers = []
        for window in windows:
            interpreter.set_tensor(source, window[None])
            interpreter.invoke()
            answers.append(interpreter.get_tensor(target)[0])
        return np.array(answers, np.float32)

    return shares


def soft_labels(right: Any, shares: Any) -> Any:
    """The shares to learn of windows, f32 [n, classes]: those of their labels, mixed with the shares of a teacher."""
    softened = np.power(np.maximum(shares, 1e-9), 1 / TEMPERATURE)
    softened /= softened.sum(axis=1, keepdims=True)
    return ((1 - TEACHER_SHARE) * right + TEACHER_SHARE * softened).astype(np.float32)
