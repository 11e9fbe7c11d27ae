"""Finds the parts of a long recording that are louder, or move more, than the rest of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rune.datasets.parts.cutting import Values, values_of
from rune.wav_file import is_wav

MAX_PARTS = 200
FRAME_MS = 20
"""Milliseconds of a sound whose energy is one value. Motion has no rate; its frame is one row."""
_QUIET_SHARE = 0.3
"""The share of all frames that is taken for the background."""
_FLOOR = 60.0
"""The energy below which nothing of a sound is a part, in values of 16 bits: -55 dB of full scale."""


@dataclass(frozen=True)
class Part:
    """A part of a recording, from `start` up to and without `end`: milliseconds of a sound, rows of motion."""

    start: int
    end: int


@dataclass(frozen=True)
class PartSearch:
    """The settings of a search for parts, in positions: milliseconds of a sound, rows of motion."""

    pause: int = 300
    """A shorter pause between two parts joins them."""
    shortest: int = 60
    """Anything shorter is no part."""
    margin: int = 100
    """The background that a part includes on each side."""
    ratio: float = 4.0
    """How many times the energy of the background a part has at least."""


def find_parts(data: bytes, search: PartSearch) -> Sequence[Part]:
    """The parts of a stored sound or motion, in order, at most `MAX_PARTS`. Raises `BadContent` for other kinds."""
    values, step = values_of(data)
    is_sound = is_wav(data)
    frame = max(1, round(FRAME_MS * step)) if is_sound else 1
    energy, floor = (_loudness(values, frame), _FLOOR) if is_sound else (_movement(values), 0.0)
    if not energy.size:
        return []
    background = float(np.sort(energy)[: max(1, round(energy.size * _QUIET_SHARE))].mean())
    is_active = energy > max(background * search.ratio, floor)
    per_frame = frame / step
    length = int(len(values) / step)
    parts: list[Part] = []
    for first, last in _joined(is_active, search.pause / per_frame):
        if (last - first) * per_frame >= search.shortest:
            start = max(0, round(first * per_frame) - search.margin)
            parts.append(Part(start, min(length, round(last * per_frame) + search.margin)))
    return _apart(parts)[:MAX_PARTS]


def _loudness(values: Values, frame: int) -> Values:
    """The effective value of each frame."""
    whole = values[: len(values) // frame * frame, 0].reshape(-1, frame)
    loudness: Values = np.sqrt(np.square(whole - whole.mean(axis=1, keepdims=True)).mean(axis=1))
    return loudness


def _movement(values: Values) -> Values:
    """Returns how far each row is from the row before, smoothed over five rows."""
    if len(values) < 2:
        return np.zeros(0)
    steps = np.linalg.norm(np.diff(values, axis=0, prepend=values[:1]), axis=1)
    return np.convolve(steps, np.ones(5) / 5, mode="same")


def _joined(is_active: npt.NDArray[np.bool_], pause: float) -> list[tuple[int, int]]:
    """The runs of active frames; those with less than `pause` frames between them are one."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], is_active, [False]]).astype(np.int8)))
    runs: list[tuple[int, int]] = []
    for first, last in edges.reshape(-1, 2).tolist():
        if runs and first - runs[-1][1] < pause:
            runs[-1] = (runs[-1][0], last)
        else:
            runs.append((first, last))
    return runs


def _apart(parts: Sequence[Part]) -> list[Part]:
    """The same parts, of which none begins before the one before it ends: margins meet in their middle."""
    apart: list[Part] = []
    for part in parts:
        if apart and part.start < apart[-1].end:
            middle = (part.start + apart[-1].end) // 2
            apart[-1] = Part(apart[-1].start, middle)
            part = Part(middle, part.end)
        apart.append(part)
    return apart
