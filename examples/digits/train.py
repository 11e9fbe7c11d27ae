"""Learns the digits model by the recipe `pictures` and measures it. See README.md for what it needs.

python examples/digits/train.py --cache /tmp/digits
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from multiprocessing import Pool
from pathlib import Path

import numpy as np
from drawings import (
    NOTHING,
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
from other_marks import FONTS, HELD_OUT_FONTS, alphabet, letter, scribble
from PIL import Image

from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.project.files import FolderFiles
from rune.running.runtime import Runtime

HERE = Path(__file__).parent
SEED = 12
LABELS = (HERE / "labels.txt").read_text("utf-8").split()
TEST_PICTURES = 1_500
"""Pictures on which `rune train` reports the accuracy. `measure` draws others."""
_CHUNK = 1_000
FORGE = """\
training:
  recipe: pictures
  data: samples
  model: trained.tflite
  seed: 12
  arguments:
    size: 28
    colour: 0
    filters: 42
    blocks: 2
    depth: 4
    shift: 0.04
    brightness: 0.0
    epochs: 14
    patience: 14
    batch: 128
    dropout: 0.0
    smoothing: 0.02
    balance: 0

# Pixels as floats: the Runefile needs no stages that turn them into whole numbers.
models:
  digits.tflite: {source: trained.float.tflite, quantize: int8, interface: float32, samples: samples}
"""


def write_samples(cache: Path, folder: Path, count: int) -> None:
    """Writes pictures below folders of their splits and labels: so many to learn from, one in 32 of them for the
    validation, and others for the test, of digits by other writers and letters of other fonts."""
    for split in ("train", "validation", "test"):
        for label in LABELS:
            (folder / split / label).mkdir(parents=True)
    mnist(cache, "train")  # so that no two workers fetch the data
    alphabet(cache, FONTS)
    parts = [(cache, folder, "train", start, min(start + _CHUNK, count)) for start in range(0, count, _CHUNK)]
    with Pool() as pool:
        pool.starmap(_write_pictures, [*parts, (cache, folder, "test", 0, TEST_PICTURES)], chunksize=1)


def _write_pictures(cache: Path, folder: Path, split: str, start: int, end: int) -> None:
    is_test = split == "test"
    digits, labels = mnist(cache, "t10k" if is_test else "train")
    letters = alphabet(cache, HELD_OUT_FONTS if is_test else FONTS)
    seed = (SEED, 3) if is_test else (SEED,)
    for number in range(start, end):
        picture, label = example(digits, labels, letters, np.random.default_rng([*seed, number]))
        own_split = split if is_test or number % 32 else "validation"
        Image.fromarray(picture).save(folder / own_split / LABELS[label] / f"{number:05}.png")


def measure(project: Path, cache: Path) -> dict[str, object]:
    """Accuracy of the rune on MNIST's test digits: as they are, as drawn on the pad, as seen by a camera."""
    says = _answers(project)
    digits, labels = mnist(cache, "t10k")
    rng = np.random.default_rng([SEED, 2])
    pad = [on_pad(drawn(digit, rng)) for digit in digits]
    camera = [on_camera(drawn(digit, rng), rng) for digit in digits]
    empty = [on_camera(blank(rng), rng) for _ in range(1_000)]
    lined_paper = [on_camera(drawn(digit, rng), rng, Paper(is_lined=True)) for digit in digits]
    faint = [on_camera(drawn(digit, rng), rng, Paper(is_faint=True)) for digit in digits]
    small = [on_pad(drawn(digit, rng, SMALL)) for digit in digits]
    alphabet_of_others = alphabet(cache, HELD_OUT_FONTS)
    letters = [on_pad(drawn(letter(alphabet_of_others, rng), rng)) for _ in range(1_000)]
    scribbles = [on_pad(drawn(scribble(rng), rng)) for _ in range(1_000)]

    elsewhere = [(with_other_habits(d, int(label), rng), d, label) for d, label in zip(digits, labels, strict=True)]
    changed = [(on_pad(drawn(new, rng)), label) for new, old, label in elsewhere if new is not old]

    def share(pictures: list[Images], answers: Iterable[int]) -> float:
        return round(float(np.mean([says(p) == LABELS[a] for p, a in zip(pictures, answers, strict=True)])), 4)

    return {
        "model_bytes": (project / "digits.tflite").stat().st_size,
        "test_digits": len(labels),
        "accuracy": {
            "mnist_black_on_white": share([on_pad(d.astype(np.float32) / 255) for d in digits], labels),
            "redrawn_on_the_pad": share(pad, labels),
            "seen_by_a_camera": share(camera, labels),
            "ones_with_an_upstroke_and_crossed_sevens": share([p for p, _ in changed], [a for _, a in changed]),
            "on_lined_paper": share(lined_paper, labels),
            "in_faint_pencil": share(faint, labels),
            "small_on_the_pad": share(small, labels),
            "nothing_recognised_as_nothing": share(empty, [NOTHING] * len(empty)),
            "letters_called_nothing": share(letters, [NOTHING] * len(letters)),
            "scribbles_called_nothing": share(scribbles, [NOTHING] * len(scribbles)),
        },
    }


def _answers(project: Path) -> Callable[[Images], str]:
    """The answer of the rune in a folder to a picture."""
    rune = Runtime.load(build(FolderFiles(project), BuildOptions("digits")).rune)
    (drawing,) = rune.capabilities
    answer = rune.outputs[0].id

    def says(picture: Images) -> str:
        messages = {message.channel: message for message in rune.call({drawing.id: picture.tobytes()})}
        return str(messages[answer].tensors[0].elements[0])

    return says


def main() -> None:
    parser = argparse.ArgumentParser(description="Learns the digits model by its recipe and measures it.")
    parser.add_argument("--cache", type=Path, required=True, help="folder for what is made on the way, about 1 GB")
    parser.add_argument("--pictures", type=int, default=98_000)
    parser.add_argument("--out", type=Path, default=HERE, help="where digits.tflite and quality.json go")
    options = parser.parse_args()
    project = options.cache / f"digits-{options.pictures}"
    if not project.exists():
        write_samples(options.cache, project / "samples", options.pictures)
    (project / "forge.yml").write_text(FORGE, encoding="utf-8")
    for name in ("Runefile.yml", "labels.txt"):
        shutil.copy(HERE / name, project)
    # A child of its own learns; rune train goes on from its last checkpoint when it is called again.
    for command in ("train", "convert"):
        subprocess.run([sys.executable, "-m", "rune.tools.cli", command, str(project)], check=True)

    quality = measure(project, options.cache)
    shutil.copy(project / "digits.tflite", options.out)
    (options.out / "quality.json").write_text(json.dumps(quality, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(quality, indent=2))


if __name__ == "__main__":
    main()
