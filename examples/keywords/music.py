"""Music made by rule, for what a model must not take for a word: chords, melodies and drums in many timbres."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Wave = NDArray[np.float32]

RATE = 16_000
SCALES = ((0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10), (0, 2, 4, 7, 9), (0, 3, 5, 6, 7, 10))


@dataclass(frozen=True)
class _Timbre:
    """The share of each overtone, how fast a note begins and dies away, and how much its pitch trembles."""

    overtones: NDArray[np.float64]
    attack: float
    decay: float
    vibrato: float


def music(count: int, rng: np.random.Generator) -> Wave:
    """Returns so many samples of one piece, at a power of 1."""
    beat = int(RATE * 60 / rng.uniform(65, 170))
    scale = SCALES[int(rng.integers(len(SCALES)))]
    key = rng.uniform(36, 52)
    chords, melody = _timbre(rng), _timbre(rng)
    out = np.zeros(count + 4 * beat, np.float32)
    degree = 0
    first = -int(rng.integers(0, 4 * beat))
    for place, start in enumerate(range(first, count, beat)):
        if place % 2 == 0:
            degree = int(rng.integers(len(scale)))
            for step in (0, 2, 4)[: int(rng.integers(1, 4))]:
                add_at(out, start, _note(pitch(scale, key, degree + step), 2 * beat, chords, rng))
        if rng.random() < 0.8:
            add_at(out, start, _note(pitch(scale, key + 24, int(rng.integers(-3, 9))), beat, melody, rng))
    if rng.random() < 0.5:
        drums(out, first, beat // 2, count, rng)
    wave = out[:count]
    return (wave / (np.sqrt(np.mean(wave**2)) + 1e-9)).astype(np.float32)


def _timbre(rng: np.random.Generator) -> _Timbre:
    fall = rng.uniform(0.5, 2.5)
    overtones = np.arange(1, int(rng.integers(2, 10))) ** -fall * rng.uniform(0.3, 1.0)
    return _Timbre(overtones, float(rng.uniform(0.003, 0.12)), float(rng.uniform(0.5, 8)), float(rng.uniform(0, 0.006)))


def pitch(scale: tuple[int, ...], key: float, degree: int) -> float:
    """Returns a pitch in Hz; `key` counts in half tones as MIDI does."""
    octave, step = divmod(degree, len(scale))
    return float(440 * 2 ** ((key + 12 * octave + scale[step] - 69) / 12))


def _note(hertz: float, count: int, timbre: _Timbre, rng: np.random.Generator) -> Wave:
    times = np.arange(count) / RATE
    angle = 2 * np.pi * hertz * (times + timbre.vibrato * np.sin(2 * np.pi * 5.5 * times) / 35)
    wave = np.zeros(count)
    for number, share in enumerate(timbre.overtones, 1):
        if number * hertz < RATE / 2:
            wave += share * np.sin(number * angle + 6.28 * rng.random())
    envelope = np.minimum(times / timbre.attack, 1) * np.exp(-timbre.decay * times)
    envelope *= np.minimum((count - np.arange(count)) / 400, 1)
    return (wave * envelope).astype(np.float32)


def drums(out: Wave, first: int, step: int, count: int, rng: np.random.Generator) -> None:
    """A bass drum on each fourth step, something like a snare or a hat on the others."""
    loud = rng.uniform(0.3, 2.0)
    for place, start in enumerate(range(first, count, step)):
        length = int(rng.uniform(800, 3_000))
        fall = np.exp(-np.arange(length) / (length / 5))
        if place % 4 == 0:
            hit = np.sin(2 * np.pi * 55 * np.arange(length) / RATE) * fall
        else:
            hit = rng.standard_normal(length) * fall * (0.5 if rng.random() < 0.7 else 0.1)
        add_at(out, start, (loud * hit).astype(np.float32))


def add_at(out: Wave, at: int, wave: Wave) -> None:
    """Returns the part of the wave within the range."""
    start, end = max(at, 0), min(at + len(wave), len(out))
    if end > start:
        out[start:end] += wave[start - at : end - at]
