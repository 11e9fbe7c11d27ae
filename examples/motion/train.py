"""Trains the motion model from nothing and measures it. See README.md for what it needs.

python examples/motion/train.py --cache /tmp/motion
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from recordings import (
    EXERCISES,
    LABELS,
    LENGTH,
    RATE,
    RESTING,
    SOMETHING_ELSE,
    Recording,
    exercise,
    plain_window,
    recordings,
    resting,
    something_else,
)

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent))  # training.py, which the templates share
SEED = 31
HELD_OUT = (8, 9, 10)
"""People whose recordings the model is never trained on; they are for the test."""
_BATCH = 128
_HOP = RATE // 2
_GRAVITY = 9.81


def windows(among: list[Recording], count: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """So many windows for training: exercises by chance, one in ten at rest, one in five something else."""
    by_label = [[each for each in among if each.label == label] for label in range(len(EXERCISES))]
    motions, labels = np.zeros((count, LENGTH, 3), np.float32), np.zeros(count, np.int64)
    for place in range(count):
        rng = np.random.default_rng([SEED, place])
        kind = rng.random()
        if kind < 0.1:
            motions[place], labels[place] = resting(rng), RESTING
        elif kind < 0.3:
            motions[place], labels[place] = something_else(rng), SOMETHING_ELSE
        else:
            label = int(rng.integers(len(EXERCISES)))
            chosen = by_label[label][int(rng.integers(len(by_label[label])))]
            motions[place], labels[place] = exercise(chosen, rng), label
    return motions, labels


def network(batch: int | None):  # type: ignore[no-untyped-def]
    """Allocations of the labels from three seconds of acceleration, by convolutions over time."""
    import keras
    from training import finished

    source = keras.Input(batch_shape=(batch, LENGTH, 3))
    x = keras.layers.Reshape((LENGTH, 1, 3))(source)
    for filters, kernel, stride in ((24, 9, 2), (32, 7, 2), (48, 5, 2), (64, 5, 2)):
        x = finished(keras.layers.Conv2D(filters, (kernel, 1), (stride, 1), padding="same", use_bias=False)(x))
    x = keras.layers.AveragePooling2D((x.shape[1], 1))(x)
    x = keras.layers.Reshape((x.shape[-1],))(x)
    x = keras.layers.Dropout(0.3)(x)
    return keras.Model(source, keras.layers.Dense(len(LABELS), activation="softmax")(x))


def train(motions: NDArray[np.float32], labels: NDArray[np.int64], epochs: int):  # type: ignore[no-untyped-def]
    from training import drawn, fit, new, smoothed_labels

    model = new(network, SEED)

    def batches() -> Iterator[tuple[NDArray[np.float32], NDArray[np.float32]]]:
        answers = np.eye(len(LABELS), dtype=np.float32)[labels]
        for chosen in drawn(len(labels), _BATCH, np.random.default_rng([SEED, 1])):
            yield motions[chosen], answers[chosen]

    fit(model, batches(), len(labels) // _BATCH, epochs, loss=smoothed_labels(0.05), decay=2e-3)
    return model


def measure(model: bytes, test: list[Recording]) -> dict[str, object]:
    """On people that it was not trained on: each window, and each as the rune answers, by the mean of the last 3."""
    from training import Converted

    classifier = Converted(model)
    single: list[list[bool]] = [[] for _ in EXERCISES]
    steady: list[bool] = []
    for each in test:
        starts = range(0, len(each.rows) - LENGTH + 1, _HOP)
        shares = [classifier.scores(plain_window(each, start)) for start in starts]
        single[each.label] += [int(np.argmax(row)) == each.label for row in shares]
        means = [np.mean(shares[max(0, k - 2) : k + 1], axis=0) for k in range(len(shares))]
        steady += [int(np.argmax(mean)) == each.label for mean in means]
    rng = np.random.default_rng([SEED, 2])
    rest = [int(np.argmax(classifier.scores(resting(rng)))) == RESTING for _ in range(1_000)]
    others = [int(np.argmax(classifier.scores(something_else(rng)))) == SOMETHING_ELSE for _ in range(1_000)]
    every = [right for row in single for right in row]
    return {
        "model_bytes": len(model),
        "people": {"trained_on": 10 - len(HELD_OUT), "tested_on": len(HELD_OUT)},
        "test_recordings": len(test),
        "test_windows": len(every),
        "accuracy": {
            "single_windows": _share(every),
            "mean_of_three": _share(steady),
            "each_exercise": {name: _share(row) for name, row in zip(EXERCISES, single, strict=True)},
            "resting_synthetic": _share(rest),
            "something_else_synthetic": _share(others),
        },
    }


def _share(right: list[bool]) -> float:
    return round(float(np.mean(right)), 3)


def example_csv(shown: list[Recording]) -> str:
    """The page's recording: rest, then eight seconds of each exercise, and rest again; metres per second squared."""
    rng = np.random.default_rng([SEED, 3])
    parts = [each.rows[300 : 300 + 8 * RATE] for each in shown]
    still = [np.tile(edge, (3 * RATE, 1)) for edge in (parts[0][:10].mean(0), parts[-1][-10:].mean(0))]
    rest = [each + rng.normal(0, 0.004, each.shape) for each in still]
    whole = np.concatenate([rest[0], *parts, rest[1]]) * _GRAVITY
    return "x,y,z\n" + "".join(",".join(f"{value:.2f}" for value in row) + "\n" for row in whole)


def _first(among: list[Recording], name: str) -> Recording:
    return next(each for each in among if LABELS[each.label] == name and each.is_right)


def main() -> None:
    parser = argparse.ArgumentParser(description="Trains the motion model and measures it.")
    parser.add_argument("--cache", type=Path, required=True, help="folder for what is fetched, about 12 MB")
    parser.add_argument("--windows", type=int, default=60_000)
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--out", type=Path, default=HERE, help="where motion.tflite and quality.json go")
    options = parser.parse_args()
    options.cache.mkdir(parents=True, exist_ok=True)

    recorded = recordings(options.cache)
    test = [each for each in recorded if each.person in HELD_OUT]
    motions, labels = windows([each for each in recorded if each.person not in HELD_OUT], options.windows)
    from training import to_tflite

    converted = to_tflite(network, train(motions, labels, options.epochs).get_weights(), motions[:600])
    (options.out / "motion.tflite").write_bytes(converted)
    quality = measure(converted, test)
    (options.out / "quality.json").write_text(json.dumps(quality, indent=2) + "\n", encoding="utf-8")
    (options.out / "labels.txt").write_text("\n".join(LABELS) + "\n", encoding="utf-8")
    shown = [_first(test, name) for name in ("forward elevation", "upright row")]
    (options.out / "exercises.csv").write_text(example_csv(shown), encoding="utf-8")
    print(json.dumps(quality, indent=2))


if __name__ == "__main__":
    main()
