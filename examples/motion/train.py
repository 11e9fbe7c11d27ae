"""Learns the motion model by the recipe `motion` and measures the rune. See README.md for what it needs.

python examples/motion/train.py --cache /tmp/motion
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from recordings import EXERCISES, LABELS, RATE, Recording, Window, recordings, resting, something_else

from rune.assessment.evaluation.recorded_tensors import RecordedTensors, tensor_array
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.model.tflite import read_model
from rune.port import Port
from rune.project.files import MemoryFiles

HERE = Path(__file__).parent
SEED = 31
TEST_PEOPLE = (8, 9, 10)
"""People whose recordings the model is never trained on; they are for the test."""
VALIDATION_PERSON = 1
"""The person whose recordings' ends choose the best epoch: all others are learned whole."""
VALIDATION_SHARE = 0.15
"""The share of each recording of that person."""
SCORES = sorted(LABELS)
"""The labels in the order of the model's scores."""
OTHERS = {"resting": (resting, 2_000), "something else": (something_else, 8_000)}
"""Motions that are made by rule, and how many windows of each are learned."""
_GRAVITY = 9.81
FORGE = f"""\
training:
  recipe: motion
  data: samples
  model: motion.tflite
  seed: {SEED}
  arguments:
    window: 150
    hop: 10
    filters: 24
    blocks: 4
    pace: 0.5
    turn: 30.0
    strength: 0.3
    sensor: 0.04
    smoothing: 0.05
    dropout: 0.3
    batch: 128
    epochs: 12
    patience: 12
    balance: 0
"""


def write_samples(folder: Path, exercise_recordings: Sequence[Recording]) -> None:
    """Writes tables below folders of their splits and labels; the test has people who are in no other split."""
    for number, each in enumerate(exercise_recordings):
        name = f"{LABELS[each.label]}/{number:03}.csv"
        if each.person in TEST_PEOPLE:
            _write(folder / "test" / name, each.rows)
            continue
        end = len(each.rows)
        if each.person == VALIDATION_PERSON:
            end -= round(VALIDATION_SHARE * end)
            _write(folder / "validation" / name, each.rows[end:])
        _write(folder / "train" / name, each.rows[:end])
    for place, (label, (window, count)) in enumerate(OTHERS.items()):
        for part, (split, share) in enumerate((("train", 1.0), ("validation", 0.05), ("test", 0.1))):
            rng = np.random.default_rng([SEED, place, part])
            for number in range(round(share * count)):
                _write(folder / split / label / f"{number:04}.csv", window(rng))


