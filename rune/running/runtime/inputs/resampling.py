"""The conversion of sounds: channels to their mean, one rate to another, any samples to i16.

A rate is changed by a windowed sinc (J. O. Smith, "Digital Audio Resampling", and Kaiser's window): what the new rate
cannot carry is removed before it folds back into what can be heard.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from rune.running.runtime.inputs.wav import Wav

Samples = npt.NDArray[np.float64]

_CROSSINGS = 32
"""Zero crossings of the sinc on each side."""
_BETA = 9.0
"""For Kaiser's window: what is removed is 90 dB down, below the last bit of an i16."""
_PASS = 0.91
"""The middle of the filter's slope as a part of the lower half rate; at the half rate it has come to its end."""
_LOUDEST = 1e6
"""Floats are held inside this many times full loudness, so that their sums stay finite."""
_MOST_WEIGHTS = 1 << 21
"""Weights of the filter that are held at once."""


def converted(wav: Wav, rate: int, count: int) -> bytes:
    """The first `count` samples of a wav at `rate`, one channel, as i16, little-endian.

    The wav has enough of them. Channels become their mean. Depths are scaled to the range of i16, rounded to the
    nearest and held inside it.
    """
    # No more is decoded than the filter reaches.
    frame_count = min(wav.frames, math.ceil(count * wav.rate / rate) + _reach(wav.rate, rate) + 1)
    samples = mono(wav, frame_count)
    return to_i16(samples[:count] if wav.rate == rate else resampled(samples, wav.rate, rate, count))


def to_i16(samples: Samples) -> bytes:
    """Samples in units of i16, rounded to the nearest and held inside its range."""
    whole: npt.NDArray[np.int16] = np.clip(np.rint(samples), -32768, 32767).astype("<i2")
    return whole.tobytes()


def mono(wav: Wav, frames: int) -> Samples:
    """The mean of the channels of the first so many frames, f64 [frames], in units of i16."""
    size = wav.bits // 8 * wav.channels
    mean: Samples = _units_of_i16(wav, wav.samples[: frames * size]).reshape(frames, wav.channels).mean(axis=1)
    return mean


def _units_of_i16(wav: Wav, raw: bytes) -> Samples:
    if wav.is_float:
        with np.errstate(invalid="ignore"):  # A signalling NaN is one of the things that a damaged file holds.
            raw_samples = np.frombuffer(raw, f"<f{wav.bits // 8}").astype(np.float64)
        # NaN becomes silence: recorders write it where they have no sample.
        return np.clip(np.nan_to_num(raw_samples), -_LOUDEST, _LOUDEST) * 32768.0
    match wav.bits:
        case 8:
            return (np.frombuffer(raw, np.uint8).astype(np.float64) - 128.0) * 256.0
        case 24:
            parts = np.frombuffer(raw, np.uint8).reshape(-1, 3).astype(np.int32)
            whole = (parts[:, 0] << 8) | (parts[:, 1] << 16) | (parts[:, 2] << 24)
            return whole.astype(np.float64) / 65536.0
        case bits:
            return np.frombuffer(raw, f"<i{bits // 8}").astype(np.float64) / 2.0 ** (bits - 16)


def resampled(samples: Samples, from_rate: int, to_rate: int, count: int) -> Samples:
    """`count` samples at `to_rate` of a sound at `from_rate`; both begin at the same moment, and silence surrounds it.

    Each place is computed from whole numbers, so that a long sound does not drift.
    """
    common = math.gcd(from_rate, to_rate)
    step, phases = from_rate // common, to_rate // common
    reach = _reach(from_rate, to_rate)
    padded_samples = np.concatenate((np.zeros(reach), samples, np.zeros(2 * reach + 1)))
    window = np.arange(2 * reach + 1)
    result = np.empty(count)
    chunk = max(1, _MOST_WEIGHTS // len(window))
    for start in range(0, count, chunk):
        places = np.arange(start, min(start + chunk, count), dtype=np.int64) * step
        first, phase = np.divmod(places, phases)
        distinct_phases, which = np.unique(phase, return_inverse=True)
        weights = _weights(distinct_phases / phases, window - reach, from_rate, to_rate)
        inputs = padded_samples[np.minimum(first[:, None] + window, len(padded_samples) - 1)]
        result[start : start + len(places)] = np.einsum("ij,ij->i", inputs, weights[which])
    return result


def _reach(from_rate: int, to_rate: int) -> int:
    """Samples of the source that a sample of the result depends on, to each side."""
    return math.ceil(_CROSSINGS / _cutoff(from_rate, to_rate))


def _cutoff(from_rate: int, to_rate: int) -> float:
    """Returns where the filter cuts, as a part of the source's half rate."""
    return _PASS * min(1.0, to_rate / from_rate)


def _weights(phases: Samples, offsets: npt.NDArray[np.int64], from_rate: int, to_rate: int) -> Samples:
    """f64 [phases, offsets]: what a sample at each offset adds to one that lies `phase` of 0 to 1 behind offset 0.

    The weights of a phase add up to 1, so that what is constant stays so.
    """
    cutoff = _cutoff(from_rate, to_rate)
    distance = offsets - phases[:, None]
    inside = np.clip(1.0 - np.square(distance * cutoff / _CROSSINGS), 0.0, None)
    weights = np.sinc(distance * cutoff) * np.i0(_BETA * np.sqrt(inside)) * (inside > 0)
    normal: Samples = weights / weights.sum(axis=1, keepdims=True)
    return normal
