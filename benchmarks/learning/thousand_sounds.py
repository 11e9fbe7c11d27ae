"""Learning from 1,000 sounds of 6 labels in three minutes: beside ten times that budget, and beside tuned Keras."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.figure import CannotMeasure, table
from benchmarks.learning.beside_others import ComparedLearner, by_recipe, row
from benchmarks.learning.spoken_words import SPLITS, WORDS, counts, write_words
from benchmarks.peers import answer_of
from lab.recipes.catalogue import recipe_of
from lab.training.data import compute_windows, read_dataset
from lab.training.settings import ENVIRONMENT

_SCRIPT = Path(__file__).with_name("keras_by_hand.py")
RECIPE = "keywords"
SECONDS_AIM = 180.0
LEARNING_RATES = (0.0003, 0.001, 0.003)
"""The learning rates of the Keras script; the one with the least loss on the validation split is judged."""
_TIMEOUT = 3_600.0


def measure() -> str:
    if not ENVIRONMENT.is_ready:
        raise CannotMeasure(f"the environment {ENVIRONMENT.name} is not prepared; run make lab")
    with TemporaryDirectory() as name:
        folder = Path(name)
        sounds = write_words(folder / "samples")
        results = [
            by_recipe(RECIPE, {}, sounds, folder),
            by_recipe(f"{RECIPE} with ten times the epochs", _ten_times(), sounds, folder),
            _by_keras(sounds, folder),
        ]
    train_count, validation_count, test_count = counts()
    return (
        f"{train_count + validation_count:,} sounds of {len(WORDS)} words, spoken by synthetic voices in noise of up "
        f"to the level of the word; {validation_count} of them are the validation split. The test has {test_count:,} "
        "sounds of voices that were not learned, recognised with the 95 % interval (Wilson). The aims: at most "
        f"{SECONDS_AIM:g} s, and at most one point below ten times that budget. Seconds of a recipe have the start of "
        "TensorFlow, the features, the quantised rune and its run on the test in them. Keras by hand has convolutions "
        "over the recipe's spectrogram, learns without augmentation, and is the best of "
        f"{len(LEARNING_RATES)} learning rates on the validation split, in floats.\n\n"
        + table(["", "recognised", "seconds", "flash"], [row(each, test_count) for each in results])
    )


def _ten_times() -> Mapping[str, float]:
    """Ten times the default of what says how long it learns."""
    return {each.name: 10 * each.default for each in recipe_of(RECIPE).arguments if each.name in ("epochs", "patience")}


def _by_keras(sounds: Path, folder: Path) -> ComparedLearner:
    """Raises `CannotMeasure` where the script fails."""
    recipe = recipe_of(RECIPE)
    dataset = read_dataset(sounds, recipe, {})
    values = {each.name: each.default for each in recipe.arguments}
    windows = compute_windows(dataset, recipe, values, lambda _share, _text: None)
    names = [split.name for split in SPLITS]
    labels = [dataset.labels.index(dataset.recordings[place].label) for place in windows.recordings]
    splits = [names.index(dataset.splits[place]) for place in windows.recordings]
    np.savez(folder / "windows.npz", inputs=windows.inputs[..., None], labels=labels, splits=splits)
    rates = map(str, LEARNING_RATES)
    answer = answer_of(
        ENVIRONMENT.python,
        _SCRIPT,
        folder,
        folder / "windows.npz",
        *rates,
        seconds=_TIMEOUT,
    )
    return ComparedLearner("Keras by hand, tuned", answer["right"], answer["seconds"])
