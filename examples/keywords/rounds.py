"""The rounds of the training: what the model learns from, in which order, and how fast."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import keras
from dataset import Windows, near_words, negatives, windows
from network import hardest, network, together, train
from training import new

SEED = 20


@dataclass(frozen=True)
class Round:
    """So many windows of the training; from this round on also the hardest of those that say no keyword."""

    windows: int
    epochs: int
    rate: float
    seed: int
    hard: int = 0
    """Of any kind."""
    near: int = 0
    """Of short words."""


ROUNDS = (
    Round(76_000, 6, 3e-3, SEED),
    Round(76_000, 2, 8e-4, SEED, hard=8_000),
    Round(76_000, 4, 2e-3, SEED + 1),
    Round(76_000, 3, 2e-3, SEED + 2, near=12_000),
    Round(136_000, 5, 1.5e-3, SEED + 3),
)
_DRAWN_WINDOWS = 24_000
"""Windows of either kind, of which the hardest are learned."""


def trained(cache: Path, workers: int, scale: float) -> tuple[keras.Model, Windows]:
    """The model, and windows like those that it learned from. Each round is kept in the cache."""
    every = windows(cache, "train", max(each.windows for each in ROUNDS), SEED, workers, scale, "training")
    without = negatives(cache, "negatives", _DRAWN_WINDOWS, SEED + 2, workers, scale)
    short = near_words(cache, "near", _DRAWN_WINDOWS, SEED + 3, workers, scale)
    model = new(network, SEED)
    hard_windows: list[Windows] = []
    for number, each in enumerate(ROUNDS):
        if each.hard:
            hard_windows.append(hardest(model, without, each.hard))
        if each.near:
            hard_windows.append(hardest(model, short, each.near))
        path = cache / f"round-{number}.keras"
        if path.exists():
            model = keras.models.load_model(path)
        else:
            first = Windows(every.features[: each.windows], every.labels[: each.windows])
            train(model, together(first, *hard_windows), each.epochs, each.rate, each.seed)
            model.save(path)
    return model, every
