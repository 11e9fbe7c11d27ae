"""The bands and coefficients of each preset in f64, after the formulas that libraries publish."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from tests.support.compiler.block_references.case import F32, F64, Arguments, Array

DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "keras": {"frame": 2048, "step": 512, "fft_size": 2048, "bands": 128, "low": 20.0, "coefficients": 13},
    "librosa": {"frame": 2048, "step": 512, "fft_size": 2048, "bands": 128, "low": 0.0, "coefficients": 20},
    "python_speech_features": {
        "frame": 400,
        "step": 160,
        "fft_size": 512,
        "bands": 26,
        "low": 0.0,
        "coefficients": 13,
    },
    "mlperf_tiny": {
        "frame": 480,
        "step": 320,
        "fft_size": 512,
        "bands": 40,
        "low": 20.0,
        "high": 4000.0,
        "coefficients": 10,
    },
    "torchaudio": {"frame": 400, "step": 200, "fft_size": 400, "bands": 128, "low": 0.0, "coefficients": 40},
    "speech_commands": {
        "frame": 480,
        "step": 160,
        "fft_size": 512,
        "bands": 40,
        "low": 20.0,
        "high": 4000.0,
        "coefficients": 40,
    },
    "edge_impulse_mfe": {"frame": 320, "step": 160, "fft_size": 256, "bands": 40, "low": 0.0},
    "edge_impulse_mfcc": {"frame": 320, "step": 320, "fft_size": 256, "bands": 32, "low": 0.0, "coefficients": 13},
}
MAGNITUDES = ("mlperf_tiny", "speech_commands")
EDGE_IMPULSE = ("edge_impulse_mfe", "edge_impulse_mfcc")
PERIODOGRAMS = ("python_speech_features", *EDGE_IMPULSE)
EPSILON = np.finfo(F64).eps


def complete(arguments: Arguments) -> dict[str, Any]:
    own = DEFAULTS[arguments["preset"]]
    full = {name: arguments.get(name) or value for name, value in own.items()}
    if not arguments.get("frame") and own["frame"] == own["fft_size"]:
        full["frame"] = full["fft_size"]
    full["high"] = arguments["high"] or own.get("high") or arguments["sample_rate"] / 2
    return full


def _htk(hertz: Any) -> Any:
    return 2595.0 * np.log10(1.0 + np.asarray(hertz, F64) / 700.0)


def _slaney(hertz: Any) -> Any:
    hertz = np.asarray(hertz, F64)
    return np.where(
        hertz < 1000.0, hertz * 3.0 / 200.0, 15.0 + np.log(np.maximum(hertz, 1e-9) / 1000.0) * 27.0 / np.log(6.4)
    )


def _of_slaney(mel: Array) -> Array:
    return np.where(mel < 15.0, mel * 200.0 / 3.0, 1000.0 * np.exp((mel - 15.0) * np.log(6.4) / 27.0))


def _slopes(edges: Array, places: Array) -> Array:
    low, top, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    return np.asarray(np.maximum(0.0, np.minimum((places - low) / (top - low), (high - places) / (high - top))))


def filters(preset: str, rate: int, full: Mapping[str, Any]) -> Array:
    size, bands = full["fft_size"], full["bands"]
    rows = np.arange(size // 2 + 1) * rate / size
    if preset in ("keras", *MAGNITUDES):
        edges = np.linspace(_htk(full["low"]), _htk(full["high"]), bands + 2)
        weights = _slopes(edges, _htk(rows)[None])
        weights[:, 0] = 0.0
        if preset == "speech_commands":
            weights[:, : int(1.5 + full["low"] * size / rate)] = 0.0
        return weights
    if preset == "librosa":
        edges = _of_slaney(np.linspace(_slaney(full["low"]), _slaney(full["high"]), bands + 2))
        return _slopes(edges, rows[None]) * (2.0 / (edges[2:] - edges[:-2]))[:, None]
    if preset in EDGE_IMPULSE:
        return _corners_of_edge_impulse(rate, full)
    edges = np.linspace(_htk(full["low"]), _htk(full["high"]), bands + 2)
    if preset == "torchaudio":
        return _slopes(700.0 * (10.0 ** (edges / 2595.0) - 1.0), rows[None])
    corners = np.floor((size + 1) * 700.0 * (10.0 ** (edges / 2595.0) - 1.0) / rate)
    places = np.arange(size // 2 + 1)[None]
    low, top, high = corners[:-2, None], corners[1:-1, None], corners[2:, None]
    with np.errstate(all="ignore"):
        rising = np.where((places >= low) & (places < top), (places - low) / (top - low), 0.0)
        return rising + np.where((places >= top) & (places < high), (high - places) / (high - top), 0.0)


def _corners_of_edge_impulse(rate: int, full: Mapping[str, Any]) -> Array:
    low, high = (1127.0 * np.log(1.0 + full[name] / 700.0) for name in ("low", "high"))
    hertz = 700.0 * (np.exp(np.linspace(low, high, full["bands"] + 2) / 1127.0) - 1.0)
    hertz[-1] -= 0.001
    corners = np.floor((full["fft_size"] + 1) * hertz / rate)
    places = np.arange(full["fft_size"] // 2 + 1)[None]
    low, top, high = corners[:-2, None], corners[1:-1, None], corners[2:, None]
    with np.errstate(all="ignore"):
        rising = np.where((places > low) & (places <= top), (places - low) / (top - low), 0.0)
        falling = (high - places) / (high - top)
        return np.asarray(np.where((places >= top) & (places < high), falling, rising))


def bands(arguments: Arguments, sound: Array) -> tuple[Array, Array]:
    """The energies `[frames, bands]` and the whole energy of each frame."""
    preset, full = arguments["preset"], complete(arguments)
    size, frame, step = full["fft_size"], full["frame"], full["step"]
    x = sound.reshape(-1).astype(F64)
    if preset == "python_speech_features":
        x = np.append(x[0], x[1:] - 0.97 * x[:-1])
        count = 1 + max(0, -(-(x.size - frame) // step))
        x, window = np.pad(x, (0, size)), np.pad(np.ones(frame), (0, size - frame))
        x = np.pad(x, (0, max(0, (count - 1) * step + size - x.size)))
    elif preset in EDGE_IMPULSE:
        x = x / 32768.0 if sound.dtype == np.int16 and preset == "edge_impulse_mfe" else x
        x = x - 0.98 * np.roll(x, 1)
        count = 1 + (x.size - frame) // step
        width = min(frame, size)
        x, window = np.pad(x, (0, size)), np.pad(np.ones(width), (0, size - width))
    elif preset in MAGNITUDES:
        if preset == "mlperf_tiny":
            x = x / x.max() if x.max() > 0 else x
        elif sound.dtype == np.int16:
            x = x / 32768.0
        count = 1 + (x.size - frame) // step
        window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(frame) / frame)
        x, window = np.pad(x, (0, size)), np.pad(window, (0, size - frame))
    else:
        x = x / 32768.0 if sound.dtype == np.int16 else x
        count = 1 + x.size // step
        x = np.pad(x, size // 2, mode="reflect" if preset in ("keras", "torchaudio") else "constant")
        before = (size - frame) // 2
        window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(frame) / frame)
        window = np.pad(window, (before, size - frame - before))
    rows = np.stack([x[t * step : t * step + size] * window for t in range(count)])
    if preset in MAGNITUDES:
        spectrum = np.abs(np.fft.rfft(rows))
        return spectrum @ filters(preset, arguments["sample_rate"], full).T, spectrum.sum(axis=1)
    power = np.abs(np.fft.rfft(rows)) ** 2 / (size if preset in PERIODOGRAMS else 1)
    return power @ filters(preset, arguments["sample_rate"], full).T, power.sum(axis=1)


def _logarithms(preset: str, energies: Array) -> Array:
    if preset == "python_speech_features":
        return np.log(np.where(energies == 0, EPSILON, energies))
    if preset == "mlperf_tiny":
        return np.asarray(np.log(energies + 1e-6))
    if preset == "speech_commands":
        return np.asarray(np.log(np.maximum(energies, 1e-12)))
    if preset == "edge_impulse_mfcc":
        return np.asarray(np.log(np.where(energies == 0, 1e-10, energies)))
    decibels = 10.0 * np.log10(np.maximum(1e-10, energies))
    return np.asarray(np.maximum(decibels, decibels.max() - 80.0))


def mfe(arguments: Arguments, sound: Array) -> Array:
    return np.asarray(bands(arguments, sound)[0].astype(F32))


def cosines_of(preset: str, full: Mapping[str, Any]) -> Array:
    """`[coefficients, bands]`, with what a lifter makes of each."""
    i, band = np.arange(full["coefficients"])[:, None], np.arange(full["bands"])[None]
    cosines = np.sqrt(2.0 / full["bands"]) * np.cos(np.pi * i * (2 * band + 1) / (2 * full["bands"]))
    if preset not in ("keras", *MAGNITUDES):
        cosines[0] /= np.sqrt(2.0)
    if preset == "python_speech_features":
        cosines *= 1.0 + 11.0 * np.sin(np.pi * i / 22.0)
    return np.asarray(cosines)


def mfcc(arguments: Arguments, sound: Array) -> Array:
    preset, full = arguments["preset"], complete(arguments)
    energies, whole = bands(arguments, sound)
    logs = _logarithms(preset, energies)
    coefficients = logs @ cosines_of(preset, full).T
    if preset == "python_speech_features":
        coefficients[:, 0] = np.log(np.where(whole == 0, EPSILON, whole))
    if preset == "edge_impulse_mfcc":
        coefficients[:, 0] = np.log(np.where(whole == 0, 1e-10, whole))
        coefficients = _normalised(coefficients, arguments.get("window", 101))
    return np.asarray(coefficients.astype(F32))


def _normalised(rows: Array, window: int) -> Array:
    """Each coefficient less its mean in a window of frames, by the deviation of these differences in the window."""
    if not window:
        return rows

    def windows(values: Array) -> Array:
        padded = np.pad(values, ((window // 2, window // 2), (0, 0)), mode="symmetric")
        return np.stack([padded[at : at + window] for at in range(len(values))])

    differences = rows - windows(rows).mean(axis=1)
    return np.asarray(differences / (windows(differences).std(axis=1) + 1e-10))


def log_mel(arguments: Arguments, sound: Array) -> Array:
    """Computes the block without `micro_frontend`, which has no formula but its own C."""
    energies = bands(arguments, sound)[0]
    if arguments["preset"] != "edge_impulse_mfe":
        return _logarithms(arguments["preset"], energies).astype(F32)
    floor = arguments.get("noise_floor", -52)
    shares = np.clip((10.0 * np.log10(np.maximum(1e-10, energies)) - floor) / (12.0 - floor), 0.0, 1.0)
    return np.asarray(np.around(shares * 256.0) / 256.0).astype(F32)
