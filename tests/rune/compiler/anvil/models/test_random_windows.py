"""Padding that a pass folds into a filter: what the filter touches stays what it was."""

from __future__ import annotations

import numpy as np
import pytest

from rune.compiler.anvil.computation import PaddingFrame
from rune.compiler.anvil.ops.convolution.window import Window


@pytest.mark.parametrize("frame", [PaddingFrame(0, 0, 60, 0), PaddingFrame(60, 0, 0, 0), PaddingFrame(2, 58, 60, 0)])
def test_a_frame_is_no_wider_than_what_the_filter_touches(frame: PaddingFrame) -> None:
    """Rows of the vector kernels have no room for more."""
    height, width = 2 + frame.top + frame.bottom, 3 + frame.left + frame.right
    whole = Window(1, height, width, 4, 1, 1, 4, 2, 3, height, width, 1, 1, 0, 0)
    folded = whole.without(frame)
    assert folded.pad_left <= folded.reach[1] == 3
    assert folded.pad_top <= folded.reach[0] == 2
    image = np.arange(1, 25, dtype=np.int8).reshape(1, 2, 3, 4)
    sides = ((0, 0), (frame.top, frame.bottom), (frame.left, frame.right), (0, 0))
    assert np.array_equal(folded.patches(image, 0), whole.patches(np.pad(image, sides), 0))
