"""Trains the keywords model from nothing: speech, windows, network, measurements. See README.md for what it needs.

    python examples/keywords/train.py --cache /tmp/keywords

Every stage is kept in the cache folder; a run that was broken off goes on where it was.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from people import PROMPTS

HERE = Path(__file__).parent
MUSIC = Path("/usr/share/asterisk/moh")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--cache", type=Path, required=True, help="folder for what is made on the way, about 1 GB")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--scale", type=float, default=1.0, help="part of the clips; 1 is what the model was made with")
    parser.add_argument("--out", type=Path, default=HERE, help="where keywords.tflite and quality.json go")
    parser.add_argument("--recordings", type=Path, help="wav files of people, each named after the word that it holds")
    parser.add_argument("--prompts", type=Path, default=PROMPTS, help="telephone prompts; see people.py")
    parser.add_argument("--music", type=Path, default=MUSIC, help="recordings of music, wav")
    options = parser.parse_args()
    options.cache.mkdir(parents=True, exist_ok=True)

    from dataset import windows
    from rounds import SEED, trained

    common = (options.workers, options.scale)
    model, training_windows = trained(options.cache, *common)
    test = windows(options.cache, "test", 6_000, SEED + 1, *common, "test")

    from calibrate import calibrated_eagerness
    from measure import measure
    from network import to_int8
    from training import Converted

    readily = calibrated_eagerness(model, options.cache, *common, options.prompts)
    model_file = to_int8(model, training_windows, readily)
    (options.out / "keywords.tflite").write_bytes(model_file)
    measure(
        Converted(model_file), test, options.cache, *common, recordings=options.recordings, prompts=options.prompts,
        music=options.music, model_bytes=len(model_file), out=options.out / "quality.json",
    )  # fmt: skip


if __name__ == "__main__":
    main()
