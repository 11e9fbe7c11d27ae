"""A sound whose spectrogram becomes another one: an approximation for ears of an augmentation that changes
spectrograms. Pure functions.

Sounds are f64 `[samples]` from -1 to 1, spectrograms f32 `[frames, bands]` of the recipe `keywords`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
_LOWEST, _HIGHEST = 125.0, 7500.0
"""Hz of the edges of all bands of the preset `micro_frontend` of `log_mel`."""
_MOST_GAIN = 4.0
"""By which a sound itself becomes louder in a band, beside the gain of the whole. What lacks then is noise."""
_LOUD_SHARE = 0.1
"""For the cells of a spectrogram, the loudest: noise that is added hardly changes them."""
_AUDIBLE = 0.05
"""Above silence, the features of a cell that is compared with the sound."""


@dataclass(frozen=True)
class SpectrogramScale:
    """The features of silence, and by how much they grow where an amplitude becomes e times as large."""

    silence: float
    neper: float


def resynthesised(
    sound: Array,
    before: Array,
    after: Array,
    rate: int,
    most_moved: int,
    scale: SpectrogramScale,
    random: np.random.Generator,
) -> Array:
    """Returns the sound, whose spectrogram is `before`, as it would be with the spectrogram `after`, as long as it was.

    The sound is moved in time as far as its spectrogram was, which is `most_moved` frames at most. In each frame and
    band it becomes louder or quieter as that says, and where it would have to become very much louder, noise is added.
    Tones keep their pitch: only the loudness of bands changes.
    """
    step = len(sound) // len(before)
    move = moved_frames(before, after, most_moved)
    # A frame more on both sides: the first and the last half step have two frames as well.
    before, after = (np.pad(each, ((1, 1), (0, 0)), "edge") for each in (before, after))
    frames, bands = before.shape
    places = np.arange(frames) + move
    is_recorded = (places >= 0) & (places < frames)
    moved_before = before[np.clip(places, 0, frames - 1)]
    shares = _band_shares(bands, step + 1, rate)
    spectrum = np.where(is_recorded[:, None], _spectra(sound, step)[np.clip(places, 0, frames - 1)], 0)
    power = np.abs(spectrum) ** 2 @ shares.T
    target_gains = np.exp((after - moved_before) / scale.neper)
    most = _MOST_GAIN * max(1.0, float(np.exp(_usual_gain(moved_before, after) / scale.neper)))
    gains = np.minimum(target_gains, most)
    lacks = (target_gains > most) | ~is_recorded[:, None]
    target = np.exp(_level(power, moved_before, scale, step) + 2 * after / scale.neper)
    rest = np.where(lacks & (after > scale.silence), np.maximum(target - power * gains**2, 0), 0)
    noise = _spectra(random.standard_normal(len(sound)), step)
    noise_power = (np.abs(noise) ** 2 @ shares.T).mean(axis=0)
    noise_gains = np.sqrt(rest / noise_power)
    new_sound = _sound(spectrum * (gains @ shares) + noise * (noise_gains @ shares), step)
    result: Array = np.clip(np.pad(new_sound, (0, len(sound) - len(new_sound))), -1, 1)
    return result


def moved_frames(before: Array, after: Array, most: int) -> int:
    """Returns how many frames later in `before` the frames of `after` are, from `-most` to `most`: the move after
    which both are most alike, however loud the whole is."""
    frames = len(before)

    def unlikeness(move: int) -> tuple[float, int]:
        moved_before = before[np.clip(np.arange(frames) + move, 0, frames - 1)]
        spread = float(moved_before.std() * after.std())
        alike = (
            0.0
            if spread == 0
            else float(np.mean((moved_before - moved_before.mean()) * (after - after.mean()))) / spread
        )
        return -round(alike, 6), abs(move)

    return min(range(-most, most + 1), key=unlikeness)


def _usual_gain(before: Array, after: Array) -> float:
    """The difference of most of the loudest cells: how much louder the whole is."""
    is_loud = before >= np.quantile(before, 1 - _LOUD_SHARE)
    return float(np.median((after - before)[is_loud]))


def _level(power: Array, features: Array, scale: SpectrogramScale, step: int) -> Array:
    """By how much the logarithm of a power is above its features, f64 `[bands]`, as the audible cells have it."""
    is_audible = (features > scale.silence + _AUDIBLE) & (power > 0)
    usual = 2 * np.log(step / 2) - 2 / scale.neper  # a feature of 1 is a tone at full scale
    if not is_audible.any():
        return np.full(features.shape[1], usual)
    levels = np.log(np.where(is_audible, power, 1)) - 2 * features / scale.neper
    whole = np.median(levels[is_audible])
    of_bands = zip(levels.T, is_audible.T, strict=True)
    return np.array([np.median(own[audible]) if audible.any() else whole for own, audible in of_bands])


def _band_shares(bands: int, bins: int, rate: int) -> Array:
    """The share that each band has of each bin, f64 `[bands, bins]`: 1 together. Bins beyond all bands are of the
    first and of the last one."""
    edges = np.linspace(_mel(_LOWEST), _mel(_HIGHEST), bands + 2)
    places = np.interp(_mel(np.linspace(0, rate / 2, bins)), edges[1:-1], np.arange(bands))
    shares: Array = np.maximum(0, 1 - np.abs(places[None] - np.arange(bands)[:, None]))
    return shares


def _mel(frequency: Any) -> Any:
    return 1127 * np.log1p(np.asarray(frequency) / 700)


def _spectra(sound: Array, step: int) -> Array:
    """Spectra of frames of two steps around the middle of each step, and of the steps before and behind the sound:
    complex `[steps + 2, step + 1]`."""
    steps = len(sound) // step
    padded = np.pad(sound[: steps * step], (step + step // 2, 3 * step))
    starts = np.arange(steps + 2)[:, None] * step + np.arange(2 * step)[None]
    spectra: Array = np.fft.rfft(padded[starts] * _window(step), axis=1)
    return spectra


def _sound(spectra: Array, step: int) -> Array:
    """The sound of spectra, which overlap by half."""
    frames = np.fft.irfft(spectra, 2 * step, axis=1) * _window(step)
    sound = np.zeros((len(frames) + 1) * step)
    for place, frame in enumerate(frames):
        sound[place * step : (place + 2) * step] += frame
    begin = step + step // 2
    return sound[begin : begin + (len(frames) - 2) * step]


def _window(step: int) -> Array:
    """The root of a Hann window: two of them, before and after, add to 1 where frames overlap by half."""
    return np.sin(np.pi * (np.arange(2 * step) + 0.5) / (2 * step))
