"""Minutes of sound in which no keyword is said: what a rune must not call a word."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from augment import RATE, Corpus, add, coloured, in_a_room
from music import music
from numpy.typing import NDArray
from people import without_keyword
from voices import read_wave
from words import KEYWORDS, SILENCE, UNKNOWN

Sound = NDArray[np.int16]


def noise_minutes(minutes: int, seed: int = 42) -> Sound:
    """Noise of all colours, ten seconds each, quiet and loud, with beats, hum and clicks."""
    rng = np.random.default_rng(seed)
    count = 10 * RATE
    times = np.arange(count) / RATE
    pieces = []
    for _ in range(minutes * 6):
        noise = coloured(count, rng.uniform(0, 2.5), rng)
        if rng.random() < 0.4:
            noise *= 1 + 0.9 * np.sin(2 * np.pi * rng.uniform(0.2, 8) * times).astype(np.float32)
        if rng.random() < 0.3:
            noise += (rng.uniform(0.2, 3) * np.sin(2 * np.pi * rng.uniform(50, 1_500) * times)).astype(np.float32)
        for at in rng.integers(0, count - 800, int(rng.integers(0, 15))):
            noise[at : at + 800] += coloured(800, 0.5, rng) * rng.uniform(2, 30) * np.exp(-np.arange(800) / 120)
        pieces.append(noise / np.abs(noise).max() * 10 ** (rng.uniform(-50, -3) / 20) * 32767)
    return np.concatenate(pieces).astype(np.int16)


def music_minutes(minutes: int) -> Sound:
    """Bands of ten seconds each: chords, melodies, drums."""
    rng = np.random.default_rng(45)
    pieces = [music(10 * RATE, rng) for _ in range(minutes * 6)]
    return np.concatenate([_loud(piece, rng) for piece in pieces])


def pieces_minutes(corpus: Corpus, minutes: int) -> Sound:
    """The pieces of the corpus in many styles and rooms, each at a volume of its own."""
    rng = np.random.default_rng(47)
    sounds: list[Sound] = []
    while sum(map(len, sounds)) < minutes * 60 * RATE:
        sounds.append(_loud(in_a_room(corpus.draw(SILENCE, rng), rng), rng))
    return np.concatenate(sounds)[: minutes * 60 * RATE]


def recorded_music(folder: Path) -> Sound:
    """The recordings of a folder, one after another."""
    return np.concatenate([read_wave(path) for path in sorted(folder.glob("*.wav"))])


def _loud(piece: NDArray[np.float32], rng: np.random.Generator) -> Sound:
    return (piece / np.abs(piece).max() * 10 ** (rng.uniform(-40, -3) / 20) * 32767).astype(np.int16)


def speech_minutes(corpus: Corpus, minutes: int, label: int = UNKNOWN) -> Sound:
    """Held-out voices that say one word after another, none of them a keyword, without a rest."""
    rng = np.random.default_rng(43)
    out = np.zeros(minutes * 60 * RATE, np.float32)
    for place in _places(len(out), rng):
        word = corpus.draw(label, rng)
        add(out, word / max(float(np.abs(word).max()), 1e-6) * rng.uniform(0.05, 0.8), place)
    out += coloured(len(out), 1.0, rng) * 0.002
    return np.clip(out * 32767, -32768, 32767).astype(np.int16)


def _places(count: int, rng: np.random.Generator) -> Iterator[int]:
    place = 0
    while place < count:
        yield place
        place += int(rng.uniform(0.25, 0.8) * RATE)


def prompt_minutes(folder: Path, minutes: int) -> Sound:
    """Recorded prompts of a telephone exchange, one woman's voice, those that say no keyword by their name."""
    rng = np.random.default_rng(44)
    paths = [path for path in sorted(folder.rglob("*.wav")) if _without_keyword(path)]
    pieces: list[Sound] = []
    while sum(len(piece) for piece in pieces) < minutes * 60 * RATE:
        pieces.append(read_wave(paths[int(rng.integers(len(paths)))]))
        pieces.append(_pause(rng))
    return np.concatenate(pieces)[: minutes * 60 * RATE]


def _without_keyword(path: Path) -> bool:
    name = path.stem.lower().replace("-", "")
    return "silence" not in path.parts and not any(word in name for word in (*KEYWORDS, "hasl", "follow"))


def every_prompt(folder: Path, part: int, passes: int) -> Sound:
    """Every other prompt without a keyword, from the first or the second on (`part`): first as it is, then in noise."""
    rng = np.random.default_rng([48, part])
    sounds = [read_wave(path) for path in without_keyword(folder)[part::2]]
    return np.concatenate([np.concatenate(list(_one_pass(sounds, number, rng))) for number in range(passes)])


def _one_pass(sounds: Iterable[Sound], number: int, rng: np.random.Generator) -> Iterator[Sound]:
    for sound in sounds:
        if number == 0:
            yield sound
        else:
            room_sound = in_a_room(sound.astype(np.float32), rng)
            noise = coloured(len(room_sound), rng.uniform(0, 2), rng) * np.sqrt(np.mean(room_sound**2) + 1)
            room_sound += noise * 10 ** (-rng.uniform(8, 40) / 20)
            yield (room_sound / np.abs(room_sound).max() * 10 ** (rng.uniform(-30, -3) / 20) * 32767).astype(np.int16)
        yield _pause(rng)


def _pause(rng: np.random.Generator) -> Sound:
    return rng.normal(0, 12, int(rng.uniform(0.2, 1.0) * RATE)).astype(np.int16)
