"""From dry clips to seconds as a microphone hears them: rooms, colour, noise, music, cut words, words before and after.

Every window is drawn from its own seed, so that the set is the same with any number of workers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from music import music
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft
from words import KEYWORDS, SILENCE, UNKNOWN

Wave = NDArray[np.float32]

RATE = 16_000
_LONG = 32_768
_KEYWORD_SHARE, _SILENCE_SHARE = 0.08, 0.18


@dataclass(frozen=True)
class Corpus:
    """Dry clips by label and engine; label -> engine -> sounds. Those of `silence` are pieces of music."""

    sounds: dict[int, dict[str, list[NDArray[np.int16]]]]

    def draw(self, label: int, rng: np.random.Generator) -> Wave:
        """A clip of the label. Engines are drawn in proportion to the root of their number of clips."""
        by_engine = self.sounds[label]
        names = sorted(by_engine)
        weights = np.sqrt([len(by_engine[name]) for name in names])
        sounds = by_engine[str(rng.choice(names, p=weights / weights.sum()))]
        return sounds[rng.integers(len(sounds))].astype(np.float32) / 32768


def draw_label(rng: np.random.Generator) -> int:
    """8 % for each keyword, 18 % silence, the rest unknown."""
    value = rng.random()
    keywords = _KEYWORD_SHARE * len(KEYWORDS)
    if value < keywords:
        return int(value / _KEYWORD_SHARE)
    return SILENCE if value < keywords + _SILENCE_SHARE else UNKNOWN


def window(corpus: Corpus, label: int, rng: np.random.Generator) -> NDArray[np.int16]:
    """One second of the label."""
    if label == SILENCE:
        return _without_speech(corpus, rng)
    noise = noise_of(corpus, rng, music_share=0.2)
    speech = in_a_room(_utterance(corpus, label, rng), rng)
    power = np.sqrt(np.mean(speech**2) + 1e-12) * np.sqrt(RATE / max(int((np.abs(speech) > 1e-3).sum()), 1_600))
    lowest = 2.0 if label < len(KEYWORDS) else -5.0
    ratio = rng.uniform(lowest, 25.0) if rng.random() < 0.65 else rng.uniform(20.0, 45.0)
    noise *= power / np.sqrt(np.mean(noise**2) + 1e-12) * 10 ** (-ratio / 20)
    return level(speech + noise, rng, softest=-36.0)


def _without_speech(corpus: Corpus, rng: np.random.Generator) -> NDArray[np.int16]:
    """Digital silence, tones, music or noise."""
    kind = rng.random()
    if kind < 0.03:
        return np.zeros(RATE, np.int16)
    if kind < 0.12:
        sound = tones(RATE, rng) + coloured(RATE, 1.0, rng) * 10 ** (-rng.uniform(10, 60) / 20)
        return level(sound, rng, softest=-50.0)
    return level(noise_of(corpus, rng, music_share=0.5), rng, softest=-70.0)


def _utterance(corpus: Corpus, label: int, rng: np.random.Generator) -> Wave:
    """The dry second: a keyword nearly whole, or a word, running speech or a scrap of a keyword."""
    out = np.zeros(RATE, np.float32)
    if label < len(KEYWORDS):
        word = resampled(corpus.draw(label, rng), rng)
        lost = int(rng.uniform(0, 0.2) * len(word)) if rng.random() < 0.35 else 0
        front = rng.random() < 0.5
        word = word[lost:] if front else word[: len(word) - lost]
        _place(out, word, rng, at_edge=(0 if front else RATE - len(word)) if lost else None)
        if rng.random() < 0.08:
            _neighbour(out, corpus, rng)
        return out
    kind = rng.random()
    if kind < 0.28:
        position = -int(rng.integers(0, 8_000))
        while position < RATE:
            word = resampled(corpus.draw(UNKNOWN, rng), rng)
            add(out, word, position)
            position += len(word) + int(rng.integers(0, 3_200))
    elif kind < 0.35:
        word = resampled(corpus.draw(int(rng.integers(len(KEYWORDS))), rng), rng)
        length = max(int(rng.uniform(0.1, 0.4) * len(word)), 400)
        front = rng.random() < 0.5
        scrap = word[-length:] if front else word[:length]
        add(out, scrap, 0 if front else RATE - length)
    else:
        word = resampled(corpus.draw(UNKNOWN, rng), rng)
        _place(out, word, rng, at_edge=int(rng.integers(-len(word) // 2, RATE - len(word) // 2)))
    return out


def _neighbour(out: Wave, corpus: Corpus, rng: np.random.Generator) -> None:
    """A scrap of another word at an edge that is still silent."""
    (loud,) = np.nonzero(np.abs(out) > 1e-3)
    if len(loud) == 0:
        return
    word = resampled(corpus.draw(UNKNOWN, rng), rng)
    if loud[0] > 3_200:
        add(out, word[-(loud[0] - 1_600) :], 0)
    elif loud[-1] < RATE - 3_200:
        add(out, word[: RATE - loud[-1] - 1_600], int(loud[-1]) + 1_600)


def _place(out: Wave, word: Wave, rng: np.random.Generator, at_edge: int | None) -> None:
    """Places a word anywhere in the second; a longer one loses its end first."""
    room = RATE - len(word)
    if at_edge is None:
        at_edge = int(rng.integers(0, room + 1)) if room >= 0 else -int(rng.integers(0, -room // 2 + 1))
    add(out, word, at_edge)


def add(out: Wave, word: Wave, at: int) -> None:
    start, end = max(at, 0), min(at + len(word), len(out))
    if end > start:
        out[start:end] += word[start - at : end - at]


def resampled(word: Wave, rng: np.random.Generator) -> Wave:
    """Returns the sound faster and higher, or slower and lower, by 0.8 to 1.22, at another volume."""
    factor = rng.uniform(0.8, 1.22) if rng.random() < 0.85 else 1.0
    places = np.arange(0, len(word) - 1, factor)
    stretched_word = np.interp(places, np.arange(len(word)), word).astype(np.float32)
    return stretched_word / max(float(np.abs(stretched_word).max()), 1e-6) * np.float32(rng.uniform(0.4, 1.0))


def in_a_room(sound: Wave, rng: np.random.Generator) -> Wave:
    """Echo (6 times in 10) and the colour of microphone and loudspeaker (17 in 20)."""
    size = _LONG if len(sound) == RATE else next_fast_len(len(sound) + RATE)
    spectrum = rfft(sound, size)
    if rng.random() < 0.6:
        decay = rng.uniform(0.06, 0.55)
        length = min(int(decay * RATE), size - len(sound))
        times = np.arange(length) / RATE
        tail = rng.standard_normal(length).astype(np.float32) * np.exp(-6.9 * times / decay).astype(np.float32)
        tail[: int(rng.uniform(0.001, 0.012) * RATE)] = 0
        tail *= 10 ** (-rng.uniform(-3.0, 15.0) / 20) / (np.sqrt(np.sum(tail**2)) + 1e-9)
        tail[0] = 1
        spectrum *= rfft(tail, size)
    if rng.random() < 0.85:
        spectrum *= _equaliser(len(spectrum), rng)
    return irfft(spectrum, size)[: len(sound)].astype(np.float32)


def _equaliser(bins: int, rng: np.random.Generator) -> Wave:
    """A smooth curve of up to +-9 dB over the octaves; sometimes a telephone's band."""
    octaves = np.log2(np.linspace(0, RATE / 2, bins) / 50 + 0.02)
    knots = np.sort(rng.uniform(0, 7.3, int(rng.integers(2, 7))))
    curve = np.interp(octaves, knots, rng.normal(0, 4.5, len(knots)).clip(-9, 9))
    if rng.random() < 0.4:
        curve -= np.maximum(0, np.log2(rng.uniform(60, 350) / 50) - octaves) * 12
    if rng.random() < 0.3:
        curve -= np.maximum(0, octaves - np.log2(rng.uniform(2_800, 7_000) / 50)) * 36
    return (10 ** (curve / 20)).astype(np.float32)


