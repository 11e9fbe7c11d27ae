"""References of the blocks for sound, in f64 with NumPy's transform; `library_features.json` is what libraries give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tests.support.compiler.block_references import micro_frontend
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


def _complete(arguments: Arguments) -> dict[str, Any]:
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
    preset, full = arguments["preset"], _complete(arguments)
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


def mfe(arguments: Arguments, inputs: Sequence[Array]) -> list[Array]:
    return [bands(arguments, inputs[0])[0].astype(F32)]


def mfcc(arguments: Arguments, inputs: Sequence[Array]) -> list[Array]:
    preset, full = arguments["preset"], _complete(arguments)
    energies, whole_ = bands(arguments, inputs[0])
    logs = _logarithms(preset, energies)
    i, band = np.arange(full["coefficients"])[:, None], np.arange(full["bands"])[None]
    cosines = np.sqrt(2.0 / full["bands"]) * np.cos(np.pi * i * (2 * band + 1) / (2 * full["bands"]))
    if preset not in ("keras", *MAGNITUDES):
        cosines[0] /= np.sqrt(2.0)
    if preset == "python_speech_features":
        cosines *= 1.0 + 11.0 * np.sin(np.pi * i / 22.0)
    coefficients = logs @ cosines.T
    if preset == "python_speech_features":
        coefficients[:, 0] = np.log(np.where(whole_ == 0, EPSILON, whole_))
    if preset == "edge_impulse_mfcc":
        coefficients[:, 0] = np.log(np.where(whole_ == 0, 1e-10, whole_))
        coefficients = _normalised(coefficients, arguments.get("window", 101))
    return [coefficients.astype(F32)]


def _normalised(rows: Array, window: int) -> Array:
    """Each coefficient less its mean in a window of frames, by the deviation of these differences in the window."""
    if not window:
        return rows

    def windows(values: Array) -> Array:
        padded = np.pad(values, ((window // 2, window // 2), (0, 0)), mode="symmetric")
        return np.stack([padded[at : at + window] for at in range(len(values))])

    differences = rows - windows(rows).mean(axis=1)
    return np.asarray(differences / (windows(differences).std(axis=1) + 1e-10))


def log_mel(arguments: Arguments, runs: Sequence[Sequence[Array]]) -> list[Array]:
    if arguments["preset"] == "edge_impulse_mfe":
        floor = arguments.get("noise_floor", -52)
        decibels = 10.0 * np.log10(np.maximum(1e-10, bands(arguments, runs[-1][0])[0]))
        shares = np.clip((decibels - floor) / (12.0 - floor), 0.0, 1.0)
        return [(np.around(shares * 256.0) / 256.0).astype(F32)]
    if arguments["preset"] != "micro_frontend":
        return [_logarithms(arguments["preset"], bands(arguments, runs[-1][0])[0]).astype(F32)]
    estimates: list[int] | None = [0] * micro_frontend.BANDS
    step = arguments["step"] or 320
    before = [0] * (480 - step)
    for (sound,) in runs:
        if arguments["fresh"]:
            estimates = [0] * micro_frontend.BANDS if arguments["denoise"] else None
        samples = sound.reshape(-1).tolist()
        samples = [*before, *samples] if arguments["stream"] else samples
        before = samples[len(samples) - len(before) :]
        features = np.array(micro_frontend.features(samples, step, estimates))
    if not arguments["denoise"]:
        floor = round(980 + 64 * np.log(10 ** (arguments["noise_floor"] / 20)))
        features = np.maximum(features - floor, 0)
    if arguments["type"] == "u16":
        return [features.astype(np.uint16)]
    if arguments["type"] == "f32":
        return [(features * 0.0390625).astype(F32)]
    return [np.minimum((features * 256 + 333) // 666 - 128, 127).astype(np.int8)]


REFERENCES: Mapping[str, Reference] = {"mfe": mfe, "mfcc": mfcc}
HISTORIES: Mapping[str, History] = {"log_mel": log_mel}

_T = np.arange(1400)
_VOICE = (
    (9000 * np.sin(_T * 0.11) * np.sin(_T * 0.004) + 3000 * np.sin(_T * 0.63)).astype(np.int16)
    + whole(60, -150, 150, 1400, type_=np.int16)
).astype(np.int16)
_REAL = noise(61, 300, scale=0.1)
_FRAMES = {"frame": 64, "step": 48, "fft_size": 64}
_SMALL = {"frame": 64, "step": 48, "fft_size": 64, "bands": 8}

CASES: Sequence[BlockCase] = (
    case("log_mel", "the frontend of TFLite Micro", _VOICE, type="u16"),
    case("log_mel", "as micro_speech reads it", _VOICE, step=160, type="i8"),
    case("log_mel", "as microWakeWord reads it", _VOICE[:800]),
    case("log_mel", "with its noise", _VOICE, denoise=0, type="u16", noise_floor=-90),
    case("log_mel", "with its noise, as i8", _VOICE[:800], denoise=0, type="i8", noise_floor=-90),
    case(
        "log_mel",
        "with its noise, silence and the loudest",
        np.array([0] * 480 + [32767, -32768] * 240, np.int16),
        step=480,
        denoise=0,
    ),
    case(
        "log_mel",
        "silence, and the loudest",
        np.array([0] * 480 + [32767, -32768] * 240, np.int16),
        step=480,
        type="u16",
    ),
    BlockCase(
        "log_mel",
        "an estimate that is kept",
        ((_VOICE[:480],), (_VOICE[480:960],), (_VOICE[900:1380],)),
        {"type": "u16", "fresh": 0},
    ),
    BlockCase(
        "log_mel",
        "a stream, whose frames go on from run to run",
        ((_VOICE[:640],), (_VOICE[640:1280],)),
        {"denoise": 0, "stream": 1, "type": "u16", "noise_floor": -90},
    ),
    BlockCase(
        "log_mel",
        "a stream whose noise is taken out",
        ((_VOICE[:160],), (_VOICE[160:320],), (_VOICE[320:480],)),
        {"fresh": 0, "stream": 1, "step": 160, "type": "i8"},
    ),
    case("log_mel", "a stream begins with silence", _VOICE[:960], denoise=0, stream=1),
    case("log_mel", "keras", _VOICE[:300], preset="keras", step=100, fft_size=128, bands=12),
    case("log_mel", "librosa", _REAL, preset="librosa", step=100, fft_size=128, bands=12),
    case("log_mel", "python_speech_features", _VOICE[:700], preset="python_speech_features", bands=20),
    case("log_mel", "silence as librosa has it", np.zeros(200, F32), preset="librosa", **_SMALL),
    case(
        "log_mel",
        "silence as python_speech_features has it",
        np.zeros(70, np.int16),
        preset="python_speech_features",
        **_SMALL,
    ),
    case("log_mel", "mlperf_tiny", _VOICE[:500], preset="mlperf_tiny", bands=12, **_FRAMES),
    case("log_mel", "silence as mlperf_tiny has it", np.zeros(70, np.int16), preset="mlperf_tiny", bands=8, **_FRAMES),
    case("mfe", "mlperf_tiny", _REAL, preset="mlperf_tiny", bands=8, **_FRAMES),
    case("mfcc", "mlperf_tiny", _VOICE[:600], preset="mlperf_tiny", **_FRAMES),
    case("mfe", "keras", _REAL, preset="keras", **_SMALL),
    case("mfe", "torchaudio, a transform whose size is no power of two", _VOICE[:450], preset="torchaudio", bands=12),
    case("log_mel", "torchaudio", _VOICE[:450], preset="torchaudio", bands=12),
    case("log_mel", "torchaudio with a transform of 64", _REAL, preset="torchaudio", **_SMALL),
    case("mfcc", "torchaudio", _VOICE[:650], preset="torchaudio", bands=16, coefficients=6),
    case("mfe", "librosa", _VOICE[:150], preset="librosa", sample_rate=8000, low=100, high=3000, **_SMALL),
    case("mfe", "a short frame in a longer transform", _REAL[:150], preset="librosa", **_SMALL | {"frame": 40}),
    case("mfe", "python_speech_features", _REAL, preset="python_speech_features", **_SMALL),
    case("mfe", "bands too narrow for any row", _REAL[:90], preset="librosa", **_SMALL | {"bands": 32, "high": 2000}),
    case("mfcc", "keras", _REAL, preset="keras", coefficients=5, **_SMALL),
    case("mfcc", "librosa", _VOICE[:150], preset="librosa", coefficients=8, **_SMALL),
    case("mfcc", "python_speech_features", _VOICE[:600], preset="python_speech_features"),
    case("mfcc", "speech_commands", _VOICE[:900], preset="speech_commands", coefficients=13),
    case(
        "mfcc",
        "silence as speech_commands has it",
        np.zeros(70, np.int16),
        preset="speech_commands",
        coefficients=1,
        **_FRAMES,
    ),
    case("log_mel", "edge_impulse_mfe", _VOICE, preset="edge_impulse_mfe"),
    case(
        "log_mel",
        "edge_impulse_mfe with a longer transform and another noise floor",
        _VOICE[:900],
        preset="edge_impulse_mfe",
        fft_size=512,
        low=300,
        noise_floor=-72,
    ),
    case("log_mel", "silence as edge_impulse_mfe has it", np.zeros(400, F32), preset="edge_impulse_mfe", bands=12),
    case("mfcc", "edge_impulse_mfcc", _VOICE, preset="edge_impulse_mfcc"),
    case(
        "mfcc",
        "edge_impulse_mfcc of floats, a short window",
        _REAL,
        preset="edge_impulse_mfcc",
        window=5,
        coefficients=5,
        **_SMALL,
    ),
    case("mfcc", "edge_impulse_mfcc that is not normalised", _VOICE[:900], preset="edge_impulse_mfcc", window=0),
)
