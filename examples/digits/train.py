"""Trains the digits model from nothing and measures it. See README.md for what it needs.

    python examples/digits/train.py --cache /tmp/digits

Pictures and weights are kept in the cache folder; a run that was broken off goes on where it was.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from drawings import (
    NOTHING,
    SIDE,
    SMALL,
    Images,
    Paper,
    blank,
    drawn,
    example,
    mnist,
    on_camera,
    on_pad,
    with_other_habits,
)
from numpy.typing import NDArray
from other_marks import FONTS, HELD_OUT_FONTS, alphabet, letter, scribble

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent))  # training.py, which the templates share
SEED = 12
_CHUNK = 5_000
_BATCH = 128


def pictures(cache: Path, count: int, workers: int) -> tuple[Images, NDArray[np.int64]]:
    """So many training pictures, the same with any number of workers."""
    path = cache / f"pictures-{count}.npz"
    if not path.exists():
        mnist(cache, "train")
        alphabet(cache, FONTS)
        starts = range(0, count, _CHUNK)
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            examples = list(pool.map(_pictures_from, [cache] * len(starts), starts))
        np.savez(path, images=np.concatenate([m[0] for m in examples]), labels=np.concatenate([m[1] for m in examples]))
    data = np.load(path)
    return data["images"], data["labels"]


def _pictures_from(cache: Path, start: int) -> tuple[Images, NDArray[np.int64]]:
    digits, labels = mnist(cache, "train")
    letters = alphabet(cache, FONTS)
    examples = [example(digits, labels, letters, np.random.default_rng([SEED, start + k])) for k in range(_CHUNK)]
    return np.stack([picture for picture, _ in examples]), np.array([label for _, label in examples])


def network(batch: int | None):  # type: ignore[no-untyped-def]
    """Allocations of ten digits and "nothing" from pixels 0 to 1, by depthwise-separable convolutions."""
    import keras
    from training import finished

    source = keras.Input(batch_shape=(batch, SIDE, SIDE, 1))
    x = finished(keras.layers.Conv2D(24, 5, 2, padding="same", use_bias=False)(source))
    for filters, stride in ((48, 1), (80, 2), (96, 1)):
        x = finished(keras.layers.DepthwiseConv2D(3, stride, padding="same", use_bias=False)(x))
        x = finished(keras.layers.Conv2D(filters, 1, use_bias=False)(x))
    x = keras.layers.AveragePooling2D(7)(x)
    x = keras.layers.Reshape((96,))(x)
    return keras.Model(source, keras.layers.Dense(NOTHING + 1, activation="softmax")(x))


def train(images: Images, labels: NDArray[np.int64], epochs: int):  # type: ignore[no-untyped-def]
    from training import drawn, fit, new, smoothed_labels

    model = new(network, SEED)

    def batches() -> Iterator[tuple[NDArray[np.float32], NDArray[np.float32]]]:
        answers = np.eye(NOTHING + 1, dtype=np.float32)[labels]
        for chosen in drawn(len(labels), _BATCH, np.random.default_rng([SEED, 1])):
            yield images[chosen, :, :, None].astype(np.float32) / 255, answers[chosen]

    fit(model, batches(), len(labels) // _BATCH, epochs, loss=smoothed_labels(0.02))
    return model


def measure(model: bytes, cache: Path) -> dict[str, object]:
    """Accuracy of the converted model on MNIST's test set: as it is, as drawn on the pad, as seen by a camera."""
    from training import Converted

    converted = Converted(model)

    def says(picture: Images) -> int:
        return int(np.argmax(converted.scores(picture.astype(np.float32) / np.float32(255))))

    digits, labels = mnist(cache, "t10k")
    rng = np.random.default_rng([SEED, 2])
    pad = [on_pad(drawn(digit, rng)) for digit in digits]
    camera = [on_camera(drawn(digit, rng), rng) for digit in digits]
    empty = [on_camera(blank(rng), rng) for _ in range(1_000)]
    lined = [on_camera(drawn(digit, rng), rng, Paper(is_lined=True)) for digit in digits]
    faint = [on_camera(drawn(digit, rng), rng, Paper(is_faint=True)) for digit in digits]
    small = [on_pad(drawn(digit, rng, SMALL)) for digit in digits]
    alphabet_of_others = alphabet(cache, HELD_OUT_FONTS)
    letters = [on_pad(drawn(letter(alphabet_of_others, rng), rng)) for _ in range(1_000)]
    scribbles = [on_pad(drawn(scribble(rng), rng)) for _ in range(1_000)]

    elsewhere = [(with_other_habits(d, int(label), rng), d, label) for d, label in zip(digits, labels, strict=True)]
    changed = [(on_pad(drawn(new, rng)), label) for new, old, label in elsewhere if new is not old]

    def share(shown: list[Images], answers: NDArray[np.int64]) -> float:
        return round(float(np.mean([says(p) == a for p, a in zip(shown, answers, strict=True)])), 4)

    return {
        "model_bytes": len(model),
        "test_digits": len(labels),
        "accuracy": {
            "mnist_black_on_white": share([on_pad(d.astype(np.float32) / 255) for d in digits], labels),
            "redrawn_on_the_pad": share(pad, labels),
            "seen_by_a_camera": share(camera, labels),
            "ones_with_an_upstroke_and_crossed_sevens": share(
                [p for p, _ in changed], np.array([a for _, a in changed])
            ),
            "on_lined_paper": share(lined, labels),
            "in_faint_pencil": share(faint, labels),
            "small_on_the_pad": share(small, labels),
            "nothing_recognised_as_nothing": share(empty, np.full(len(empty), NOTHING)),
            "letters_called_nothing": share(letters, np.full(len(letters), NOTHING)),
            "scribbles_called_nothing": share(scribbles, np.full(len(scribbles), NOTHING)),
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Trains the digits model and measures it.")
    parser.add_argument("--cache", type=Path, required=True, help="folder for what is made on the way, about 500 MB")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--pictures", type=int, default=200_000)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--out", type=Path, default=HERE, help="where digits.tflite and quality.json go")
    options = parser.parse_args()
    options.cache.mkdir(parents=True, exist_ok=True)

    images, labels = pictures(options.cache, options.pictures, options.workers)
    weights = options.cache / f"digits-{options.pictures}-{options.epochs}.keras"
    if weights.exists():
        import keras

        model = keras.models.load_model(weights)
    else:
        model = train(images, labels, options.epochs)
        model.save(weights)
    from training import to_tflite

    converted = to_tflite(network, model.get_weights(), images[:600, :, :, None].astype(np.float32) / 255)
    (options.out / "digits.tflite").write_bytes(converted)
    quality = measure(converted, options.cache)
    (options.out / "quality.json").write_text(json.dumps(quality, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(quality, indent=2))


if __name__ == "__main__":
    main()
