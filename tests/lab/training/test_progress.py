"""The fall of the learning rate, the end of a run, and the best epoch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.tasks.objectives.squares import SquareObjective
from lab.training.loop.progress import (
    Progress,
    Settings,
    add_row,
    current_fall,
    has_ended,
    is_to_be_pruned,
    is_to_fall,
)

RATE = 0.01


def settings(*, epochs: int = 40, patience: int = 40, prune: float = 0.0) -> Settings:
    return Settings(seed=1, epochs=epochs, patience=patience, batch=32, learning_rate=RATE, prune=prune)


def run(
    goal: Settings,
    loss: Callable[[int], float],
    accuracy: Callable[[int], float] = lambda _: 0.5,
    train_accuracy: Callable[[int], float] = lambda _: 1.0,
) -> tuple[Progress, list[float]]:
    """A run whose epochs have these figures on the validation split, and know that share of the windows to learn from;
    and the learning rates at their begins."""
    progress, rates = Progress(learner=None), []
    for epoch in range(1, goal.epochs + 1):
        if is_to_be_pruned(progress, goal):
            progress.pruned_after = progress.best_epoch = len(progress.curves)
        elif has_ended(progress, goal):
            break
        elif is_to_fall(progress, goal):
            progress.falling_after = len(progress.curves)
        rates.append(current_fall(progress, goal).rate(epoch - 1))
        row = {"epoch": epoch, "validation_loss": loss(epoch), "validation_accuracy": accuracy(epoch)}
        row["accuracy"] = train_accuracy(epoch)
        if add_row(progress, goal, row):
            progress.best_epoch = epoch
    return progress, rates


def test_the_rate_falls_from_the_top_to_nothing() -> None:
    progress, rates = run(settings(), lambda epoch: 1 / epoch)
    assert (len(rates), progress.best_epoch, progress.falling_after) == (40, 40, None)
    assert rates[0] == RATE
    assert rates == sorted(rates, reverse=True)
    assert rates[20] == pytest.approx(RATE / 2)
    assert current_fall(progress, settings()).rate(40) == 0


def test_an_epoch_that_has_hardly_learned_is_not_the_best_one_though_its_loss_is_the_lowest() -> None:
    progress, rates = run(settings(), lambda epoch: {3: 0.1, 33: 0.4}.get(epoch, 0.5))
    assert (len(rates), progress.best_epoch) == (40, 33)


def test_where_nothing_gets_better_the_rate_falls_within_the_patience() -> None:
    goal = settings(epochs=200, patience=10)
    progress, rates = run(goal, lambda epoch: 1 / min(epoch, 30))
    assert (progress.falling_after, len(rates)) == (40, 50)
    assert rates[40] == pytest.approx(current_fall(Progress(None), goal).rate(40)), "it falls from where it is"
    assert rates[45] == pytest.approx(rates[40] / 2)
    assert progress.best_epoch == 49, "one of the last two"


def test_a_run_goes_on_while_it_is_more_often_right_though_it_gets_surer_of_its_errors() -> None:
    progress, rates = run(settings(epochs=200, patience=10), lambda epoch: epoch / 100, lambda epoch: min(epoch, 60))
    assert (progress.falling_after, len(rates)) == (70, 80)


def test_a_classifier_learns_nine_of_ten_windows_before_its_rate_falls_early() -> None:
    goal = settings(epochs=200, patience=10)
    progress, rates = run(goal, lambda epoch: 1 / min(epoch, 30), train_accuracy=lambda epoch: min(1.0, epoch / 100))
    assert (progress.falling_after, len(rates)) == (95, 105), "the mean of epochs 86 to 95 is 0.905"
    never, rates = run(goal, lambda epoch: 1 / min(epoch, 30), train_accuracy=lambda _: 0.8)
    assert (never.falling_after, len(rates)) == (None, 200)
    number = replace(goal, objective=SquareObjective())
    progress, rates = run(number, lambda epoch: 1 / min(epoch, 30), train_accuracy=lambda _: 0.8)
    assert (progress.falling_after, len(rates)) == (40, 50)


def test_a_run_whose_rate_is_soon_0_ends_as_it_would_have() -> None:
    progress, rates = run(settings(epochs=40, patience=12), lambda epoch: 1 / min(epoch, 20))
    assert (progress.falling_after, len(rates)) == (None, 40)


def test_after_channels_were_removed_the_rate_falls_again_from_the_top() -> None:
    progress, rates = run(settings(epochs=40, prune=0.5), lambda epoch: 1 / epoch)
    assert (progress.pruned_after, progress.best_epoch, len(rates)) == (20, 40, 40)
    assert rates[19] < RATE / 10
    assert rates[20] == RATE


def test_channels_are_removed_earlier_where_nothing_gets_better() -> None:
    progress, rates = run(settings(epochs=100, patience=5, prune=0.5), lambda epoch: 1 / min(epoch, 7))
    assert progress.pruned_after == 12
    assert rates[12] == RATE
    assert progress.falling_after is not None
    assert len(rates) < 40


@pytest.mark.slow
@given(
    epochs=st.integers(1, 60),
    patience=st.integers(1, 70),
    prune=st.sampled_from((0.0, 0.5)),
    losses=st.lists(st.floats(0, 10), min_size=60, max_size=60),
)
def test_each_run_ends_and_its_best_epoch_is_one_of_the_last(
    epochs: int, patience: int, prune: float, losses: list[float]
) -> None:
    goal = settings(epochs=epochs, patience=patience, prune=prune)
    progress, rates = run(goal, lambda epoch: losses[epoch - 1])
    assert 1 <= len(rates) <= epochs
    assert all(0 < rate <= RATE for rate in rates)
    fall = current_fall(progress, goal)
    if len(rates) == fall.end and progress.pruned_after != len(rates):
        rows = progress.curves[fall.choice :]
        assert progress.best_epoch == min(rows, key=lambda row: (row["validation_loss"], row["epoch"]))["epoch"]
