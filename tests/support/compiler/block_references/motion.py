"""References of the blocks for signals of sensors; `library_signals.json` holds what SciPy gives for the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import gcd
from typing import Any

import numpy as np

from tests.support.compiler.block_references.case import (
    F32,
    F64,
    Arguments,
    Array,
    BlockCase,
    History,
    Reference,
    case,
    noise,
    whole,
)


def _butterworth(kind: str, order: int, cutoff: float, rate: float) -> list[tuple[float, ...]]:
    """Designs a filter from the poles on the analogue circle, by the bilinear transform."""
    warped = 2.0 * rate * np.tan(np.pi * cutoff / rate)
    angles = np.pi * (2 * np.arange((order + 1) // 2) + 1) / (2 * order) + np.pi / 2
    filters: list[tuple[float, ...]] = []
    for angle in angles:
        pole = np.exp(1j * angle)
        pole = warped * pole if kind == "lowpass" else warped / pole
        digital = (2.0 * rate + pole) / (2.0 * rate - pole)
        sign = 1.0 if kind == "lowpass" else -1.0
        if abs(pole.imag) < 1e-9 * abs(pole):
            a1 = -digital.real
            gain = (1.0 + sign * a1) / 2.0
            filters.append((gain, sign * gain, 0.0, a1, 0.0))
            continue
        a1, a2 = -2.0 * digital.real, abs(digital) ** 2
        gain = (1.0 + sign * a1 + a2) / 4.0
        filters.append((gain, 2.0 * sign * gain, gain, a1, a2))
    return filters


def sections(arguments: Arguments) -> list[tuple[float, ...]]:
    rate, kind = arguments["sample_rate"], arguments["kind"]
    if kind == "notch":
        w = 2.0 * np.pi * arguments["cutoff"] / rate
        gain = 1.0 / (1.0 + np.tan(w / arguments["quality"] / 2.0))
        return [(gain, -2.0 * gain * np.cos(w), gain, -2.0 * gain * np.cos(w), 2.0 * gain - 1.0)]
    if kind == "bandpass":
        low = _butterworth("highpass", arguments["order"], arguments["cutoff"], rate)
        return [*low, *_butterworth("lowpass", arguments["order"], arguments["high"], rate)]
    return _butterworth(kind, arguments["order"], arguments["cutoff"], rate)


def iir(arguments: Arguments, runs: Sequence[Sequence[Array]]) -> list[Array]:
    signals = [run[0].astype(F64).reshape(len(run[0]), -1) for run in runs]
    if arguments["fresh"]:
        signals = signals[-1:]
    filters = sections(arguments)
    out = np.concatenate(signals)
    for channel in range(out.shape[1]):
        row = [float(value) for value in out[:, channel]]
        for b0, b1, b2, a1, a2 in filters:
            gain = (b0 + b1 + b2) / (1.0 + a1 + a2)
            first, second = (gain - b0) * row[0], (b2 - a2 * gain) * row[0]
            filtered = []
            for x in row:
                y = b0 * x + first
                first, second = b1 * x - a1 * y + second, b2 * x - a2 * y
                filtered.append(y)
            row = filtered
        out[:, channel] = row
    return [out[-len(signals[-1]) :].astype(F32).reshape(runs[-1][0].shape)]


def taps(arguments: Arguments) -> Array:
    nyquist, count = arguments["sample_rate"] / 2, arguments["taps"]
    low, high = {
        "lowpass": (0.0, arguments["cutoff"] / nyquist),
        "highpass": (arguments["cutoff"] / nyquist, 1.0),
        "bandpass": (arguments["cutoff"] / nyquist, arguments["high"] / nyquist),
    }[arguments["kind"]]
    place = np.arange(count) - (count - 1) / 2
    weights = (high * np.sinc(high * place) - low * np.sinc(low * place)) * np.hamming(count)
    middle = {"lowpass": 0.0, "highpass": 1.0, "bandpass": (low + high) / 2}[arguments["kind"]]
    return np.asarray(weights / np.sum(weights * np.cos(np.pi * place * middle)))


def fir(arguments: Arguments, runs: Sequence[Sequence[Array]]) -> list[Array]:
    signals = [run[0].astype(F64).reshape(len(run[0]), -1) for run in runs]
    if arguments["fresh"]:
        signals = signals[-1:]
    weights = taps(arguments)
    x = np.concatenate([np.repeat(signals[0][:1], len(weights) - 1, axis=0), *signals])
    last = len(signals[-1])
    out = np.stack(
        [(x[end - len(weights) : end][::-1] * weights[:, None]).sum(0) for end in range(len(x) - last + 1, len(x) + 1)]
    )
    return [out.astype(F32).reshape(runs[-1][0].shape)]


def detrend(arguments: Arguments, inputs: Sequence[Array]) -> list[Array]:
    x = inputs[0].astype(F64).reshape(len(inputs[0]), -1)
    t = np.arange(len(x)) - (len(x) - 1) / 2
    mean = x.mean(axis=0)
    slope = (
        (t[:, None] * (x - mean)).sum(0) / np.sum(t * t) if arguments["kind"] == "linear" and len(x) > 1 else 0.0 * mean
    )
    return [(x - (mean + t[:, None] * slope)).astype(F32).reshape(inputs[0].shape)]


def downsample(arguments: Arguments, inputs: Sequence[Array]) -> list[Array]:
    groups = inputs[0].astype(F64).reshape(-1, arguments["factor"], *inputs[0].shape[1:])
    return [groups.mean(axis=1).astype(F32)]


def resample(arguments: Arguments, inputs: Sequence[Array]) -> list[Array]:
    common = gcd(arguments["to_rate"], arguments["sample_rate"])
    up, down = arguments["to_rate"] // common, arguments["sample_rate"] // common
    half = 10 * max(up, down)
    place = np.arange(-half, half + 1)
    weights = np.sinc(place / max(up, down)) * np.kaiser(2 * half + 1, 5.0)
    weights = (weights * (up / weights.sum())).astype(F32).astype(F64)
    x = inputs[0].astype(F64).reshape(len(inputs[0]), -1)
    spread = np.zeros((len(x) * up + 2 * half, x.shape[1]))
    spread[half : half + len(x) * up : up] = x
    count = -(-len(x) * up // down)
    out = np.stack([(spread[t * down : t * down + 2 * half + 1] * weights[:, None]).sum(0) for t in range(count)])
    if inputs[0].dtype == np.int16:
        out = np.clip(np.trunc(out + np.copysign(0.5, out)), -32768, 32767)
    return [out.astype(inputs[0].dtype).reshape(count, *inputs[0].shape[1:])]


def spectral_features(arguments: Arguments, inputs: Sequence[Array]) -> list[Array]:
    signal = inputs[0].astype(F64).reshape(len(inputs[0]), -1)
    rate, samples = arguments["sample_rate"], len(signal)
    size = max(16, 1 << (samples - 1).bit_length())
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(samples) / samples)
    edges = [float(word) for word in arguments["bands"].replace(",", " ").split()]
    frequencies = np.arange(size // 2 + 1) * rate / size
    rows: list[list[Any]] = []
    for channel in range(signal.shape[1]):
        x = signal[:, channel] - signal[:, channel].mean()
        spread = np.sqrt(np.mean(x**2))
        moments = [0.0, 0.0] if spread == 0 else [np.mean(x**3) / spread**3, np.mean(x**4) / spread**4 - 3.0]
        power = np.abs(np.fft.rfft(x * window, size)) ** 2 / (rate * np.sum(window**2))
        power[1:-1] *= 2.0
        tops = [k for k in range(1, size // 2) if power[k] > power[k - 1] and power[k] >= power[k + 1]]
        tops = sorted(tops, key=lambda k: (-power[k], k))[: arguments["peaks"]]
        peaks = [part for k in tops for part in (frequencies[k], power[k])]
        peaks += [0.0] * (2 * arguments["peaks"] - len(peaks))
        bands = []
        for low, high in pairwise(edges):
            is_in = (frequencies >= low) & ((frequencies < high) | ((high == edges[-1]) & (high == rate / 2)))
            bands.append(power[is_in].sum() * rate / size)
        rows.append([spread, *moments, *peaks, *bands])
    return [np.array(rows, F32)]


REFERENCES: Mapping[str, Reference] = {
    "detrend": detrend,
    "downsample": downsample,
    "resample": resample,
    "spectral_features": spectral_features,
}
HISTORIES: Mapping[str, History] = {"iir": iir, "fir": fir}

_T = np.arange(60)
WALK = np.stack(
    [9.81 + np.sin(_T * 0.7) + 0.2 * np.sin(_T * 2.1), 0.3 * np.cos(_T * 0.4), 0.05 * _T - 1.0], axis=1
).astype(F32) + noise(90, 60, 3, scale=0.05)

CASES: Sequence[BlockCase] = (
    case("iir", "a low pass of three channels", WALK[:20], cutoff=5.0),
    case("iir", "a high pass of odd order", WALK[:20, 0], kind="highpass", sample_rate=60.0, cutoff=0.5, order=3),
    case("iir", "a band", WALK[:20, :2], kind="bandpass", sample_rate=60.0, cutoff=1.0, high=8.0, order=4),
    case("iir", "a notch", noise(91, 12), kind="notch", cutoff=20.0, quality=2.0),
    case("iir", "order 1, a NaN", np.array([1, np.nan, 1], F32), order=1),
    BlockCase("iir", "from run to run", ((WALK[:6],), (WALK[6:12],), (WALK[12:18],)), {"fresh": 0}),
    case("fir", "a low pass of three channels", WALK[:12], taps=7),
    case("fir", "a high pass", WALK[:20, 0], kind="highpass", taps=15),
    case("fir", "a band, longer than the signal", WALK[:9, :2], kind="bandpass", taps=31),
    BlockCase("fir", "from run to run", ((WALK[:6],), (WALK[6:12],), (WALK[12:18],)), {"fresh": 0, "taps": 9}),
    case("detrend", "the mean", WALK[:10]),
    case("detrend", "the line", WALK[:13], kind="linear"),
    case("detrend", "one sample", np.array([3.5], F32), kind="linear"),
    case("downsample", "halves", WALK[:12, 0]),
    case("downsample", "one sample of three channels", WALK[:5], factor=5),
    case("downsample", "far numbers", np.array([3e38, 3e38, -1e-30, 1e-30, np.inf, 1.0], F32)),
    case("downsample", "infinities that cancel", np.array([np.inf, -np.inf], F32)),
    case("resample", "a third", whole(92, -32768, 32767, 40, type_=np.int16), sample_rate=48000),
    case("resample", "up, of two channels", WALK[:6, :2], sample_rate=50, to_rate=75),
    case("resample", "the loudest", np.full(30, 32767, np.int16), sample_rate=3, to_rate=2),
    case("spectral_features", "a walk", WALK, sample_rate=60.0, bands="0.5, 2, 5, 30"),
    case("spectral_features", "still", np.full((5, 2), 9.81, F32), peaks=1, bands="0, 1"),
    case("spectral_features", "one channel, no peaks", noise(93, 16), peaks=0),
    case("spectral_features", "more peaks than there are", noise(94, 20), peaks=6),
)
