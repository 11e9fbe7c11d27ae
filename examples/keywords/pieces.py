"""Music in more styles and by more instruments than music.py has: what sounds nearer to a word than a band does."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from music import RATE, SCALES, Wave, add_at, drums, pitch
from numpy.typing import NDArray
from scipy.signal import lfilter

_VOWELS = ((730, 1_090, 2_440), (530, 1_840, 2_480), (270, 2_290, 3_010), (570, 840, 2_410), (300, 870, 2_240))
"""The first three formants of a, e, i, o and u, in Hz: choirs and wah pedals come nearer to words than a piano."""


@dataclass(frozen=True)
class _InstrumentTimbre:
    """`kind` of instrument; its overtones, how fast a note begins and dies away, and how much its pitch trembles."""

    kind: str
    overtones: NDArray[np.float64]
    attack: float
    decay: float
    vibrato: float


def piece(count: int, rng: np.random.Generator) -> Wave:
    """Returns so many samples of one piece, at a power of 1: a band, chords alone, one instrument alone or an
    arpeggio."""
    beat = int(RATE * 60 / rng.uniform(65, 170))
    scale = SCALES[int(rng.integers(len(SCALES)))]
    key = rng.uniform(36, 52)
    chords, melody = _timbre(rng), _timbre(rng)
    style = str(rng.choice(["band", "chords", "solo", "arpeggio"], p=[0.4, 0.25, 0.2, 0.15]))
    out = np.zeros(count + 4 * beat, np.float32)
    degree = 0
    chord_beats = int(rng.choice([1, 2, 2, 4]))
    first = -int(rng.integers(0, 4 * beat))
    for place, start in enumerate(range(first, count, beat)):
        if place % chord_beats == 0 and style in ("band", "chords"):
            degree = int(rng.integers(len(scale)))
            for step in (0, 2, 4, 6)[: int(rng.integers(1, 5))]:
                add_at(out, start, _note(pitch(scale, key + 12, degree + step), chord_beats * beat, chords, rng))
        if style in ("band", "solo") and rng.random() < 0.8:
            add_at(out, start, _note(pitch(scale, key + 24, int(rng.integers(-3, 9))), beat, melody, rng))
        if style == "arpeggio":
            for part, step in enumerate((0, 2, 4, 7)):
                note = _note(pitch(scale, key + 12, place // 4 % 5 + step), beat // 2, chords, rng)
                add_at(out, start + part * beat // 4, note)
    if style != "chords" and rng.random() < 0.4:
        drums(out, first, beat // 2, count, rng)
    wave = out[:count]
    return (wave / (np.sqrt(np.mean(wave**2)) + 1e-9)).astype(np.float32)


def _timbre(rng: np.random.Generator) -> _InstrumentTimbre:
    kind = str(rng.choice(["overtones", "organ", "bell", "choir", "string", "wah"], p=[0.35, 0.2, 0.1, 0.15, 0.1, 0.1]))
    fall = rng.uniform(0.5, 2.5)
    overtones = np.arange(1, int(rng.integers(2, 10))) ** -fall * rng.uniform(0.3, 1.0)
    decay = 0.0 if kind in ("organ", "choir") else float(rng.uniform(0.5, 8))
    return _InstrumentTimbre(kind, overtones, float(rng.uniform(0.003, 0.12)), decay, float(rng.uniform(0, 0.006)))


def _note(hertz: float, count: int, timbre: _InstrumentTimbre, rng: np.random.Generator) -> Wave:
    times = np.arange(count) / RATE
    angle = 2 * np.pi * hertz * (times + timbre.vibrato * np.sin(2 * np.pi * 5.5 * times) / 35)
    if timbre.kind == "bell":
        wave = np.sin(angle + rng.uniform(0.5, 6) * np.exp(-3 * times) * np.sin(angle * rng.choice([1.4, 2.0, 3.5])))
    elif timbre.kind in ("choir", "wah"):
        wave = _sung(angle, timbre.kind == "wah", rng)
    elif timbre.kind == "string":
        wave = _plucked(hertz, count, rng)
    else:
        wave = np.zeros(count)
        for number, share in enumerate(timbre.overtones, 1):
            if number * hertz < RATE / 2:
                wave += share * np.sin(number * angle + 6.28 * rng.random())
    envelope = np.minimum(times / timbre.attack, 1) * np.exp(-timbre.decay * times)
    envelope *= np.minimum((count - np.arange(count)) / 400, 1)
    return (wave * envelope).astype(np.float32)


def _sung(angle: NDArray[np.float64], glides: bool, rng: np.random.Generator) -> NDArray[np.float64]:
    """A rich tone through the formants of a vowel; with `glides` from one vowel to another."""
    rich = np.mod(angle / (2 * np.pi), 1.0) - 0.5
    begin, end = (_vowel(rich, _VOWELS[int(rng.integers(len(_VOWELS)))], rng) for _ in range(2))
    share = np.linspace(0, 1, len(rich)) if glides else 0.0
    return np.asarray(begin * (1 - share) + end * share, np.float64)


def _vowel(rich: NDArray[np.float64], formants: tuple[int, ...], rng: np.random.Generator) -> NDArray[np.float64]:
    size = rng.uniform(0.85, 1.2)
    out = np.zeros(len(rich))
    for number, formant in enumerate(formants):
        width = np.exp(-np.pi * (60 + 40 * number) / RATE)
        turn = 2 * np.pi * formant * size / RATE
        out += lfilter([1 - width], [1, -2 * width * np.cos(turn), width**2], rich) / (number + 1)
    return out


def _plucked(hertz: float, count: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """A string by Karplus and Strong: a short noise goes round in a delay that dulls it."""
    length = max(int(RATE / hertz), 2)
    noise = np.zeros(count)
    noise[: min(length, count)] = rng.uniform(-1, 1, min(length, count))
    loop = np.zeros(length + 2)
    loop[0], loop[length], loop[length + 1] = 1, -0.498, -0.498
    return np.asarray(lfilter([1.0], loop, noise), np.float64)
