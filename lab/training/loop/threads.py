"""The threads of TensorFlow, by the work of a step: they decide the order in which an operator adds numbers."""

from __future__ import annotations

import tensorflow as tf

THREADS = 2
"""Threads for operators and within one; a process has two processors at most."""
LARGE_STEP = 1 << 17
"""Numbers of the windows of a step from which on two threads share an operator."""


def set_threads(numbers: int, *, is_alone: bool = True) -> None:
    """Chooses the threads by the numbers that a step reads, before its first operation.

    An operator of a small network is done before a second thread has woken up: with one thread for each operator a step
    of 32 spectrograms of 49 by 40 takes two thirds of the time, while one of 32 pictures of 96 by 96 in colour takes a
    fifth more. How many operators work at a time does not change what they compute.
    """
    tf.config.threading.set_intra_op_parallelism_threads(1 if numbers < LARGE_STEP else THREADS)
    tf.config.threading.set_inter_op_parallelism_threads(THREADS if is_alone else 1)
