"""Sounds that are made of the recordings of one word: the word in noise, and what is not the word. Pure functions.

Sounds are f64 `[samples]` from about -1 to 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
_FRAME_SECONDS = 0.02
_AUDIBLE = 0.1
"""For the loudest frame's level: below it, the word has not begun or is over."""
_NEAR_SHARE = 0.45
"""Among the other sounds, those that are parts of the word."""
_QUIET_NOISE = 30.0
"""Decibels of the word above noise that is hardly heard."""


@dataclass(frozen=True)
class GeneratedSound:
    """A sound, and whether it is the word."""

    is_word: bool
    samples: Array


def generated_sounds(
    words: Sequence[Array], rate: int, length: int, random: np.random.Generator, values: Mapping[str, float]
) -> Iterator[GeneratedSound]:
    """Makes of each recording of the word `copies` in noise, and `others` that are not the word, each of `length`
    samples."""
    noise = float(values["noise"])
    for recording in words:
        word = trimmed(recording, rate)[:length]
        for _ in range(int(values["copies"])):
            yield GeneratedSound(
                True, in_noise(placed(paced(word, random)[:length], length, random), rate, random, noise)
            )
        for _ in range(int(values["others"])):
            if random.random() < _NEAR_SHARE:
                part = placed(near(word, random)[:length], length, random)
                yield GeneratedSound(False, in_noise(part, rate, random, noise))
            else:
                yield GeneratedSound(False, background(length, rate, random))


def trimmed(sound: Array, rate: int) -> Array:
    """A sound without the silence before and after it."""
    parts = np.array_split(sound, max(1, len(sound) // max(1, round(_FRAME_SECONDS * rate))))
    levels = np.sqrt([np.mean(part**2) for part in parts])
    audible = np.flatnonzero(levels >= _AUDIBLE * levels.max())
    return np.concatenate(parts[audible[0] : audible[-1] + 1])


def paced(word: Array, random: np.random.Generator) -> Array:
    """A word a little faster or slower, and with that a little higher or lower."""
    count = max(2, round(len(word) * random.uniform(0.9, 1.1)))
    return np.interp(np.linspace(0, len(word) - 1, count), np.arange(len(word)), word)


def near(word: Array, random: np.random.Generator) -> Array:
    """Returns a part of the sound of a word that is not the word: its begin, its end, backwards, or in another
    order."""
    middle = round(len(word) * random.uniform(0.35, 0.6))
    match int(random.integers(4)):
        case 0:
            return word[:middle]
        case 1:
            return word[middle:]
        case 2:
            return word[::-1]
        case _:
            return np.concatenate([word[middle:], word[:middle]])


def placed(word: Array, length: int, random: np.random.Generator) -> Array:
    """A word somewhere in silence of `length` samples, at some loudness."""
    sound = np.zeros(length)
    start = int(random.integers(0, length - len(word) + 1))
    level = float(np.abs(word).max(initial=1e-9))  # half of a word of one sample is empty
    sound[start : start + len(word)] = word / level * 10 ** random.uniform(-1.1, -0.1)
    return sound


def in_noise(sound: Array, rate: int, random: np.random.Generator, least: float) -> Array:
    """A sound with noise that is `least` decibels or more below it."""
    audible = sound[np.abs(sound) > 0]
    level = float(np.sqrt(np.mean(audible**2))) if len(audible) else 0.01
    distance = random.uniform(least, max(least, _QUIET_NOISE))
    return np.clip(sound + coloured(len(sound), rate, random) * level * 10 ** (-distance / 20), -1, 1)


def background(length: int, rate: int, random: np.random.Generator) -> Array:
    """Returns a sound without anybody who speaks: noise, with hum, knocks and tones by chance, or all but silence."""
    sound = coloured(length, rate, random)
    times = np.arange(length) / rate
    if random.random() < 0.3:
        hum = random.uniform(45, 180)
        sound = sound + sum(np.sin(2 * np.pi * hum * n * times + random.random() * 6) / n for n in (1, 2, 3))
    if random.random() < 0.35:
        for start in random.integers(0, length, int(random.integers(1, 6))):
            decay = np.exp(-times[: length - start] * random.uniform(15, 120))
            knock = np.sin(2 * np.pi * random.uniform(80, 2500) * times[: length - start])
            sound[start:] = sound[start:] + random.uniform(2, 8) * decay * knock
    if random.random() < 0.3:
        low, high = random.uniform(150, 3000, 2)
        sound = sound + random.uniform(0.5, 3) * np.sin(2 * np.pi * np.cumsum(np.linspace(low, high, length)) / rate)
    level = max(float(np.abs(sound).max()), 1e-9)
    return np.asarray(sound / level * 10 ** random.uniform(-2.5, -0.1))


def coloured(length: int, rate: int, random: np.random.Generator) -> Array:
    """Noise whose power falls with the frequency to some power from 0 (hiss) to 2 (rumble), a level of 1, and
    loudness that comes and goes."""
    spectrum = np.fft.rfft(random.normal(0, 1, length))
    frequencies = np.maximum(np.fft.rfftfreq(length, 1 / rate), 40)
    shaped_noise = np.fft.irfft(spectrum * frequencies ** (-random.uniform(0, 2) / 2), length)
    turns = random.uniform(0.2, 4) * np.arange(length) / rate + random.random()
    swell = 1 + random.uniform(0, 0.8) * np.sin(2 * np.pi * turns)
    noise: Array = shaped_noise * swell
    return noise / max(float(np.sqrt(np.mean(noise**2))), 1e-9)
