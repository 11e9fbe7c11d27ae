"""The sound of a fan and of its faults, made by arithmetic: there are no real recordings here, and the README says so.

One fan: its turning, its blades, its motor's hum and its rush of air. It runs a little faster and slower, is heard from
other places through other microphones, and other things sound in the room.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft
from scipy.signal import lfilter

Wave = NDArray[np.float64]

RATE = 16_000
FAULTS = ("worn bearing", "unbalanced", "rubbing", "squealing belt")
_TURNS, _BLADES, _MAINS = 24.0, 7, 100.0
_RESONANCES = ((310.0, 9.0), (1_150.0, 7.0), (2_700.0, 4.0))
"""Hertz and decibels above the rush of air."""


@dataclass(frozen=True)
class Place:
    """The surroundings of a recording: the microphone's colour, the level, and how far the room is below the
    machine, in dB."""

    level: float
    knots: tuple[float, ...]
    room: float
    room_slope: float


def random_place(rng: np.random.Generator) -> Place:
    return Place(
        level=float(rng.uniform(-30, -8)),
        knots=tuple(float(v) for v in rng.normal(0, 1.5, 6)),
        room=float(rng.uniform(12, 35)),
        room_slope=float(rng.uniform(0.5, 2.0)),
    )


def recording(
    seconds: float, rng: np.random.Generator, *, fault: str | None = None, strength: float = 0.0, since: float = 0.0
) -> NDArray[np.int16]:
    """A recording from a place of its own. A fault sounds from `since` on, `strength` dB louder than the machine."""
    count = int(seconds * RATE)
    angle = _angle(count, rng)
    normal = _normal(angle, rng)
    power = _power(normal)
    if fault is not None:
        sound = _FAULTS[fault](angle, rng)
        audible = sound[int(since * RATE) :]
        gain = 10 ** (strength / 20) * power / _power(audible)
        fade = np.clip((np.arange(count) / RATE - since) / 0.2, 0, 1)
        normal = normal + gain * fade * sound
    return _recording(normal / power, random_place(rng), rng)


def _angle(count: int, rng: np.random.Generator) -> Wave:
    """The turns made up to each sample: the speed wanders by a few hundredths."""
    times = np.arange(count) / RATE
    speed = _TURNS * rng.uniform(0.96, 1.04) * np.ones(count)
    for _ in range(3):
        speed *= 1 + rng.uniform(0, 0.004) * np.sin(2 * np.pi * (rng.uniform(0.05, 0.8) * times + rng.random()))
    return np.cumsum(speed) / RATE


def _normal(angle: Wave, rng: np.random.Generator) -> Wave:
    count = len(angle)
    times = np.arange(count) / RATE
    sound = np.zeros(count)
    for harmonic in range(1, 5):
        sound += 0.12 / harmonic * np.sin(2 * np.pi * (harmonic * angle + rng.random()))
        sound += 0.5 / harmonic**1.3 * np.sin(2 * np.pi * (harmonic * _BLADES * angle + rng.random()))
        sound += 0.2 / harmonic * np.sin(2 * np.pi * (harmonic * _MAINS * times + rng.random()))
    air = coloured(count, 1.0, rng)
    for hertz, decibels in _RESONANCES:
        air += 10 ** (decibels / 20) * 0.35 * _ringing(rng.standard_normal(count), hertz, 0.985)
    beat = 1 + 0.15 * np.sin(2 * np.pi * _BLADES * angle)
    return sound + 0.8 * air * beat


def _worn_bearing(angle: Wave, rng: np.random.Generator) -> Wave:
    """A ball that rolls over a pit: knocks that ring, a little unevenly, stronger where the shaft presses."""
    knocks = np.zeros(len(angle))
    ball_passes = np.floor(3.57 * angle + 0.03 * rng.standard_normal())
    (places,) = np.nonzero(np.diff(ball_passes) > 0)
    places = np.clip(places + rng.integers(-12, 13, len(places)), 0, len(angle) - 1)
    knocks[places] = 1 + 0.5 * np.sin(2 * np.pi * angle[places]) + 0.2 * rng.standard_normal(len(places))
    return _ringing(knocks, rng.uniform(3_000, 4_600), 0.97)


def _imbalance(angle: Wave, rng: np.random.Generator) -> Wave:
    """The housing shakes once a turn: a drone with overtones, and loose parts that rattle with it."""
    drone = sum(np.sin(2 * np.pi * (k * angle + rng.random())) / k for k in range(1, 9))
    rattle = _ringing(
        rng.standard_normal(len(angle)) * (np.sin(2 * np.pi * angle) > 0.8), rng.uniform(600, 1_600), 0.95
    )
    return np.asarray(drone + 2.0 * rattle / max(_power(rattle), 1e-9))


def _rubbing(angle: Wave, rng: np.random.Generator) -> Wave:
    """A blade that touches its guard: a scrape once a turn."""
    place = (angle + rng.random()) % 1
    return coloured(len(angle), 0.2, rng) * np.exp(-(((place - 0.5) / 0.06) ** 2))


def _squealing_belt(angle: Wave, rng: np.random.Generator) -> Wave:
    """A pitch with overtones that comes and goes with the turning."""
    wander = np.cumsum(rng.uniform(1_400, 2_600) * (1 + 0.01 * np.sin(2 * np.pi * angle))) / RATE
    tone = sum(np.sin(2 * np.pi * k * wander) / k for k in range(1, 4))
    return np.asarray(tone * (0.6 + 0.4 * np.sin(2 * np.pi * (angle / 3 + rng.random()))))


_FAULTS = {
    "worn bearing": _worn_bearing,
    "unbalanced": _imbalance,
    "rubbing": _rubbing,
    "squealing belt": _squealing_belt,
}


def _recording(sound: Wave, place: Place, rng: np.random.Generator) -> NDArray[np.int16]:
    """Returns the sound coloured by the microphone and the way to it, with the room's own noise, as 16-bit samples."""
    size = next_fast_len(len(sound))
    bins = size // 2 + 1
    octaves = np.log2(np.linspace(0, RATE / 2, bins) / 60 + 1e-6)
    curve = np.interp(octaves, np.linspace(0, 7, len(place.knots)), place.knots)
    coloured_sound = irfft(rfft(sound, size) * 10 ** (curve / 20), size)[: len(sound)]
    room = coloured(len(sound), place.room_slope, rng) * 10 ** (-place.room / 20)
    return np.clip((coloured_sound + room) * 10 ** (place.level / 20) * 32767, -32768, 32767).astype(np.int16)


def coloured(count: int, slope: float, rng: np.random.Generator) -> Wave:
    """Noise whose power falls with 1/f to the slope, at a power of 1."""
    size = next_fast_len(count)
    bins = size // 2 + 1
    spectrum = rng.standard_normal(bins) + 1j * rng.standard_normal(bins)
    spectrum *= np.maximum(np.arange(bins), 40 * size / RATE) ** (-slope / 2)
    noise = irfft(spectrum, size)[:count]
    return np.asarray(noise / _power(noise))


def _ringing(excitation: Wave, hertz: float, decay: float) -> Wave:
    """The resonance of a part of the housing."""
    ringing = lfilter([1.0], [1.0, -2 * decay * np.cos(2 * np.pi * hertz / RATE), decay**2], excitation)
    return np.asarray(ringing / max(_power(ringing), 1e-9))


def _power(sound: Wave) -> float:
    return float(np.sqrt(np.mean(sound**2) + 1e-20))
