"""Tracks how far a run is, and what comes next: how fast the network learns, when channels are removed, and when it
ends. Exported scripts contain this file as it is.

The learning rate falls to 0 as a cosine, over all epochs or earlier: where nothing got better any more, it falls from
where it is within `patience` epochs. A classifier that does not yet know nine of ten windows that it learns from gets
better by learning longer, though its validation split may not show it for some time. The best epoch is one of the last
quarter of that fall. Those before had larger steps, which leave a network at some distance from what it can be, and
with few recordings the loss on the validation split often prefers one of them that has hardly learned, because it is
never sure where it is wrong.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from lab.tasks.objectives.objective import Objective
from lab.tasks.objectives.shares import ShareObjective

CHOICE_SHARE = 4
"""The best epoch is one of the last of so many parts of the fall."""
LEARNED_ACCURACY = 0.9
"""The share of the windows to learn from, each as it was changed by chance, that a classifier knows before its learning
rate falls early."""


@dataclass(frozen=True)
class Settings:
    """`epochs` is the most epochs. After `patience` of them without a lower loss or a higher accuracy on the validation
    split the learning rate falls to 0 in as many, and the run ends.
    Where `prune` is not 0, that share of the channels is removed when half of the epochs are over, or earlier when
    `patience` epochs brought nothing; the network learns on without them. `smoothing` is the share of a label that goes
    to all classes alike. Without `is_balanced`, a class counts as often as it has windows. With `has_teacher`, the
    answers of another model are learned beside the labels. `objective` has the loss and the figure of the curves."""

    seed: int
    epochs: int
    patience: int
    batch: int
    learning_rate: float
    prune: float = 0.0
    smoothing: float = 0.0
    has_teacher: bool = False
    is_balanced: bool = True
    objective: Objective = field(default_factory=ShareObjective)

    @property
    def learns_shares(self) -> bool:
        """Whether each window has a share for each class to learn, in place of one class."""
        return self.has_teacher or self.smoothing > 0


@dataclass
class Progress:
    """The progress of a run: the learner, its curves, a row for each epoch, and the best epoch with its weights.

    `pruned_after` is the number of epochs after which channels were removed, None where they were not, and
    `falling_after` that after which nothing got better and the learning rate began to fall for the end.
    `accuracy_before` is the share of the windows of the validation split that a model which learned before had right at
    the begin; None for a new one."""

    learner: Any
    curves: list[dict[str, float]] = field(default_factory=list)
    best_epoch: int = 0
    best_weights: list[Any] = field(default_factory=list)
    pruned_after: int | None = None
    falling_after: int | None = None
    accuracy_before: float | None = None

    @property
    def model(self) -> Any:
        return self.learner.model


@dataclass(frozen=True)
class Fall:
    """A fall of the learning rate from `top` to 0, as half a cosine, over `epochs` behind the first `begin` ones."""

    begin: int
    epochs: int
    top: float

    @property
    def end(self) -> int:
        return self.begin + self.epochs

    @property
    def choice(self) -> int:
        """The number of epochs behind which the best one is chosen."""
        return self.end - max(1, self.epochs // CHOICE_SHARE)

    def rate(self, epochs: float) -> float:
        """The learning rate when so many epochs of the run are over."""
        over = min(1.0, (epochs - self.begin) / self.epochs)
        return self.top * 0.5 * (1 + math.cos(math.pi * over))


def current_fall(progress: Progress, settings: Settings) -> Fall:
    """The fall of the learning rate in which the next epoch is."""
    begin = progress.pruned_after or 0
    end = settings.epochs // 2 if settings.prune and progress.pruned_after is None else settings.epochs
    fall = Fall(begin, (end - begin) or 1, settings.learning_rate)
    if progress.falling_after is None:
        return fall
    return Fall(progress.falling_after, settings.patience, fall.rate(progress.falling_after))


def is_to_be_pruned(progress: Progress, settings: Settings) -> bool:
    """Returns whether the next epoch is learned with fewer channels, and the last one was not."""
    if not settings.prune or progress.pruned_after is not None:
        return False
    return has_ended(progress, settings) or _has_stalled(progress, settings)


def is_to_fall(progress: Progress, settings: Settings) -> bool:
    """Returns whether nothing got better, and the learning rate would not have fallen to 0 soon in any case."""
    remaining = current_fall(progress, settings).end - len(progress.curves)
    return progress.falling_after is None and remaining > settings.patience and _has_stalled(progress, settings)


def has_ended(progress: Progress, settings: Settings) -> bool:
    """Returns whether the learning rate has fallen to 0."""
    return len(progress.curves) >= current_fall(progress, settings).end


def add_row(progress: Progress, settings: Settings, row: dict[str, float]) -> bool:
    """Adds the row of an epoch to the curves. Returns whether it is the best one so far."""
    epochs, choice = len(progress.curves), current_fall(progress, settings).choice
    begin = choice if epochs >= choice else progress.pruned_after or 0
    lowest = min((each["validation_loss"] for each in progress.curves[begin:]), default=math.inf)
    progress.curves.append(row)
    return row["validation_loss"] < lowest


def _has_stalled(progress: Progress, settings: Settings) -> bool:
    """Returns whether a classifier has learned its windows, and it is `patience` epochs since one had the lowest
    loss or the highest accuracy on the validation split."""
    begin = progress.pruned_after or 0
    rows = progress.curves[begin:]
    accuracies = [row["accuracy"] for row in rows[-settings.patience :]]
    if settings.objective.is_classifier and sum(accuracies) < LEARNED_ACCURACY * len(accuracies):
        return False
    places = range(len(rows))
    lowest = min(places, key=lambda place: rows[place]["validation_loss"], default=0)
    highest = max(places, key=lambda place: rows[place]["validation_accuracy"], default=0)
    return len(rows) - 1 - max(lowest, highest) >= settings.patience
