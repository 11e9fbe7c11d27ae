"""The loss of a network, and the figure of its curves. Exported scripts contain this file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True)
class Objective:
    """The loss of a network, and a figure beside it. Rows of the curves call that figure `accuracy`, whatever it is.

    `curve` names the figure in descriptions, and `title` in sentences. `metrics` are the names of what Keras measures
    of it while the network learns."""

    curve: ClassVar[str]
    title: ClassVar[str]
    metrics: ClassVar[tuple[str, ...]] = ()
    is_classifier: ClassVar[bool] = False
    """Whether each window has one class."""

    def loss(self, *, of_shares: bool) -> str:
        """The name of the loss in Keras: of one class, or `of_shares` of labels that are a share for each class."""
        return "categorical_crossentropy" if of_shares else "sparse_categorical_crossentropy"

    def augmented(self, augment: Any, inputs: Any, labels: Any, random: Any) -> tuple[Any, Any]:
        """Inputs as the function `augment` of a recipe changes them, with their labels."""
        return augment(inputs, random), labels

    def targets(self, labels: Any, weights: Any, output_shape: tuple[int, ...]) -> tuple[Any, Any]:
        """The labels and the weights of a batch, for a model with an output of that shape."""
        del output_shape
        return labels, weights

    def learned_figure(self, results: dict[str, float], labels: Any) -> float:
        """The figure of an epoch, from the loss and what Keras measured. `labels` are those of the train split."""
        raise NotImplementedError

    def loss_and_figure(self, outputs: Any, labels: Any) -> tuple[float, float]:
        """The loss and the figure of outputs for windows that are not learned."""
        raise NotImplementedError
