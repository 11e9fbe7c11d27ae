"""Filters that passes fold padding into, have work row by row, or let write over their input give what the reference
kernels give: by seed, on the targets that do most of it.

`make prove` asks 2,000 of them, and the kernel sets of small cores too.
"""

from __future__ import annotations

import numpy as np
import pytest

from rune.compiler.anvil.computation import PaddingFrame
from rune.compiler.anvil.lower import lower
from rune.compiler.anvil.ops.convolution.window import Window
from rune.compiler.anvil.program import RowLoop
from rune.compiler.anvil.target import Target
from rune.compiler.kernels.simd128.conv_2d import is_pointwise
from rune.model.tflite import read_model
from tests.support.compiler.always_rows import row_by_row
from tests.support.compiler.model_judge import disagreements
from tests.support.compiler.pipelines import models_pipeline
from tests.support.compiler.window_targets import MVP, TARGETS
from tests.support.models.random.random_windows import random_windows

MODELS = 40
"""Models, all in one module."""


def test_a_seed_gives_the_same_filters_each_time() -> None:
    assert random_windows(5) == random_windows(5)


@pytest.mark.slow
@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_random_filters_give_what_the_reference_gives(target: Target) -> None:
    assert disagreements({f"windows {seed}": random_windows(seed) for seed in range(MODELS)}, [target]) == []


@pytest.mark.slow
def test_many_of_them_work_row_by_row() -> None:
    models = {f"windows {seed}": read_model(random_windows(seed)) for seed in range(MODELS)}
    for longest, least in ((1, 20), (4, 10)):
        steps = lower(models_pipeline(models), models, row_by_row(MVP, longest)).steps
        assert sum(isinstance(step, RowLoop) for step in steps) > least


def test_a_filter_of_one_pixel_that_meets_a_frame_is_not_one_that_sees_the_image_alone() -> None:
    window = Window(1, 5, 5, 8, 5, 5, 8, 1, 1, 1, 1, 1, 1, 0, 0)
    assert is_pointwise(window)
    for frame in (
        PaddingFrame(1, 0, 0, 0),
        PaddingFrame(0, 1, 0, 0),
        PaddingFrame(0, 0, 1, 0),
        PaddingFrame(0, 0, 0, 1),
    ):
        assert not is_pointwise(window.without(frame))


@pytest.mark.parametrize("frame", [PaddingFrame(0, 0, 60, 0), PaddingFrame(60, 0, 0, 0), PaddingFrame(2, 58, 60, 0)])
def test_a_frame_is_no_wider_than_what_the_filter_touches(frame: PaddingFrame) -> None:
    """Rows of the vector kernels have no room for more."""
    height, width = 2 + frame.top + frame.bottom, 3 + frame.left + frame.right
    whole = Window(1, height, width, 4, 1, 1, 4, 2, 3, height, width, 1, 1, 0, 0)
    window = whole.without(frame)
    assert window.pad_left <= window.reach[1] == 3
    assert window.pad_top <= window.reach[0] == 2
    image = np.arange(1, 25, dtype=np.int8).reshape(1, 2, 3, 4)
    sides = ((0, 0), (frame.top, frame.bottom), (frame.left, frame.right), (0, 0))
    assert np.array_equal(window.patches(image, 0), whole.patches(np.pad(image, sides), 0))
