"""The training and test sets: labelled windows as features, made once and kept in a cache folder."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Literal

import numpy as np
from augment import RATE, Corpus, corpus_of, draw_label, window
from espeak import CALIBRATION, TEST
from features import COUNT, Features
from numpy.typing import NDArray
from pieces import piece
from speech import all_clips, near_clips
from words import SILENCE, UNKNOWN

_CHUNK = 1_000
_PIECES, _PIECE = 400, 6 * RATE

Part = Literal["training", "test", "calibration", "near"]
"""`near`: the training's voices, but of other words only those of near_words.txt."""
_MUSIC: dict[Part, int] = {"training": 0, "test": 1, "calibration": 2, "near": 0}


@dataclass(frozen=True)
class Windows:
    """`features` i8[n, 1960] with one label each."""

    features: NDArray[np.int8]
    labels: NDArray[np.int64]


def corpus(cache: Path, workers: int, scale: float, part: Part) -> Corpus:
    """The clips of the part's voices, and music of its own."""
    voices = {"calibration": CALIBRATION, "test": TEST}.get(part)
    clips = [c for c in all_clips(cache, workers, scale) if (c.voice in voices if voices else not c.held_out)]
    if part == "near":
        clips = [c for c in clips if c.label != UNKNOWN] + near_clips(cache, workers, scale)
    pieces = [(SILENCE, "music", piece) for piece in _music(cache, workers, part)]
    return corpus_of([(c.label, c.engine, c.sound) for c in clips] + pieces)


def _music(cache: Path, workers: int, part: Part) -> NDArray[np.int16]:
    """Pieces of six seconds."""
    path = cache / f"music-{_MUSIC[part]}.npy"
    if not path.exists():
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            tasks = [(_MUSIC[part], number) for number in range(_PIECES)]
            np.save(path, np.stack(list(pool.map(_piece, tasks, chunksize=20))))
    return np.asarray(np.load(path))


def _piece(task: tuple[int, int]) -> NDArray[np.int16]:
    sound = piece(_PIECE, np.random.default_rng([9, *task]))
    return (sound / np.abs(sound).max() * 32_000).astype(np.int16)


def windows(cache: Path, name: str, count: int, seed: int, workers: int, scale: float, part: Part) -> Windows:
    """So many windows of the prior of `augment.draw_label`."""
    return _windows(cache, name, count, seed, workers, scale, part, (None,))


def negatives(cache: Path, name: str, count: int, seed: int, workers: int, scale: float) -> Windows:
    """So many windows without a keyword, a third of them without speech."""
    return _windows(cache, name, count, seed, workers, scale, "training", (UNKNOWN, SILENCE, UNKNOWN))


def near_words(cache: Path, name: str, count: int, seed: int, workers: int, scale: float) -> Windows:
    """So many windows of short words that are no keyword."""
    return _windows(cache, name, count, seed, workers, scale, "near", (UNKNOWN,))


def _windows(
    cache: Path, name: str, count: int, seed: int, workers: int, scale: float, part: Part,
    labels: tuple[int | None, ...],
) -> Windows:  # fmt: skip
    """`labels` are taken in turn; None is drawn."""
    path = cache / f"windows-{name}-{count}.npz"
    if not path.exists():
        corpus(cache, workers, scale, part)
        chunks = range(0, count, _CHUNK)
        tasks = [(cache, workers, scale, part, seed, start, min(_CHUNK, count - start), labels) for start in chunks]
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            parts = list(pool.map(_chunk, tasks))
        np.savez(path, features=np.concatenate([m[0] for m in parts]), labels=np.concatenate([m[1] for m in parts]))
        print(f"{path.name}: {count} windows", flush=True)
    data = np.load(path)
    return Windows(data["features"], data["labels"])


_worker: dict[Part, tuple[Corpus, Features]] = {}


def _chunk(
    task: tuple[Path, int, float, Part, int, int, int, tuple[int | None, ...]],
) -> tuple[NDArray[np.int8], NDArray[np.int64]]:
    cache, workers, scale, part, seed, start, count, chosen_labels = task
    if part not in _worker:
        _worker[part] = (corpus(cache, workers, scale, part), Features())
    clips, front_end = _worker[part]
    features, labels = np.zeros((count, COUNT), np.int8), np.zeros(count, np.int64)
    for k in range(count):
        rng = np.random.default_rng([seed, start + k])
        label = chosen_labels[(start + k) % len(chosen_labels)]
        labels[k] = draw_label(rng) if label is None else label
        features[k] = front_end.of(window(clips, int(labels[k]), rng))
    return features, labels
