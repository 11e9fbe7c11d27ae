"""Trains the picture model from nothing and measures it. See README.md for what it needs.

python examples/picture/train.py --cache /tmp/picture
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from signs import LABELS, SIDE, Picture, example

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent))  # training.py, which the templates share
SEED = 61
_BATCH = 128


def pictures(cache: Path, count: int) -> tuple[Picture, NDArray[np.int64]]:
    """So many training pictures, u8[n, 64, 64]."""
    path = cache / f"labelled-pictures-{count}.npz"
    if not path.exists():
        examples = [example(np.random.default_rng([SEED, number])) for number in range(count)]
        np.savez(
            path,
            inputs=np.stack([picture for picture, _ in examples]),
            labels=np.array([label for _, label in examples]),
        )
    data = np.load(path)
    return data["inputs"], data["labels"]


def network(batch: int | None):  # type: ignore[no-untyped-def]
    """Allocations of the labels from pixels 0 to 1, by depthwise-separable convolutions."""
    import keras
    from training import finished

    source = keras.Input(batch_shape=(batch, SIDE, SIDE, 1))
    x = finished(keras.layers.Conv2D(16, 5, 2, padding="same", use_bias=False)(source))
    for filters, stride in ((32, 2), (48, 1), (64, 2), (96, 1)):
        x = finished(keras.layers.DepthwiseConv2D(3, stride, padding="same", use_bias=False)(x))
        x = finished(keras.layers.Conv2D(filters, 1, use_bias=False)(x))
    x = keras.layers.AveragePooling2D(x.shape[1])(x)
    x = keras.layers.Reshape((x.shape[-1],))(x)
    x = keras.layers.Dropout(0.2)(x)
    return keras.Model(source, keras.layers.Dense(len(LABELS), activation="softmax")(x))


def train(images: Picture, labels: NDArray[np.int64], epochs: int):  # type: ignore[no-untyped-def]
    from training import drawn, fit, new, smoothed_labels

    model = new(network, SEED)

    def batches() -> Iterator[tuple[NDArray[np.float32], NDArray[np.float32]]]:
        rng = np.random.default_rng([SEED, 1, 1])
        answers = np.eye(len(LABELS), dtype=np.float32)[labels]
        mirrored = np.array([LABELS.index({"left": "right", "right": "left"}.get(name, name)) for name in LABELS])
        for chosen in drawn(len(labels), _BATCH, rng):
            if rng.random() < 0.5:
                yield images[chosen, :, ::-1, None].astype(np.float32) / 255, answers[chosen][:, mirrored]
            else:
                yield images[chosen, :, :, None].astype(np.float32) / 255, answers[chosen]

    fit(model, batches(), len(labels) // _BATCH, epochs, loss=smoothed_labels(0.02))
    return model


def measure(model: bytes, count: int) -> dict[str, object]:
    """On pictures before another photograph: signs drawn in the designs of the training, and printed in others."""
    from training import Converted

    converted = Converted(model)

    def says(picture: Picture) -> int:
        return int(np.argmax(converted.scores(picture.astype(np.float32) / np.float32(255))))

    quality: dict[str, object] = {"model_bytes": len(model), "test_pictures_each": count}
    for name, printed in (("drawn", False), ("printed_in_unseen_designs", True)):
        shown = [
            example(np.random.default_rng([SEED, 2, k]), photograph="flower.jpg", printed=printed) for k in range(count)
        ]
        right = np.array([says(picture) == label for picture, label in shown])
        labels = np.array([label for _, label in shown])
        quality[name] = {"all": _share(right)} | {
            each: _share(right[labels == number]) for number, each in enumerate(LABELS)
        }
    return quality


def _share(right: NDArray[np.bool_]) -> float:
    return round(float(right.mean()), 3)


def write_example(path: Path) -> None:
    """The first picture on the page: a sign of the test, four times as large, with no photograph behind it."""
    for number in range(10_000):
        rng = np.random.default_rng([SEED, 3, number])
        if LABELS[int(rng.integers(len(LABELS)))] == "left" and 0.5 < rng.random() < 0.75:
            picture, _ = example(np.random.default_rng([SEED, 3, number]))
            Image.fromarray(picture).resize((4 * SIDE, 4 * SIDE), Image.Resampling.NEAREST).save(path)
            return


def main() -> None:
    parser = argparse.ArgumentParser(description="Trains the picture model and measures it.")
    parser.add_argument("--cache", type=Path, required=True, help="folder for what is made on the way, about 150 MB")
    parser.add_argument("--pictures", type=int, default=24_000)
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--out", type=Path, default=HERE, help="where picture.tflite and quality.json go")
    options = parser.parse_args()
    options.cache.mkdir(parents=True, exist_ok=True)

    images, labels = pictures(options.cache, options.pictures)
    from training import to_tflite

    sample = images[:600, :, :, None].astype(np.float32) / 255
    converted = to_tflite(network, train(images, labels, options.epochs).get_weights(), sample)
    (options.out / "picture.tflite").write_bytes(converted)
    quality = measure(converted, 3_000)
    (options.out / "quality.json").write_text(json.dumps(quality, indent=2) + "\n", encoding="utf-8")
    (options.out / "labels.txt").write_text("\n".join(LABELS) + "\n", encoding="utf-8")
    write_example(options.out / "sign.png")
    print(json.dumps(quality, indent=2))


if __name__ == "__main__":
    main()