def noise_of(corpus: Corpus, rng: np.random.Generator, count: int = RATE, music_share: float = 0.0) -> Wave:
    """A coloured hiss, and now and then hum, voices, beats, clicks, a sweep or, where asked for, music with it."""
    times = np.arange(count, dtype=np.float32) / RATE
    noise = coloured(count, rng.uniform(0.0, 2.5), rng)
    if rng.random() < 0.3:
        noise *= 1 + 0.9 * np.sin(2 * np.pi * (rng.uniform(0.3, 12) * times + rng.random()))
    if rng.random() < 0.25:
        tone = rng.choice([50.0, 60.0, 100.0, 120.0, rng.uniform(80, 2_000)])
        for harmonic in range(1, int(rng.integers(2, 8))):
            noise += rng.uniform(0, 2) / harmonic * np.sin(2 * np.pi * (tone * harmonic * times + rng.random()))
    if rng.random() < 0.2:
        babble = np.zeros(count, np.float32)
        for _ in range(int(rng.integers(4, 9)) * count // RATE):
            word = resampled(corpus.draw(UNKNOWN, rng), rng)
            add(babble, word, int(rng.integers(-len(word), count)))
        noise += babble * rng.uniform(5, 20)
    if rng.random() < 0.15:
        for at in rng.integers(0, count - 400, int(rng.integers(1, 10))):
            noise[at : at + 400] += coloured(400, rng.uniform(0, 1.5), rng) * _decay(400) * rng.uniform(3, 40)
    if rng.random() < 0.06:
        start, end = rng.uniform(100, 6_000, 2)
        noise += rng.uniform(0.5, 4) * np.sin(2 * np.pi * (start + (end - start) / 2 * times) * times)
    if music_share > 0 and rng.random() < music_share:
        noise = noise * rng.uniform(0, 0.5) + _music(corpus, count, rng)
    return noise.astype(np.float32)


def _music(corpus: Corpus, count: int, rng: np.random.Generator) -> Wave:
    """A passage of a piece of the corpus, in a room and in a key of its own; where it has none, a new piece."""
    if SILENCE not in corpus.sounds:
        return music(count, rng)
    piece = resampled(corpus.draw(SILENCE, rng), rng)
    start = int(rng.integers(0, len(piece) - count + 1))
    sound = in_a_room(piece[start : start + count], rng)
    return (sound / (np.sqrt(np.mean(sound**2)) + 1e-6)).astype(np.float32)


def tones(count: int, rng: np.random.Generator) -> Wave:
    """One to four tones or sweeps, each for a part of the time: beeps, sirens, a kettle."""
    times = np.arange(count) / RATE
    out = np.zeros(count)
    for _ in range(int(rng.integers(1, 5))):
        start, end = 10 ** rng.uniform(2.0, 3.85, 2)
        if rng.random() < 0.7:
            end = start
        seconds = count / RATE
        turns = start * times + (end - start) / (2 * seconds) * times**2
        wave = np.sin(2 * np.pi * turns) * (1 + rng.uniform(0, 1) * np.sin(2 * np.pi * rng.uniform(0.5, 20) * times))
        begins, lasts = rng.uniform(-0.3, 0.8) * seconds, rng.uniform(0.05, 1.3) * seconds
        fade = np.clip(np.minimum(times - begins, begins + lasts - times) / rng.uniform(0.005, 0.1), 0, 1)
        out += rng.uniform(0.2, 1) * wave * fade
    return out.astype(np.float32)


def coloured(count: int, slope: float, rng: np.random.Generator) -> Wave:
    """Noise whose power falls with 1/f to the slope, at a power of 1."""
    size = next_fast_len(count)
    bins = size // 2 + 1
    spectrum = rng.standard_normal(bins) + 1j * rng.standard_normal(bins)
    spectrum *= np.maximum(np.arange(bins), 30 * size / RATE) ** (-slope / 2)
    noise = irfft(spectrum, size)[:count]
    return (noise / (np.sqrt(np.mean(noise**2)) + 1e-12)).astype(np.float32)


def _decay(count: int) -> Wave:
    return np.exp(-np.arange(count, dtype=np.float32) / (count / 6))


def level(sound: Wave, rng: np.random.Generator, softest: float) -> NDArray[np.int16]:
    """Scales a sound to a peak of 0 dB down to `softest`; 6 in 100 are clipped."""
    peak = 10 ** (rng.uniform(softest, 0.0) / 20)
    if rng.random() < 0.06:
        peak *= rng.uniform(1.5, 6.0)
    return np.clip(sound / max(float(np.abs(sound).max()), 1e-9) * peak * 32767, -32768, 32767).astype(np.int16)


def corpus_of(clips: Sequence[tuple[int, str, NDArray[np.int16]]]) -> Corpus:
    """Sorts clips (label, engine, sound) by label and engine."""
    sounds: dict[int, dict[str, list[NDArray[np.int16]]]] = {}
    for label, engine, sound in clips:
        sounds.setdefault(label, {}).setdefault(engine, []).append(sound)
    return Corpus(sounds)
