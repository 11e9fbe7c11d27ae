"""Windows of recordings as a model reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class FeatureWindows:
    """A model's inputs from all recordings. `inputs` is f32 `[windows, ...]`; `recordings` is i32 `[windows]`, the
    place of the recording that each is of. `too_short` are the places of recordings that fill no window."""

    inputs: Array
    recordings: Array
    too_short: Sequence[int]

    def at(self, places: Array) -> FeatureWindows:
        """Returns some of the windows, by their places or by a mask."""
        return replace(self, inputs=self.inputs[places], recordings=self.recordings[places])
