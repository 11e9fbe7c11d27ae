"""A share for each class of a window: the objective of labels. Exported scripts contain this file."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from lab.tasks.objectives.objective import Objective


@dataclass(frozen=True)
class ShareObjective(Objective):
    """Labels are i32 [n], and outputs f32 [n, classes]. The figure is how often the greatest share is right."""

    curve: ClassVar[str] = "accuracy"
    title: ClassVar[str] = "accuracy"
    metrics: ClassVar[tuple[str, ...]] = ("accuracy",)
    is_classifier: ClassVar[bool] = True

    def learned_figure(self, results: dict[str, float], labels: Any) -> float:
        del labels
        return results["accuracy"]

    def loss_and_figure(self, outputs: Any, labels: Any) -> tuple[float, float]:
        right = outputs[np.arange(len(labels)), labels]
        loss = float(np.mean(-np.log(np.maximum(right.astype(np.float64), 1e-7))))
        return (loss if np.isfinite(outputs).all() else math.nan), float(np.mean(np.argmax(outputs, axis=1) == labels))
