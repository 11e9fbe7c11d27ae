"""The training and test sets: labelled windows as features, made once and kept in a cache folder."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from augment import Corpus, corpus_of, draw_label, window
from features import COUNT, Features
from numpy.typing import NDArray
from speech import all_clips

_CHUNK = 1_000


@dataclass(frozen=True)
class Windows:
    """`features` i8[n, 1960] with one label each."""

    features: NDArray[np.int8]
    labels: NDArray[np.int64]


def training_corpus(cache: Path, workers: int, scale: float, *, held_out: bool) -> Corpus:
    """The clips of the voices that are, or are not, held out."""
    clips = all_clips(cache, workers, scale)
    return corpus_of([(c.label, c.engine, c.sound) for c in clips if c.held_out == held_out])


def windows(cache: Path, name: str, count: int, seed: int, workers: int, scale: float, *, held_out: bool) -> Windows:
    """So many windows of the prior of `augment.draw_label`."""
    path = cache / f"windows-{name}-{count}.npz"
    if not path.exists():
        all_clips(cache, workers, scale)
        chunks = range(0, count, _CHUNK)
        tasks = [(cache, workers, scale, held_out, seed, start, min(_CHUNK, count - start)) for start in chunks]
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            made = list(pool.map(_chunk, tasks))
        np.savez(path, features=np.concatenate([m[0] for m in made]), labels=np.concatenate([m[1] for m in made]))
        print(f"{path.name}: {count} windows", flush=True)
    data = np.load(path)
    return Windows(data["features"], data["labels"])


_worker: dict[bool, tuple[Corpus, Features]] = {}


def _chunk(task: tuple[Path, int, float, bool, int, int, int]) -> tuple[NDArray[np.int8], NDArray[np.int64]]:
    cache, workers, scale, held_out, seed, start, count = task
    if held_out not in _worker:
        _worker[held_out] = (training_corpus(cache, workers, scale, held_out=held_out), Features())
    corpus, front_end = _worker[held_out]
    features, labels = np.zeros((count, COUNT), np.int8), np.zeros(count, np.int64)
    for k in range(count):
        rng = np.random.default_rng([seed, start + k])
        labels[k] = draw_label(rng)
        features[k] = front_end.of(window(corpus, int(labels[k]), rng))
    return features, labels
