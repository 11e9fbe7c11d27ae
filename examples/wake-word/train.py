"""Trains the wake-word model from nothing and measures the rune with it. See README.md for what it needs.

    python examples/wake-word/train.py --cache /tmp/wake-word

Every stage is kept in the cache folder; a run that was broken off goes on where it was.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent))  # training.py, which the templates share
sys.path.append(str(HERE.parent / "keywords"))  # its voices, words, rooms and noise

from augment import Corpus, corpus_of  # noqa: E402
from phrase import clips  # noqa: E402
from scenes import BANDS, FRAMES, features_of, front_end, scene, windows  # noqa: E402
from speech import all_clips  # noqa: E402

SEED = 50
_BATCH = 128


def corpora(cache: Path, workers: int, *, held_out: bool) -> tuple[Corpus, Corpus]:
    """Of the phrase and what is like it, and of other words, by voices that are, or are not, held out."""
    phrases = [(c.label, c.engine, c.sound) for c in clips(cache) if c.held_out == held_out]
    alone = [c for c in all_clips(cache, workers, 1.0) if not c.engine.endswith("-sentences")]
    words = [(c.label, c.engine, c.sound) for c in alone if c.held_out == held_out]
    return corpus_of(phrases), corpus_of(words)


def training(cache: Path, workers: int, count: int) -> tuple[NDArray[np.int8], NDArray[np.int64]]:
    """The windows of so many scenes: i8[n, 65, 40], and 1 where the phrase was just said."""
    path = cache / f"labelled-windows-{count}.npz"
    if not path.exists():
        phrases, words = corpora(cache, workers, held_out=False)
        rune = front_end()
        examples: list[tuple[NDArray[np.int8], int]] = []
        for number in range(count):
            rng = np.random.default_rng([SEED, number])
            each = scene(phrases, words, rng)
            examples += windows(each, features_of(rune, each.sound), rng)
        np.savez(
            path, inputs=np.stack([window for window, _ in examples]), labels=np.array([label for _, label in examples])
        )
    data = np.load(path)
    return data["inputs"], data["labels"]


def network(batch: int | None):  # type: ignore[no-untyped-def]
    """How sure it is, 0 to 1, from features / 128: convolutions over time with the bands as channels."""
    import keras
    from training import finished

    source = keras.Input(batch_shape=(batch, FRAMES, BANDS))
    x = keras.layers.Reshape((FRAMES, 1, BANDS))(source)
    for filters, kernel, stride in ((48, 5, 2), (48, 5, 2), (48, 5, 2), (64, 3, 1)):
        x = keras.layers.Conv2D(filters, (kernel, 1), (stride, 1), padding="same", use_bias=False)(x)
        x = finished(x)
    x = keras.layers.Reshape((x.shape[1] * x.shape[3],))(x)
    x = keras.layers.Dropout(0.3)(x)
    return keras.Model(source, keras.layers.Dense(1, activation="sigmoid")(x))


def train(inputs: NDArray[np.int8], labels: NDArray[np.int64], epochs: int):  # type: ignore[no-untyped-def]
    import keras
    from training import drawn, fit, new

    model = new(network, SEED)

    def batches() -> Iterator[tuple[NDArray[np.float32], NDArray[np.float32]]]:
        rng = np.random.default_rng([SEED, 1, 1])
        for chosen in drawn(len(labels), _BATCH, rng):
            pictures = inputs[chosen].astype(np.float32) / 128
            pictures += rng.normal(0, 0.03, pictures.shape).astype(np.float32)
            for picture in pictures:
                width, at = int(rng.integers(0, 7)), int(rng.integers(0, BANDS - 7))
                picture[:, at : at + width] = picture.mean()
            yield pictures, labels[chosen, None].astype(np.float32)

    loss = keras.losses.BinaryCrossentropy(label_smoothing=0.02)
    fit(model, batches(), len(labels) // _BATCH, epochs, loss=loss, decay=2e-3)
    return model


def main() -> None:
    parser = argparse.ArgumentParser(description="Trains the wake-word model and measures the rune with it.")
    parser.add_argument("--cache", type=Path, required=True, help="folder for what is made on the way, about 1 GB")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--scenes", type=int, default=8_000)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--out", type=Path, default=HERE, help="where wake-word.tflite and quality.json go")
    parser.add_argument("--prompts", type=Path, default=Path("/usr/share/asterisk/sounds/en_US_f_Allison"))
    options = parser.parse_args()
    options.cache.mkdir(parents=True, exist_ok=True)

    inputs, labels = training(options.cache, options.workers, options.scenes)
    print(f"{len(labels)} windows, {labels.mean():.2f} of them just after the phrase", flush=True)
    import tensorflow as tf
    from training import to_tflite

    sample = np.concatenate([inputs[:600].astype(np.float32) / 128, np.full((1, FRAMES, BANDS), -1, np.float32)])
    model = train(inputs, labels, options.epochs)
    converted = to_tflite(network, model.get_weights(), sample, takes=tf.int8)
    (options.out / "wake-word.tflite").write_bytes(converted)

    from listening import listen_and_count, write_example

    held_out = corpora(options.cache, options.workers, held_out=True)
    quality = listen_and_count(options.out, held_out, options.prompts)
    (options.out / "quality.json").write_text(json.dumps(quality, indent=2) + "\n", encoding="utf-8")
    write_example(options.out / "okay-hammer.wav", held_out)
    print(json.dumps(quality, indent=2))


if __name__ == "__main__":
    main()
