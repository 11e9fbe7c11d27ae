"""Four seconds as a microphone hears them, with or without the phrase, and what a model sees of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from augment import Corpus, add, in_a_room, level, noise_of, resampled
from numpy.typing import NDArray
from phrase import IS_NEAR, IS_PHRASE

from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.project.files import MemoryFiles
from rune.running.runtime import LoadedRune, Runtime

RATE = 16_000
LENGTH = 4 * RATE
FRAMES, BANDS = 65, 40
_STEP, _FRAME = 320, 480
_FEATURES = f"""
version: 1
image: runicos/base
pipeline:
  audio:
    capability: SOUND
    outputs: [{{type: i16, dimensions: [{LENGTH}]}}]
    args: {{hz: {RATE}, sample_duration_ms: {1000 * LENGTH // RATE}}}
  spectrum:
    proc-block: log_mel
    inputs: [audio]
    outputs: [{{type: i8, dimensions: [199, {BANDS}]}}]
    args: {{preset: micro_frontend, type: i8}}
  out:
    out: TENSOR
    inputs: [spectrum]
"""


@dataclass(frozen=True)
class Scene:
    """`sound` i16[64000]; where the phrase begins and ends in it, in seconds, or None."""

    sound: NDArray[np.int16]
    phrase: tuple[float, float] | None


def front_end() -> LoadedRune:
    """The template's own spectrum over four seconds, so that training and the rune see the same bits."""
    return Runtime.load(build(MemoryFiles({"Runefile.yml": _FEATURES.encode()}), BuildOptions("features")).rune)


def features_of(rune: LoadedRune, sound: NDArray[np.int16]) -> NDArray[np.int8]:
    """i8[199, 40]."""
    (capability,) = rune.capabilities
    (message,) = rune.call({capability.id: sound.tobytes()})
    return np.array(message.tensors[0].elements, np.int8).reshape(-1, BANDS)


def scene(phrases: Corpus, words: Corpus, rng: np.random.Generator) -> Scene:
    """The phrase in 55 of 100, something like it in 15, other speech in 20; else no speech at all."""
    speech = np.zeros(LENGTH, np.float32)
    kind, place = rng.random(), None
    if kind < 0.7:
        said = resampled(phrases.draw(IS_PHRASE if kind < 0.55 else IS_NEAR, rng), rng)
        end = int(rng.uniform(2.2, 3.6) * RATE)
        start = max(end - len(said), 0)
        add(speech, said, start)
        place = (start / RATE, end / RATE) if kind < 0.55 else None
        if rng.random() < 0.5:
            _talk(speech, words, 0, start - int(rng.uniform(0.1, 0.8) * RATE), rng)
        if rng.random() < 0.4:
            _talk(speech, words, end + int(rng.uniform(0.15, 0.8) * RATE), LENGTH, rng)
    elif kind < 0.9:
        _talk(speech, words, 0, LENGTH, rng)
    noise = noise_of(words, rng, LENGTH, music_share=0.2)
    if kind >= 0.9:
        return Scene(level(noise, rng, softest=-60.0), None)
    heard = in_a_room(speech, rng)
    power = np.sqrt(np.mean(np.sort(heard**2)[-RATE:]))
    noise *= power / np.sqrt(np.mean(noise**2) + 1e-12) * 10 ** (-rng.uniform(2.0, 45.0) / 20)
    return Scene(level(heard + noise, rng, softest=-36.0), place)


def windows(scene: Scene, features: NDArray[np.int8], rng: np.random.Generator) -> list[tuple[NDArray[np.int8], int]]:
    """Some windows of a scene: 1 just after the phrase; 0 before it is nearly said, and long after it."""
    ends = np.arange(FRAMES + 15, len(features) + 1)
    times = ((ends - 1) * _STEP + _FRAME) / RATE
    if scene.phrase is None:
        called, quiet = np.zeros(len(ends), bool), np.ones(len(ends), bool)
    else:
        start, end = scene.phrase
        called = (times >= end + 0.02) & (times < end + 0.45)
        quiet = (times < end - 0.3 * (end - start)) | (times > end + 1.0)
    chosen = [(end, 1) for end in rng.choice(ends[called], 2)] if called.any() else []
    chosen += [(end, 0) for end in rng.choice(ends[quiet], 3 if called.any() else 4)] if quiet.any() else []
    return [(features[end - FRAMES : end], label) for end, label in chosen]


def _talk(speech: NDArray[np.float32], words: Corpus, start: int, end: int, rng: np.random.Generator) -> None:
    """Words one after another, none of them the phrase."""
    place = start - int(rng.uniform(0, 0.5) * RATE) if start == 0 else start
    while place < end:
        word = resampled(words.draw(int(rng.choice(sorted(words.sounds))), rng), rng)
        add(speech, word[: max(end - place, 0)], place)
        place += len(word) + int(rng.uniform(0, 0.3) * RATE)
