"""Silence, noise and tones: 60 sounds in which nobody speaks and nothing happens, on which a rune is tried.

They are computed, and none is a recording: the same at each rate, and the same each time. Pure functions.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Final

import numpy as np

from rune.datasets.content.wav import wav_bytes

Array = np.ndarray[Any, Any]
SECONDS: Final = 3.0
"""Seconds of a sound: three windows of a second and the means of their scores."""
SILENCE: Final = "silence"
_FULL_SCALE = 32_767
_HIGHEST = 0.45
"""The highest frequency of a tone, as a share of the rate."""
_COLOURS = {"white": 0.0, "pink": 0.5, "brown": 1.0}
"""The power of the frequency by which the amplitude of a noise falls."""
_NOISE_LEVELS = (-70, -60, -50, -40, -30, -20)
_HUM_LEVELS = (-60, -45, -30)
_TONE_LEVELS = (-40, -20)
_TONES = (110, 220, 440, 880, 1760, 3000)

Draw = Callable[[int, int, np.random.Generator], Array]
"""Returns samples from -1 to 1, from the rate, their number, and a source of random numbers."""


@dataclass(frozen=True)
class BackgroundSound:
    """A sound with its name, which is a noun with its level: `white noise at -40 dB`. `draw` computes its samples."""

    name: str
    draw: Draw

    def samples(self, rate: int, seconds: float = SECONDS) -> Array:
        """Returns the sound as i16."""
        random = np.random.default_rng(zlib.crc32(self.name.encode()))
        values = self.draw(rate, max(1, round(rate * seconds)), random)
        sound: Array = np.rint(np.clip(values, -1, 1) * _FULL_SCALE).astype("<i2")
        return sound

    def wav(self, rate: int, seconds: float = SECONDS) -> bytes:
        """Returns the sound as a WAV file."""
        return wav_bytes(rate, self.samples(rate, seconds).tobytes())


def background_sounds() -> tuple[BackgroundSound, ...]:
    """Returns all sounds. The kinds take turns, so that an early end leaves out some of each."""
    kinds = (_silences(), _noises(), _tones(), _hums(), _sweeps(), _clicks(), _changing_noises())
    return tuple(each for turn in zip_longest(*kinds) for each in turn if each is not None)


def _silences() -> Iterator[BackgroundSound]:
    yield BackgroundSound(SILENCE, lambda _rate, count, _random: np.zeros(count))
    yield BackgroundSound("silence with a faint hum", lambda rate, count, _: _hum(rate, count, 50, -75))
    yield BackgroundSound("the noise of a quiet microphone", lambda _rate, count, random: _noise(count, random, 0, -80))
    yield BackgroundSound("silence with an offset", lambda _rate, count, _random: np.full(count, 0.01))


def _noises() -> Iterator[BackgroundSound]:
    for level in _NOISE_LEVELS:
        for colour, power in _COLOURS.items():
            yield BackgroundSound(f"{colour} noise at {level} dB", _noise_of(power, level))


def _tones() -> Iterator[BackgroundSound]:
    for level in _TONE_LEVELS:
        for frequency in _TONES:
            yield BackgroundSound(f"a tone of {frequency} Hz at {level} dB", _tone_of(frequency, level))


def _hums() -> Iterator[BackgroundSound]:
    for level in _HUM_LEVELS:
        for frequency in (50, 60):
            yield BackgroundSound(f"a hum of {frequency} Hz at {level} dB", _hum_of(frequency, level))


def _sweeps() -> Iterator[BackgroundSound]:
    for level in _TONE_LEVELS:
        yield BackgroundSound(f"a rising tone at {level} dB", _sweep_of(100, 3000, level))
        yield BackgroundSound(f"a falling tone at {level} dB", _sweep_of(3000, 100, level))


def _clicks() -> Iterator[BackgroundSound]:
    for level in (-30, -10):
        for each_second, name in ((0, "one click"), (1, "a click each second"), (5, "five clicks a second")):
            yield BackgroundSound(f"{name} at {level} dB", _clicks_of(each_second, level))


def _changing_noises() -> Iterator[BackgroundSound]:
    for level in (-45, -25):
        for each_second, times in ((1, "once"), (4, "four times")):
            name = f"noise that swells {times} a second at {level} dB"
            yield BackgroundSound(name, _swelling_of(each_second, level))
        yield BackgroundSound(f"noise that begins at {level} dB", _beginning_of(level))
        yield BackgroundSound(f"crackling at {level} dB", _crackling_of(level))
        yield BackgroundSound(f"a hum in noise at {level} dB", _hum_in_noise_of(level))


def _noise_of(power: float, level: float) -> Draw:
    return lambda _rate, count, random: _noise(count, random, power, level)


def _tone_of(frequency: float, level: float) -> Draw:
    return lambda rate, count, _random: _tone(rate, np.full(count, float(frequency)), level)


def _hum_of(frequency: float, level: float) -> Draw:
    return lambda rate, count, _random: _hum(rate, count, frequency, level)


def _sweep_of(first: float, last: float, level: float) -> Draw:
    return lambda rate, count, _random: _tone(rate, np.geomspace(first, last, count), level)


def _clicks_of(each_second: int, level: float) -> Draw:
    """Draws clicks of a millisecond; with 0 a second, one in the middle."""

    def draw(rate: int, count: int, _random: np.random.Generator) -> Array:
        starts = range(rate // 3, count, rate // each_second) if each_second else (count // 2,)
        values, length = np.zeros(count), max(1, rate // 1000)
        for start in starts:
            values[start : start + length] = _amplitude(level)
        return values

    return draw


def _swelling_of(each_second: float, level: float) -> Draw:
    def draw(rate: int, count: int, random: np.random.Generator) -> Array:
        swell = 0.5 - 0.5 * np.cos(2 * np.pi * each_second * np.arange(count) / rate)
        return _at_level(_noise(count, random, _COLOURS["pink"], level) * swell, level)

    return draw


def _beginning_of(level: float) -> Draw:
    def draw(_rate: int, count: int, random: np.random.Generator) -> Array:
        return _noise(count, random, 0, level) * (np.arange(count) >= count // 2)

    return draw


def _crackling_of(level: float) -> Draw:
    """Draws short clicks of random strength at random moments, 40 a second."""

    def draw(rate: int, count: int, random: np.random.Generator) -> Array:
        moments, strengths = random.random(count) < 40 / rate, random.random(count) * 2 - 1
        return _at_level(np.convolve(moments * strengths, np.exp(-np.arange(max(1, rate // 500)) / 4))[:count], level)

    return draw


def _hum_in_noise_of(level: float) -> Draw:
    def draw(rate: int, count: int, random: np.random.Generator) -> Array:
        return _hum(rate, count, 50, level) + _noise(count, random, _COLOURS["pink"], level - 10)

    return draw


def _noise(count: int, random: np.random.Generator, power: float, level: float) -> Array:
    """Noise whose amplitude falls with a power of the frequency."""
    white = random.random(count) * 2 - 1
    if not power or count < 2:
        return _at_level(white, level)
    spectrum = np.fft.rfft(white)
    # Below a thousandth of the rate there is no more of it, or the loudest would be too slow to be heard.
    frequencies = np.maximum(np.arange(len(spectrum)), count / 1000)
    spectrum[0] = 0
    return _at_level(np.fft.irfft(spectrum / frequencies**power, count), level)


def _tone(rate: int, frequencies: Array, level: float) -> Array:
    phases = np.cumsum(np.minimum(frequencies, _HIGHEST * rate)) / rate
    return _at_level(np.sin(2 * np.pi * phases), level)


def _hum(rate: int, count: int, frequency: float, level: float) -> Array:
    """The hum of mains with its first overtones."""
    phases = 2 * np.pi * frequency * np.arange(count) / rate
    overtones = np.arange(1, 5)[:, None]
    return _at_level(np.sum(np.sin(phases * overtones) / overtones, axis=0), level)


def _at_level(values: Array, level: float) -> Array:
    """The values with a root mean square of so many decibels of full scale."""
    size = float(np.sqrt(np.mean(values * values)))
    return values * (_amplitude(level) / size) if size else values


def _amplitude(level: float) -> float:
    return float(10 ** (level / 20))
