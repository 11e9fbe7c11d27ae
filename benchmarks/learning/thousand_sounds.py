"""Learning from 1,000 sounds of 6 labels in three minutes: beside ten times that budget, and beside tuned Keras."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.figure import CannotMeasure, table
from benchmarks.learning.spoken_words import SPLITS, WORDS, counts, write_words
from lab.recipes.catalogue import recipe_of
from lab.training.data import compute_windows, read_dataset
from lab.training.preparing import PreparedRun, prepare_run
from lab.training.run import train
from lab.training.run_folder import RunFolder
from lab.training.settings import ENVIRONMENT
from rune.running.evaluation.intervals import wilson
from rune.source.policy.sections.training import Training

RECIPE = "keywords"
SECONDS_AIM = 180.0
TEN_TIMES: Mapping[str, float] = {"epochs": 600, "patience": 150}
"""Ten times the defaults."""
LEARNING_RATES = (0.0003, 0.001, 0.003)
"""Those of Keras by hand; the one with the least loss on the validation split is judged."""
_PATIENCE = 3_600.0
_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Learned:
    """How many sounds of the test a model recognises, and the seconds until it was trained."""

    name: str
    right: int
    seconds: float


def measure() -> str:
    if not ENVIRONMENT.is_ready:
        raise CannotMeasure(f"the environment {ENVIRONMENT.name} is not prepared; run make lab")
    with TemporaryDirectory() as name:
        folder = Path(name)
        sounds = write_words(folder / "samples")
        results = [
            _by_recipe("the recipe, default arguments", {}, sounds, folder / "default"),
            _by_recipe("the recipe with ten times the epochs", TEN_TIMES, sounds, folder / "ten"),
            _by_keras(sounds, folder),
        ]
    learned, validation, tested = counts()
    return (
        f"{learned + validation:,} sounds of {len(WORDS)} words, spoken by synthetic voices in noise of up to the "
        f"level of the word; {validation} of them are the validation split. The test has {tested:,} sounds of voices "
        "that were not learned, recognised with the 95 % interval (Wilson). The aims: at most "
        f"{SECONDS_AIM:g} s, and at most one point below ten times that budget. Seconds of a recipe have the start of "
        "TensorFlow, the features, the quantised rune and its run on the test in them. Keras by hand has convolutions "
        "over the recipe's spectrogram, learns without augmentation, and is the best of "
        f"{len(LEARNING_RATES)} learning rates on the validation split, in floats.\n\n"
        + table(["", "recognised", "seconds"], [_row(each, tested) for each in results])
    )


def _row(learned: Learned, count: int) -> Sequence[str]:
    share = wilson(learned.right, count)
    shown = f"{100 * share.value:.1f} % ({100 * share.low:.1f} to {100 * share.high:.1f})"
    return (learned.name, shown, f"{learned.seconds:.0f}")


def _by_recipe(name: str, arguments: Mapping[str, float], sounds: Path, folder: Path) -> Learned:
    folder.mkdir()
    begin = time.perf_counter()
    prepared = _prepared(arguments, sounds)
    trained = train(prepared, RunFolder(folder, prepared.settings.digest), lambda _event: None)
    seconds = time.perf_counter() - begin
    confusion = trained.report["judgements"]["test"]["confusion"]
    return Learned(name, sum(row[place] for place, row in enumerate(confusion)), seconds)


def _prepared(arguments: Mapping[str, float], sounds: Path) -> PreparedRun:
    return prepare_run(Training(RECIPE, "samples", arguments=dict(arguments)), sounds, {})


def _by_keras(sounds: Path, folder: Path) -> Learned:
    """Raises `CannotMeasure` where the script fails."""
    recipe = recipe_of(RECIPE)
    dataset = read_dataset(sounds, recipe, {})
    values = {each.name: each.default for each in recipe.arguments}
    windows = compute_windows(dataset, recipe, values, lambda _share, _text: None)
    names = [split.name for split in SPLITS]
    labels = [dataset.labels.index(dataset.recordings[place].label) for place in windows.recordings]
    splits = [names.index(dataset.splits[place]) for place in windows.recordings]
    np.savez(folder / "windows.npz", inputs=windows.inputs[..., None], labels=labels, splits=splits)
    command: list[str | Path] = [
        ENVIRONMENT.python,
        _HERE / "keras_by_hand.py",
        folder / "windows.npz",
        *map(str, LEARNING_RATES),
    ]
    completed = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE, check=False)
    if completed.returncode:
        raise CannotMeasure(f"keras_by_hand.py failed: {completed.stderr[-300:]}")
    answer = json.loads(completed.stdout.splitlines()[-1])
    return Learned("Keras by hand, tuned", answer["right"], answer["seconds"])
