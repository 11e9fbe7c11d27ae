"""Learns the picture model by the recipe `pictures` and measures it. See README.md for what it needs.

python examples/picture/train.py --cache /tmp/picture
"""

from __future__ import annotations

import argparse
import io
import json
import subprocess
import sys
from multiprocessing import Pool
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from signs import LABELS, SIDE, Picture, example

from rune.assessment.evaluation.recorded_tensors import RecordedTensors, tensor_array
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.port import Port
from rune.project.files import MemoryFiles

HERE = Path(__file__).parent
SEED = 61
SCORES = sorted(LABELS)
"""The labels in the order of the model's scores."""
TEST_PICTURES = 3_000
FORGE = """\
training:
  recipe: pictures
  data: samples
  model: picture.tflite
  seed: 61
  arguments:
    colour: 0
    filters: 24
    depth: 2
    epochs: 12
    patience: 12
    batch: 64
    smoothing: 0.1
"""


def write_samples(folder: Path, count: int) -> None:
    """Writes pictures below folders of their splits and labels: so many to learn from, one in 32 of them for the
    validation, and drawn ones for the test."""
    for split in ("train", "validation", "test"):
        for label in LABELS:
            (folder / split / label).mkdir(parents=True)
    with Pool() as pool:
        pool.starmap(_write_picture, ((folder, number) for number in range(count)), chunksize=200)
        pool.starmap(_write_test_picture, ((folder, number) for number in range(TEST_PICTURES)), chunksize=200)


def _write_picture(folder: Path, number: int) -> None:
    picture, label = example(np.random.default_rng([SEED, number]))
    split = "train" if number % 32 else "validation"
    (folder / split / LABELS[label] / f"{number:05}.png").write_bytes(_png(picture))


def _write_test_picture(folder: Path, number: int) -> None:
    picture, label = _test_picture(number, printed=False)
    (folder / "test" / LABELS[label] / f"{number:05}.png").write_bytes(_png(picture))


def measure(model: bytes) -> dict[str, object]:
    """Judges the model on pictures before another photograph: signs drawn in the designs of the training, and
    printed in others."""
    port = Port("numbers", 0)
    files = {"Runefile.yml": (HERE / "Runefile.yml").read_bytes(), "labels.txt": "\n".join(SCORES).encode()}
    project = MemoryFiles({**files, "picture.tflite": model})
    rune = build(project, BuildOptions("picture", watched=(port,))).rune
    runner = RecordedTensors(rune, lambda loaded_rune, _: tensor_array(loaded_rune.watched[port].tensors[0]))
    quality: dict[str, object] = {"model_bytes": len(model), "test_pictures_each": TEST_PICTURES}
    for kind, is_printed in (("drawn", False), ("printed_in_unseen_designs", True)):
        pictures = [_test_picture(number, printed=is_printed) for number in range(TEST_PICTURES)]
        right = np.array([SCORES[_answer(runner, picture)] == LABELS[label] for picture, label in pictures])
        numbers = np.array([label for _, label in pictures])
        quality[kind] = {"all": _share(right)} | {
            label: _share(right[numbers == number]) for number, label in enumerate(LABELS)
        }
    return quality


def _answer(runner: RecordedTensors, picture: Picture) -> int:
    return int(np.argmax(next(runner.windows(_png(picture)))))


def _png(picture: Picture) -> bytes:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "png")
    return file.getvalue()


def _test_picture(number: int, *, printed: bool) -> tuple[Picture, int]:
    return example(np.random.default_rng([SEED, 2, number]), photograph="flower.jpg", printed=printed)


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
    parser = argparse.ArgumentParser(description="Learns the picture model by its recipe and measures it.")
    parser.add_argument("--cache", type=Path, required=True, help="folder for what is made on the way, about 250 MB")
    parser.add_argument("--pictures", type=int, default=46_000)
    parser.add_argument("--out", type=Path, default=HERE, help="where picture.tflite and quality.json go")
    options = parser.parse_args()
    project = options.cache / f"signs-{options.pictures}"
    if not project.exists():
        write_samples(project / "samples", options.pictures)
    (project / "forge.yml").write_text(FORGE, encoding="utf-8")
    # A child of its own learns; rune train goes on from its last checkpoint when it is called again.
    subprocess.run([sys.executable, "-m", "rune.tools.cli", "train", str(project)], check=True)

    model = (project / "picture.tflite").read_bytes()
    quality = measure(model)
    (options.out / "picture.tflite").write_bytes(model)
    (options.out / "labels.txt").write_text("\n".join(SCORES) + "\n", encoding="utf-8")
    (options.out / "quality.json").write_text(json.dumps(quality, indent=2) + "\n", encoding="utf-8")
    write_example(options.out / "sign.png")
    print(json.dumps(quality, indent=2))


if __name__ == "__main__":
    main()
