"""Hard samples: recordings without a keyword in which a rune wrongly hears one."""

from __future__ import annotations

import random
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from augment import draw_label, window
from calls import Listener
from numpy.typing import NDArray
from samples import NEAR_SHARE, SEED, Part, in_chunks, prepare, stored_corpus, write_recording
from words import KEYWORDS, UNKNOWN

_SEED = SEED + 2


@dataclass(frozen=True)
class HardSamples:
    """The number of recordings to draw, how many of them count as the hardest, and how many of these to write."""

    drawn: int
    hardest: int
    count: int


def write_hard_samples(project: Path, cache: Path, workers: int, folder: Path, numbers: HardSamples) -> None:
    """Draws recordings of the training's voices and music without a keyword, and writes some of those for which the
    project's rune gives a keyword the highest score. `folder` has a folder for each label."""
    prepare(cache, workers)
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        scores = np.concatenate(list(pool.map(partial(_scores, project, cache), in_chunks(range(numbers.drawn)))))
        hardest = sorted(np.argsort(-scores, kind="stable")[: numbers.hardest].tolist(), key=_place)
        random.Random(1).shuffle(hardest)
        for _ in pool.map(partial(_write, cache, folder), in_chunks(hardest[: numbers.count])):
            pass


def _scores(project: Path, cache: Path, numbers: Sequence[int]) -> NDArray[np.float32]:
    """The highest score of a keyword, of each recording."""
    scores = _listener(project).scores(_recording(cache, number)[1] for number in numbers)
    return np.asarray(scores[:, : len(KEYWORDS)].max(axis=1))


def _write(cache: Path, folder: Path, numbers: Sequence[int]) -> None:
    for number in numbers:
        label, sound = _recording(cache, number)
        write_recording(folder, label, f"hard-{number:05}", sound)


def _recording(cache: Path, number: int) -> tuple[int, NDArray[np.int16]]:
    """A second of the label `silence` or `unknown`."""
    label, rng = _label(number)
    part: Part = "near" if label == UNKNOWN and number % NEAR_SHARE == 0 else "training"
    return label, window(stored_corpus(cache, part), label, rng)


def _place(number: int) -> tuple[int, int]:
    return _label(number)[0], number


def _label(number: int) -> tuple[int, np.random.Generator]:
    """The label of a recording, and the random generator that draws the rest of it."""
    rng = np.random.default_rng([_SEED, number])
    label = draw_label(rng)
    while label < len(KEYWORDS):
        label = draw_label(rng)
    return label, rng


@cache
def _listener(project: Path) -> Listener:
    return Listener(project)