def _write(path: Path, rows: NDArray[np.floating]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(table(rows), encoding="utf-8")


def table(rows: NDArray[np.floating], digits: int = 3) -> str:
    """Rows in g as a table in metres per second squared."""
    return "x,y,z\n" + "".join(",".join(f"{value:.{digits}f}" for value in row) + "\n" for row in rows * _GRAVITY)


def runefile_of(model: bytes) -> str:
    """The template's Runefile, with the scale and the zero point of what the model reads."""
    read = read_model(model)
    source = read.tensors[read.inputs[0]]
    changed, count = re.subn(
        r"scale: .*\n( +)zero_point: .*\n( +)type: i8",
        rf"scale: {source.scale:.9g}\n\1zero_point: {source.zero_point}\n\2type: i8",
        (HERE / "Runefile.yml").read_text(encoding="utf-8"),
    )
    if count != 1:
        raise ValueError(f"the Runefile must have one block that quantises; it has {count}")
    return changed


def measure(model: bytes, test: Sequence[Recording]) -> dict[str, object]:
    """Judges the model on people that it was not trained on: each window, and each as the rune answers, by the mean
    of the last 3."""
    ports = (Port("numbers", 0), Port("steady", 0))
    files = {"Runefile.yml": runefile_of(model).encode(), "labels.txt": "\n".join(SCORES).encode()}
    rune = build(MemoryFiles({**files, "motion.tflite": model}), BuildOptions("motion", watched=ports)).rune
    runner = RecordedTensors(
        rune, lambda loaded_rune, _: np.stack([tensor_array(loaded_rune.watched[port].tensors[0]) for port in ports])
    )

    def answers(rows: NDArray[np.floating]) -> list[tuple[str, str]]:
        """Returns the answers of each window, alone and by the mean."""
        shares = runner.windows(table(rows).encode())
        return [(SCORES[int(np.argmax(alone))], SCORES[int(np.argmax(mean))]) for alone, mean in shares]

    right: dict[str, list[tuple[bool, bool]]] = {name: [] for name in EXERCISES}
    for each in test:
        label = LABELS[each.label]
        right[label] += [(alone == label, mean == label) for alone, mean in answers(each.rows)]
    every = [pair for pairs in right.values() for pair in pairs]

    def share_by_rule(label: str, window: Callable[[np.random.Generator], Window], seed: int) -> float:
        rng = np.random.default_rng([SEED, 2, seed])
        return _share([answers(window(rng))[0][0] == label for _ in range(1_000)])

    return {
        "model_bytes": len(model),
        "people": {"trained_on": 10 - len(TEST_PEOPLE), "tested_on": len(TEST_PEOPLE)},
        "test_recordings": len(test),
        "test_windows": len(every),
        "accuracy": {
            "single_windows": _share([alone for alone, _ in every]),
            "mean_of_three": _share([mean for _, mean in every]),
            "each_exercise": {name: _share([alone for alone, _ in pairs]) for name, pairs in right.items()},
            "resting_synthetic": share_by_rule("resting", resting, 0),
            "something_else_synthetic": share_by_rule("something else", something_else, 1),
        },
    }


def _share(right: Sequence[bool]) -> float:
    return round(float(np.mean(right)), 3)


def example_csv(example_recordings: Sequence[Recording]) -> str:
    """The page's recording: rest, then eight seconds of each exercise, and rest again; metres per second squared."""
    rng = np.random.default_rng([SEED, 3])
    parts = [each.rows[300 : 300 + 8 * RATE] for each in example_recordings]
    still = [np.tile(edge, (3 * RATE, 1)) for edge in (parts[0][:10].mean(0), parts[-1][-10:].mean(0))]
    rest = [each + rng.normal(0, 0.004, each.shape) for each in still]
    return table(np.concatenate([rest[0], *parts, rest[1]]), digits=2)


def _first(among: Sequence[Recording], name: str) -> Recording:
    return next(each for each in among if LABELS[each.label] == name and each.is_right)


def main() -> None:
    parser = argparse.ArgumentParser(description="Learns the motion model by its recipe and measures it.")
    parser.add_argument("--cache", type=Path, required=True, help="folder for what is fetched and made, about 60 MB")
    parser.add_argument("--out", type=Path, default=HERE, help="where motion.tflite, quality.json and others go")
    options = parser.parse_args()
    options.cache.mkdir(parents=True, exist_ok=True)

    exercise_recordings = recordings(options.cache)
    project = options.cache / "exercises"
    if not project.exists():
        write_samples(project / "samples", exercise_recordings)
    (project / "forge.yml").write_text(FORGE, encoding="utf-8")
    # A child of its own learns; rune train goes on from its last checkpoint when it is called again.
    subprocess.run([sys.executable, "-m", "rune.tools.cli", "train", str(project)], check=True)

    model = (project / "motion.tflite").read_bytes()
    test = [each for each in exercise_recordings if each.person in TEST_PEOPLE]
    quality = measure(model, test)
    (options.out / "motion.tflite").write_bytes(model)
    (options.out / "Runefile.yml").write_text(runefile_of(model), encoding="utf-8")
    (options.out / "quality.json").write_text(json.dumps(quality, indent=2) + "\n", encoding="utf-8")
    (options.out / "labels.txt").write_text("\n".join(SCORES) + "\n", encoding="utf-8")
    example_recordings = [_first(test, name) for name in ("forward elevation", "upright row")]
    (options.out / "exercises.csv").write_text(example_csv(example_recordings), encoding="utf-8")
    print(json.dumps(quality, indent=2))


if __name__ == "__main__":
    main()
