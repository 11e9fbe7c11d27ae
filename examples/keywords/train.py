"""Trains the keywords model from nothing: speech, windows, network, measurements. See README.md for what it needs.

    python examples/keywords/train.py --cache /tmp/keywords

Every stage is kept in the cache folder; a run that was broken off goes on where it was.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

HERE = Path(__file__).parent
SEED = 20
PROMPTS = Path("/usr/share/asterisk/sounds/en_US_f_Allison")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--cache", type=Path, required=True, help="folder for what is made on the way, about 1 GB")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--scale", type=float, default=1.0, help="part of the clips; 1 is what the model was made with")
    parser.add_argument("--windows", type=int, default=96_000)
    parser.add_argument("--epochs", type=int, default=9)
    parser.add_argument("--out", type=Path, default=HERE, help="where keywords.tflite and quality.json go")
    parser.add_argument("--recordings", type=Path, help="wav files of people, each named after the word that it holds")
    parser.add_argument("--prompts", type=Path, default=PROMPTS, help="recordings of people who say no keyword")
    options = parser.parse_args()
    options.cache.mkdir(parents=True, exist_ok=True)

    from dataset import windows

    common = (options.workers, options.scale)
    training = windows(options.cache, "train", options.windows, SEED, *common, held_out=False)
    test = windows(options.cache, "test", 6_000, SEED + 1, *common, held_out=True)

    from network import Interpreter, to_tflite, train

    weights = options.cache / f"network-{options.windows}-{options.epochs}.keras"
    if weights.exists():
        import keras

        model = keras.models.load_model(weights)
    else:
        model = train(training, options.epochs, SEED)
        model.save(weights)
    converted = to_tflite(model, training)
    (options.out / "keywords.tflite").write_bytes(converted)

    from measure import measure

    measure(
        Interpreter(converted), test, options.cache, *common, recordings=options.recordings,
        prompts=options.prompts if options.prompts.is_dir() else None, model_bytes=len(converted),
        out=options.out / "quality.json",
    )  # fmt: skip


if __name__ == "__main__":
    main()
