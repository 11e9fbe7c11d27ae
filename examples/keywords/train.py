"""Learns the keywords model by its recipe, in two rounds, and measures the rune. See README.md for what it needs.

    python examples/keywords/train.py --cache /tmp/keywords

Every stage is kept in the cache folder; a run that was broken off goes on where it was.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from calibrate import calibrate
from hard import HardSamples, write_hard_samples
from measure import listen_and_count
from people import PROMPTS
from samples import SEED, write_samples, write_test_samples

HERE = Path(__file__).parent
MUSIC = Path("/usr/share/asterisk/moh")
FORGE = """\
training:
  recipe: keywords
  data: samples
  model: keywords.tflite
  seed: {seed}
  arguments:
    duration: 1000
    stream: 0
    filters: 96
    blocks: 4
    shift: {shift}
    pitch: {pitch}
    masked: {masked}
    background: {background}
    smoothing: 0.02
    batch: 128
    epochs: 80
    patience: 80
    balance: 0
"""


@dataclass(frozen=True)
class Round:
    """The number of recordings that are drawn by chance to learn from, and the strength of augmentation."""

    seconds: int
    shift: int
    pitch: float
    masked: float
    background: float


FIRST = Round(28_800, shift=40, pitch=0.7, masked=0.1, background=0.1)
SECOND = Round(27_000, shift=60, pitch=1.2, masked=0.15, background=0.3)
HARD = HardSamples(drawn=60_000, hardest=8_400, count=3_400)
"""The second round also learns recordings without a keyword in which the first rune hears one. All recordings of a
round together have at most 1 GB, the limit of `rune train`."""


def train(project: Path, settings: Round) -> None:
    """Learns from the samples of a project by `rune train`, which goes on from its last checkpoint."""
    (project / "forge.yml").write_text(FORGE.format(seed=SEED, **asdict(settings)), encoding="utf-8")
    # The template's Runefile is that of the recipe, with outputs of its own.
    for name in ("Runefile.yml", "labels.txt"):
        shutil.copy(HERE / name, project)
    subprocess.run([sys.executable, "-m", "rune.tools.cli", "train", str(project)], check=True)


def figures_of_seconds(project: Path) -> dict[str, object]:
    """The accuracy on the recordings of the test voices, as `rune evaluate` counts it with the rune."""
    samples = ["--samples", str(project / "samples"), "--split", "test", "--seconds", "7200"]
    command = [sys.executable, "-m", "rune.tools.cli", "evaluate", str(project), *samples, "--format", "json"]
    evaluation = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    recalls = {each["label"]: round(each["recall"]["value"], 3) for each in evaluation["labels"] if each["recall"]}
    accuracy = round(evaluation["accuracy"]["value"], 3)
    return {"count": evaluation["samples"], "accuracy": accuracy, "each_label": recalls}


def main() -> None:
    parser = argparse.ArgumentParser(description="Learns the keywords model by its recipe and measures the rune.")
    parser.add_argument("--cache", type=Path, required=True, help="folder for what is made on the way, about 6 GB")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--out", type=Path, default=HERE, help="where keywords.tflite and quality.json go")
    parser.add_argument("--recordings", type=Path, help="wav files of people, each named after the word that it holds")
    parser.add_argument("--prompts", type=Path, default=PROMPTS, help="telephone prompts; see people.py")
    parser.add_argument("--music", type=Path, default=MUSIC, help="recordings of music, wav")
    options = parser.parse_args()
    cache, workers = options.cache, options.workers
    first, second, project = cache / "first", cache / "second", cache / "calibrated"

    if not (first / "keywords.tflite").exists():
        write_samples(cache, workers, first / "samples", range(FIRST.seconds))
        write_test_samples(cache, workers, first / "samples")
        train(first, FIRST)
    if not (second / "keywords.tflite").exists():
        write_samples(cache, workers, second / "samples", range(SECOND.seconds))
        write_test_samples(cache, workers, second / "samples")
        write_hard_samples(first, cache, workers, second / "samples/train", HARD)
        train(second, SECOND)
    shutil.copytree(second, project, ignore=shutil.ignore_patterns("samples"), dirs_exist_ok=True)
    calibrate(project, cache, workers, options.prompts)

    quality = {"seconds_of_test_voices": figures_of_seconds(project)} | listen_and_count(
        project, cache, workers, recordings=options.recordings, prompts=options.prompts, music=options.music
    )
    shutil.copy(project / "keywords.tflite", options.out)
    (options.out / "quality.json").write_text(json.dumps(quality, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(quality, indent=2))


if __name__ == "__main__":
    main()
