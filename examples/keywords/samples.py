"""The recordings to learn from and to test with: seconds of speech, noise and music, below folders of their labels."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path
from typing import Literal

import numpy as np
from augment import RATE, Corpus, corpus_of, draw_label, window
from espeak import CALIBRATION, TEST
from numpy.typing import NDArray
from pieces import piece
from speech import all_clips, near_clips
from words import LABELS, SILENCE, UNKNOWN

from rune.datasets.content.wav import wav_bytes

SEED = 20
_CHUNK = 400
_TEST_COUNT = 3_000
_VALIDATION_SHARE = 32
"""One of so many is for the validation."""
NEAR_SHARE = 3
"""One of so many other words is short, and is said alone."""
_PIECES, _PIECE = 400, 6 * RATE

Part = Literal["training", "near", "calibration", "test"]
"""`near`: the training's voices, but of other words only those of near_words.txt."""
_MUSIC: dict[Part, int] = {"training": 0, "test": 1, "calibration": 2, "near": 0}


def write_samples(cache: Path, workers: int, folder: Path, numbers: range) -> None:
    """Writes recordings of a second to learn from, one in 32 of them for the validation. Folders are named after the
    splits and the labels, files after the numbers; the same number is the same recording."""
    _write(cache, workers, folder, numbers, is_test=False)


def write_test_samples(cache: Path, workers: int, folder: Path) -> None:
    """Writes the recordings of the test, by voices of its own."""
    _write(cache, workers, folder, range(_TEST_COUNT), is_test=True)


def _write(cache: Path, workers: int, folder: Path, numbers: range, *, is_test: bool) -> None:
    for split in ("test",) if is_test else ("train", "validation"):
        for label in LABELS:
            (folder / split / label).mkdir(parents=True, exist_ok=True)
    prepare(cache, workers)
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for _ in pool.map(partial(_write_part, cache, folder, is_test), in_chunks(numbers)):
            pass


def in_chunks(numbers: Sequence[int]) -> list[Sequence[int]]:
    """The numbers in parts, each of which one process works on."""
    return [numbers[start : start + _CHUNK] for start in range(0, len(numbers), _CHUNK)]


def _write_part(cache: Path, folder: Path, is_test: bool, numbers: Sequence[int]) -> None:
    for number in numbers:
        rng = np.random.default_rng([SEED + is_test, number])
        label = draw_label(rng)
        is_near = not is_test and label == UNKNOWN and number % NEAR_SHARE == 0
        part: Part = "test" if is_test else "near" if is_near else "training"
        split = "test" if is_test else "train" if number % _VALIDATION_SHARE else "validation"
        write_recording(folder / split, label, f"{number:05}", window(stored_corpus(cache, part), label, rng))


def write_recording(folder: Path, label: int, name: str, sound: NDArray[np.int16]) -> None:
    """Writes a second below a split's folder."""
    (folder / LABELS[label] / f"{name}.wav").write_bytes(wav_bytes(RATE, sound.astype("<i2").tobytes()))


def prepare(cache: Path, workers: int) -> None:
    """Makes clips and music, so that no two workers make the same ones."""
    for part in ("training", "near", "test"):
        corpus(cache, workers, part)


@cache
def stored_corpus(cache: Path, part: Part) -> Corpus:
    """The corpus of a part whose clips are made already, read once in each process."""
    return corpus(cache, 1, part)


def corpus(cache: Path, workers: int, part: Part) -> Corpus:
    """The clips of the part's voices, and music of its own."""
    voices = {"calibration": CALIBRATION, "test": TEST}.get(part)
    clips = [c for c in all_clips(cache, workers) if (c.voice in voices if voices else not c.held_out)]
    if part == "near":
        clips = [c for c in clips if c.label != UNKNOWN] + near_clips(cache, workers)
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
