"""Few pictures of each label, learned behind a backbone that a script made, and by its network from random weights.

The backbone is a model of the recipe `pictures` without its last layer. It learned letters that are drawn by rule, in
the scenes of the signs of the template `picture`. People wrote the digits of scikit-learn, which share nothing with
these scenes.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from sklearn.datasets import load_digits

from benchmarks.figure import CannotMeasure, table
from benchmarks.learning.letters import FONTS, LETTERS, SIZE, save_letters, signs
from benchmarks.peers import answer_of
from lab.child.start import ProcessPool
from lab.quantize.forms import FORMS
from lab.quantize.samples import CalibrationSample, ModelInput
from lab.quantize.step import FloatParts, quantised
from lab.tasks.judging.judged_rune import judge
from lab.training.preparing import prepare_run
from lab.training.run import SharedWork, train
from lab.training.run_folder import RunFolder
from lab.training.running_rune import rows_of_split
from lab.training.settings import ENVIRONMENT
from rune.datasets.splits import Split
from rune.source.policy.sections.training import Training
from rune.statistics.intervals import sign_test, wilson

NETWORK: Mapping[str, float] = {"colour": 0, "size": SIZE, "filters": 24, "depth": 2}
"""The arguments of the backbone, and of the network that begins with random weights."""
_SCRIPT = Path(__file__).with_name("letters_backbone.py")
LETTER_PICTURES = 6_000
LETTER_EPOCHS = 10
SIGN_COUNTS, DIGIT_COUNTS = (5, 10, 20, 50), (5,)
"""Pictures of each label to learn from."""
SEEDS = (1, 2)
"""Each draws other pictures to learn from, and other random weights."""
TEST_SIGNS = 1_000
_SIGN_SEED = 61
_WRITTEN_TO_LEARN = 1_000
"""Digits of scikit-learn, the first in their order, that are drawn from; the others are the test."""
_CALIBRATION = 200
"""Letters on which the ranges of the backbone are measured."""
_CHANCE = 0.05
_TIMEOUT = 3_600.0
_BACKBONE = "letters.tflite"

LabelledPicture = tuple[NDArray[np.uint8], str]
PicturesOf = Callable[[int], Iterator[LabelledPicture]]
"""Labelled pictures to learn from, without end, from a seed."""


@dataclass(frozen=True)
class PictureTask:
    """Pictures to learn from, by a seed, and those of the test."""

    title: str
    training_pictures: PicturesOf
    test: Sequence[LabelledPicture]
    counts: Sequence[int]


@dataclass(frozen=True)
class LettersBackbone:
    """A backbone in int8: its file, the share of letters that its network recognises, and its number of weights."""

    data: bytes
    right: float
    weights: int


@dataclass(frozen=True)
class ComparedRuns:
    """The answers of two runs that learned the same pictures: for each picture of the test, whether it was right."""

    random_weights: NDArray[np.bool_]
    backbone: NDArray[np.bool_]

    @property
    def difference(self) -> float:
        """By how much the share of correct answers is greater with the backbone, -1 to 1."""
        return float(self.backbone.mean() - self.random_weights.mean())

    @property
    def chance(self) -> float:
        """How likely so uneven a split is by chance, 0 to 1."""
        better = int((self.backbone & ~self.random_weights).sum())
        return sign_test(better, int((self.random_weights & ~self.backbone).sum()))


def measure() -> str:
    if not ENVIRONMENT.is_ready:
        raise CannotMeasure(f"the environment {ENVIRONMENT.name} is not prepared; run make lab")
    with TemporaryDirectory() as name, closing(ProcessPool()) as processes:
        folder, shared_work = Path(name), SharedWork(processes=processes)
        backbone = letters_backbone(folder)
        parts = [_part(task, backbone.data, folder / str(place), shared_work) for place, task in enumerate(tasks())]
    head = (
        f"The backbone is the network of the recipe `pictures` with {_list_text(NETWORK)}, without its last layer: "
        f"{backbone.weights:,} weights in int8. It learned {LETTER_PICTURES:,} pictures of {len(LETTERS)} letters in "
        f"{len(FONTS)} fonts for {LETTER_EPOCHS} epochs, and recognises {100 * backbone.right:.1f} % of others. These "
        "pictures are drawn by rule, in the scenes of the template `picture`. The same network learns from random "
        "weights by the recipe `pictures`, and `transfer` learns one layer behind the backbone; their other arguments "
        "are the defaults. A fifth as many more pictures, two at least, choose the best epoch. Both recipes learn two "
        "draws of pictures. The share of the test that the quantised rune recognises, with the 95 % interval "
        "(Wilson). A recipe is better beyond chance where the exact form of McNemar's test says so in both draws, "
        f"with less than {_CHANCE:g}."
    )
    return "\n\n".join([head, *parts])


def letters_backbone(folder: Path) -> LettersBackbone:
    """Learns letters and quantises the result. Raises `CannotMeasure` where the script fails."""
    letters, arguments, backbone = (folder / name for name in ("letters.npz", "arguments.json", "backbone.tflite"))
    save_letters(letters, LETTER_PICTURES)
    values = {**NETWORK, "epochs": LETTER_EPOCHS, "patience": LETTER_EPOCHS}
    arguments.write_text(json.dumps(values), encoding="utf-8")
    paths = letters, arguments, backbone
    answer = answer_of(ENVIRONMENT.python, _SCRIPT, folder, *paths, seconds=_TIMEOUT)
    with np.load(letters) as arrays:
        inputs = arrays["inputs"][:_CALIBRATION, None, ..., None].astype(np.float32) / 255
    samples = [CalibrationSample(str(number), (each,)) for number, each in enumerate(inputs)]
    shapes, parts = [ModelInput("window", inputs.shape[1:])], FloatParts(input_bounds=(0.0, 1.0))
    data = quantised(backbone.read_bytes(), FORMS["int8"], parts, samples, shapes)
    return LettersBackbone(data, answer["right"], answer["weights"])


def tasks() -> Sequence[PictureTask]:
    drawing, digits = signs(), written_digits()
    return [
        PictureTask(
            "Signs of the template `picture`, tested before a photograph that none of the pictures shows",
            lambda seed: _signs_of(drawing, [_SIGN_SEED, 4, seed], "china.jpg"),
            _first(_signs_of(drawing, [_SIGN_SEED, 2], "flower.jpg"), TEST_SIGNS),
            SIGN_COUNTS,
        ),
        PictureTask(
            "Handwritten digits of scikit-learn, enlarged from 8 x 8 pixels, tested on the last ones of the set",
            lambda seed: _in_random_order(digits[:_WRITTEN_TO_LEARN], seed),
            digits[_WRITTEN_TO_LEARN:],
            DIGIT_COUNTS,
        ),
    ]


def _signs_of(drawing: Any, seed: Sequence[int], photograph: str) -> Iterator[LabelledPicture]:
    number = 0
    while True:
        picture, label = drawing.example(np.random.default_rng([*seed, number]), photograph=photograph)
        yield picture, drawing.LABELS[label]
        number += 1


def _first(pictures: Iterator[LabelledPicture], count: int) -> Sequence[LabelledPicture]:
    return [next(pictures) for _ in range(count)]


def written_digits() -> Sequence[LabelledPicture]:
    """Digits in the order of the set, dark on light, u8 [64, 64]."""
    digits: Any = load_digits()
    side = signs().SIDE
    pictures = []
    for pixels, label in zip(digits.images, digits.target, strict=True):
        small = Image.fromarray(np.round(255 - 255 / 16 * pixels).astype(np.uint8))
        pictures.append((np.asarray(small.resize((side, side), Image.Resampling.BICUBIC)), str(label)))
    return pictures


def _in_random_order(pictures: Sequence[LabelledPicture], seed: int) -> Iterator[LabelledPicture]:
    return (pictures[place] for place in np.random.default_rng(seed).permutation(len(pictures)))


def _part(task: PictureTask, backbone: bytes, folder: Path, shared_work: SharedWork) -> str:
    rows = []
    for count in task.counts:
        runs = [
            compared_runs(write_task(folder / f"{count}-{seed}", task, count, seed), seed, backbone, shared_work)
            for seed in SEEDS
        ]
        rows.append(row(count, runs))
    draws = [f"{recipe}, draw {seed}" for recipe in ("pictures", "transfer") for seed in SEEDS]
    head = ["pictures of each label", *draws, "difference", "beyond chance"]
    return f"**{task.title}**: {len(task.test):,} pictures.\n\n{table(head, rows)}"


def write_task(folder: Path, task: PictureTask, count: int, seed: int) -> Path:
    """Writes `count` pictures of each label to learn from, a fifth as many for the validation, and the test."""
    for_validation = max(2, count // 5)
    labels = {label for _, label in task.test}
    file_counts = dict.fromkeys(labels, 0)
    for number, (picture, label) in enumerate(task.training_pictures(seed)):
        if file_counts[label] < count + for_validation:
            split = Split.TRAIN if file_counts[label] < count else Split.VALIDATION
            _write(folder / split.value / label / f"{number:05}.png", picture)
            file_counts[label] += 1
        elif min(file_counts.values()) == count + for_validation:
            break
    for number, (picture, label) in enumerate(task.test):
        _write(folder / Split.TEST.value / label / f"{number:05}.png", picture)
    return folder


def _write(path: Path, picture: NDArray[np.uint8]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(picture).save(path)


def compared_runs(source: Path, seed: int, backbone: bytes, shared_work: SharedWork) -> ComparedRuns:
    """Learns the same pictures from random weights and behind the backbone."""
    begin = Training("pictures", "samples", seed=seed, arguments=NETWORK)
    behind = replace(begin, recipe="transfer", backbone=_BACKBONE, arguments={})
    return ComparedRuns(*(right_answers(each, source, backbone, shared_work) for each in (begin, behind)))


def right_answers(training: Training, source: Path, backbone: bytes, shared_work: SharedWork) -> NDArray[np.bool_]:
    """Learns the pictures of a folder. Returns for each of the test whether the quantised rune is right."""
    run = prepare_run(training, source, {}, backbone=backbone)
    own = source.with_name(f"{source.name}-{training.recipe}")
    own.mkdir()
    model = train(run, RunFolder(own, run.settings.digest), lambda _event: None, shared_work=shared_work)
    judgement = judge(
        model.judged_rune, run.test, Split.TEST, partial(rows_of_split, report=lambda _share, _text: None)
    )
    labels = run.test.labels
    right = [run.test.recordings[place].label == labels[answer] for place, answer, _ in judgement.answers]
    return np.array(right)


def row(count: int, runs: Sequence[ComparedRuns]) -> Sequence[str]:
    """A row of the table: the shares of all draws, their mean difference, and which is better by more than chance."""
    shares = [_share(each.random_weights) for each in runs] + [_share(each.backbone) for each in runs]
    difference = statistics.mean(each.difference for each in runs)
    return (str(count), *shares, f"{100 * difference:+.1f} points", better_recipe(runs))


def better_recipe(runs: Sequence[ComparedRuns]) -> str:
    """The recipe that is better by more than chance in all draws, or "neither"."""
    if all(each.chance < _CHANCE for each in runs):
        if all(each.difference > 0 for each in runs):
            return "transfer"
        if all(each.difference < 0 for each in runs):
            return "pictures"
    return "neither"


def _share(right: NDArray[np.bool_]) -> str:
    share = wilson(int(right.sum()), len(right))
    return f"{100 * share.value:.1f} % ({100 * share.low:.1f} to {100 * share.high:.1f})"


def _list_text(arguments: Mapping[str, float]) -> str:
    return ", ".join(f"`{name}` {value:g}" for name, value in arguments.items())
