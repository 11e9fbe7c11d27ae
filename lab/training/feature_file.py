"""Reads a file of features (`lab.training.data.save_features`) in a step that learns."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np


@dataclass(frozen=True)
class LearnedFeatures:
    """Inputs and labels of the windows to learn from and of the validation split, and the places of their
    recordings."""

    train: tuple[Any, Any]
    validation: tuple[Any, Any]
    train_recordings: Any
    validation_recordings: Any


def read_features(path: Path) -> LearnedFeatures:
    """Reads the windows of the two splits. Nothing else of the file stays in memory."""
    with np.load(path, allow_pickle=False) as arrays:
        inputs, labels, splits, recordings = (arrays[name] for name in ("inputs", "labels", "splits", "recordings"))
    train, validation = ((inputs[splits == split], labels[splits == split]) for split in (0, 1))
    return LearnedFeatures(train, validation, recordings[splits == 0], recordings[splits == 1])
