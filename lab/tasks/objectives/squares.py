"""The squares of errors of numbers, of which 0 is the answer that needs no learning. Exported scripts contain this
file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from lab.tasks.objectives.objective import Objective


@dataclass(frozen=True)
class SquareObjective(Objective):
    """Labels are f32 [n], or [n, outputs] where a window has as many numbers as the model gives. The figure is the
    share of their squares that the loss leaves out."""

    curve: ClassVar[str] = "explained"
    title: ClassVar[str] = "share explained"

    def loss(self, *, of_shares: bool) -> str:
        del of_shares
        return "mse"

    def learned_figure(self, results: dict[str, float], labels: Any) -> float:
        return explained_share(results["loss"], labels)

    def loss_and_figure(self, outputs: Any, labels: Any) -> tuple[float, float]:
        loss = float(np.mean(np.square(outputs.reshape(labels.shape).astype(np.float64) - labels)))
        return loss, explained_share(loss, labels)


def explained_share(loss: float, labels: Any) -> float:
    """The share of the squares of numbers that a loss leaves out, from 0."""
    return max(0.0, 1 - loss / max(float(np.mean(np.square(labels, dtype=np.float64))), 1e-12))
