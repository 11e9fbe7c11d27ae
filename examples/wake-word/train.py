"""Learns the wake-word model by its recipe and measures the rune with it. See README.md for what it needs.

    python examples/wake-word/train.py --cache /tmp/wake-word

Every stage is kept in the cache folder; a run that was broken off goes on where it was.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from multiprocessing import Pool
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent / "keywords"))  # its voices, words, rooms and noise

from augment import Corpus, corpus_of  # noqa: E402
from espeak import HELD_OUT, TEST  # noqa: E402
from listening import listen_and_count, write_example  # noqa: E402
from phrase import clips  # noqa: E402
from scenes import recordings, scene  # noqa: E402
from speech import all_clips  # noqa: E402

from rune.datasets.content.wav import wav_bytes  # noqa: E402

SEED = 50
LABELS = ("other", "wake-word")
"""The labels of the recipe: what is not the phrase, and the phrase."""
_RATE = 16_000
_TEST_SCENES = 600
_CHUNK = 200
FORGE = f"""\
training:
  recipe: wake-word
  data: samples
  model: wake-word.tflite
  seed: {SEED}
  arguments:
    duration: 1300
    hop: 200
    copies: 0
    others: 4
    filters: 48
    blocks: 3
    shift: 0
    pitch: 1.0
    masked: 0.15
    background: 0.6
    mean-of: 2
    smoothing: 0.02
    dropout: 0.2
    batch: 128
    epochs: 80
    patience: 80
    balance: 0
"""


def corpora(cache: Path, workers: int, voices: Sequence[str] | None = None) -> tuple[Corpus, Corpus]:
    """Returns the corpora of the phrase with what is like it, and of other words: by these voices, or by all that
    are not held out."""
    words = [clip for clip in all_clips(cache, workers) if not clip.engine.endswith("-sentences")]
    phrase_corpus, word_corpus = (
        corpus_of(
            [
                (clip.label, clip.engine, clip.sound)
                for clip in each
                if (clip.voice in voices if voices else not clip.held_out)
            ]
        )
        for each in (clips(cache), words)
    )
    return phrase_corpus, word_corpus


def write_samples(cache: Path, workers: int, folder: Path, count: int) -> None:
    """Writes recordings below folders of their splits and labels: those of so many scenes to learn from, of one in 32
    for the validation, and of others for the test, by voices of its own."""
    for split in ("train", "validation", "test"):
        for label in LABELS:
            (folder / split / label).mkdir(parents=True)
    corpora(cache, workers)  # so that no two workers make the clips
    parts = [(cache, folder, False, start, min(start + _CHUNK, count)) for start in range(0, count, _CHUNK)]
    parts += [(cache, folder, True, start, start + _CHUNK) for start in range(0, _TEST_SCENES, _CHUNK)]
    with Pool(workers) as pool:
        pool.starmap(_write_recordings, parts, chunksize=1)


def _write_recordings(cache: Path, folder: Path, is_test: bool, start: int, end: int) -> None:
    phrases, words = _corpora_of_split(cache, is_test)
    for number in range(start, end):
        rng = np.random.default_rng([SEED, 3, number] if is_test else [SEED, number])
        split = "test" if is_test else "train" if number % 32 else "validation"
        for place, (sound, is_call) in enumerate(recordings(scene(phrases, words, rng), rng)):
            path = folder / split / LABELS[is_call] / f"{number:05}-{place}.wav"
            path.write_bytes(wav_bytes(_RATE, sound.astype("<i2").tobytes()))


@cache
def _corpora_of_split(cache: Path, is_test: bool) -> tuple[Corpus, Corpus]:
    return corpora(cache, 1, TEST if is_test else None)


def main() -> None:
    parser = argparse.ArgumentParser(description="Learns the wake-word model by its recipe and measures the rune.")
    parser.add_argument("--cache", type=Path, required=True, help="folder for what is made on the way, about 2 GB")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--scenes", type=int, default=7_800)
    parser.add_argument("--out", type=Path, default=HERE, help="where wake-word.tflite and quality.json go")
    parser.add_argument("--prompts", type=Path, default=Path("/usr/share/asterisk/sounds/en_US_f_Allison"))
    options = parser.parse_args()
    options.cache.mkdir(parents=True, exist_ok=True)
    project = options.cache / f"wake-word-{options.scenes}"
    if not project.exists():
        write_samples(options.cache, options.workers, project / "samples", options.scenes)
    (project / "forge.yml").write_text(FORGE, encoding="utf-8")
    # The template's Runefile is that of the recipe, with an output that lasts for a second and a threshold of its own.
    shutil.copy(HERE / "Runefile.yml", project)
    # A child of its own learns; rune train goes on from its last checkpoint when it is called again.
    subprocess.run([sys.executable, "-m", "rune.tools.cli", "train", str(project)], check=True)

    quality = listen_and_count(project, corpora(options.cache, options.workers, TEST), options.prompts)
    shutil.copy(project / "wake-word.tflite", options.out)
    (options.out / "quality.json").write_text(json.dumps(quality, indent=2) + "\n", encoding="utf-8")
    write_example(options.out / "two-calls.wav", corpora(options.cache, options.workers, HELD_OUT))
    print(json.dumps(quality, indent=2))


if __name__ == "__main__":
    main()
