"""Four seconds as a microphone hears them, with or without the phrase, and the recordings that are cut from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from augment import Corpus, add, in_a_room, level, noise_of, resampled
from numpy.typing import NDArray
from phrase import IS_NEAR, IS_PHRASE

RATE = 16_000
LENGTH = 4 * RATE
RECORDING = 1_300 * RATE // 1000
"""The samples that one answer of the rune listens to."""
_STEP = RATE // 50
"""The distance between the ends of two recordings that may be cut: one row of the rune's spectrogram."""
_FIRST = RECORDING + 15 * _STEP
PHRASE_SHARE, NEAR_SHARE, SPEECH_SHARE = 0.5, 0.25, 0.15
"""For the scenes: the phrase, something that sounds like it, and other speech. The others have no speech at all."""
_MUSIC_SHARE = 0.3
"""Among the scenes, those with music in the noise."""


@dataclass(frozen=True)
class Scene:
    """`sound` i16[64000]; where the phrase begins and ends in it, in seconds, or None."""

    sound: NDArray[np.int16]
    phrase: tuple[float, float] | None


def scene(phrases: Corpus, words: Corpus, rng: np.random.Generator) -> Scene:
    """A scene of a kind by chance, as `PHRASE_SHARE` and its siblings say."""
    speech = np.zeros(LENGTH, np.float32)
    kind, place = rng.random(), None
    if kind < PHRASE_SHARE + NEAR_SHARE:
        is_phrase = kind < PHRASE_SHARE
        phrase = resampled(phrases.draw(IS_PHRASE if is_phrase else IS_NEAR, rng), rng)
        end = int(rng.uniform(2.2, 3.6) * RATE)
        start = max(end - len(phrase), 0)
        add(speech, phrase, start)
        place = (start / RATE, end / RATE) if is_phrase else None
        if rng.random() < 0.5:
            _talk(speech, words, 0, start - int(rng.uniform(0.1, 0.8) * RATE), rng)
        if rng.random() < 0.4:
            _talk(speech, words, end + int(rng.uniform(0.15, 0.8) * RATE), LENGTH, rng)
    elif kind < PHRASE_SHARE + NEAR_SHARE + SPEECH_SHARE:
        _talk(speech, words, 0, LENGTH, rng)
    noise = noise_of(words, rng, LENGTH, music_share=_MUSIC_SHARE)
    if kind >= PHRASE_SHARE + NEAR_SHARE + SPEECH_SHARE:
        return Scene(level(noise, rng, softest=-60.0), None)
    sound = in_a_room(speech, rng)
    power = np.sqrt(np.mean(np.sort(sound**2)[-RATE:]))
    noise *= power / np.sqrt(np.mean(noise**2) + 1e-12) * 10 ** (-rng.uniform(2.0, 45.0) / 20)
    return Scene(level(sound + noise, rng, softest=-36.0), place)


def recordings(scene: Scene, rng: np.random.Generator) -> list[tuple[NDArray[np.int16], bool]]:
    """Three recordings of 1.3 s that are cut from a scene, each with whether the phrase was just said. The others end
    before it is nearly said, or long after it."""
    ends = np.arange(_FIRST, len(scene.sound) + 1, _STEP)
    times = ends / RATE
    if scene.phrase is None:
        is_after_phrase, quiet = np.zeros(len(ends), bool), np.ones(len(ends), bool)
    else:
        start, end = scene.phrase
        is_after_phrase = (times >= end + 0.02) & (times < end + 0.45)
        quiet = (times < end - 0.3 * (end - start)) | (times > end + 1.0)
    cuts = [(end, True) for end in rng.choice(ends[is_after_phrase], 1)] if is_after_phrase.any() else []
    cuts += [(end, False) for end in rng.choice(ends[quiet], 3 - len(cuts))] if quiet.any() else []
    return [(scene.sound[end - RECORDING : end], is_call) for end, is_call in cuts]


def _talk(speech: NDArray[np.float32], words: Corpus, start: int, end: int, rng: np.random.Generator) -> None:
    """Words one after another, none of them the phrase."""
    place = start - int(rng.uniform(0, 0.5) * RATE) if start == 0 else start
    while place < end:
        word = resampled(words.draw(int(rng.choice(sorted(words.sounds))), rng), rng)
        add(speech, word[: max(end - place, 0)], place)
        place += len(word) + int(rng.uniform(0, 0.3) * RATE)
