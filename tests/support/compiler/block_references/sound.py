"""References of the blocks for sound, bit for bit: whole numbers up to the power of a row, then f32 in the order of the
elements. `mel_formula.py` has the same in f64, and `library_features.json` is what libraries give.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from tests.support.compiler.block_references import mel_bits, micro_frontend
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
from tests.support.compiler.block_references.mel_formula import (
    EDGE_IMPULSE,
    MAGNITUDES,
    PERIODOGRAMS,
    complete,
    cosines_of,
    filters,
)

_LEAST = {
    "python_speech_features": 2.0**-52,
    "mlperf_tiny": 1e-6,
    "speech_commands": 1e-12,
}
_NATURAL = (*MAGNITUDES, "python_speech_features", "edge_impulse_mfcc")
_TENTHS, _LN_2 = F32(3.0102999566398120), F32(0.69314718055994531)


def _frames(arguments: Arguments, sound: Array) -> tuple[Array, Array | None, float, Array]:
    """The samples of each frame, those before them and by how much they count, and the window."""
    preset, full = arguments["preset"], complete(arguments)
    size, frame, step = full["fft_size"], full["frame"], full["step"]
    x, lead = sound.reshape(-1).astype(F64), 0
    before, emphasis = None, 0.0
    if preset == "python_speech_features":
        before, emphasis = np.append(0.0, x[:-1]), 0.97
        count = 1 + max(0, -(-(x.size - frame) // step))
    elif preset in (*EDGE_IMPULSE, *MAGNITUDES):
        if preset in EDGE_IMPULSE:
            before, emphasis = np.roll(x, 1), 0.98
        count, frame = 1 + (x.size - frame) // step, min(frame, size)
    else:
        count, lead = 1 + x.size // step, (size - frame) // 2
        x = np.pad(x, size // 2, mode="reflect" if preset in ("keras", "torchaudio") else "constant")
    has_window = preset not in PERIODOGRAMS
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(frame) / frame) if has_window else np.ones(frame)

    def cut(values: Array) -> Array:
        values = np.pad(values, (0, max(0, (count - 1) * step + size - values.size)))
        return np.stack([values[t * step : t * step + size] for t in range(count)])

    return cut(x), None if before is None else cut(before), emphasis, np.pad(window, (lead, size - frame - lead))


def _scale(preset: str, sound: Array) -> float:
    if preset == "mlperf_tiny":
        most = float(np.nanmax(sound))
        return 1.0 / most if most > 0 else 1.0
    of_ones = preset not in ("python_speech_features", "edge_impulse_mfcc")
    return 2.0**-15 if sound.dtype == np.int16 and of_ones else 1.0


def _energies(arguments: Arguments, sound: Array) -> tuple[Array, Array]:
    """In f64, which holds what f32 gave times the factor of its frame: `[frames, bands]` and of each whole frame."""
    preset, full = arguments["preset"], complete(arguments)
    spectra = mel_bits.spectra(*_frames(arguments, sound))
    amplitudes = _scale(preset, sound) * np.ldexp(1.0, spectra.exponents)
    rows = spectra.power.astype(F32)
    factors = amplitudes
    if preset in MAGNITUDES:
        rows = np.sqrt(rows)
    else:
        factors = amplitudes * amplitudes * (1.0 / full["fft_size"] if preset in PERIODOGRAMS else 1.0)
    weights = filters(preset, arguments["sample_rate"], full).astype(F32)
    bands = mel_bits.in_order(rows[:, None, :] * weights[None])
    missing = np.where(spectra.is_finite, 0.0, np.nan)
    return bands.astype(F64) * factors[:, None] + missing[:, None], spectra.total.astype(F64) * factors + missing


def _logarithms(preset: str, energies: Array) -> Array:
    least = _LEAST.get(preset, 1e-10)
    if preset == "mlperf_tiny":
        energies = energies + least
    elif preset in ("python_speech_features", "edge_impulse_mfcc"):
        energies = np.where(energies == 0, least, energies)
    else:
        energies = np.where(energies < least, least, energies)
    return np.asarray(mel_bits.log2(energies) * (_LN_2 if preset in _NATURAL else _TENTHS))


def _limited(preset: str, logs: Array) -> Array:
    """Limits the values to at most 80 decibels below the greatest, where the preset does so."""
    if preset in (*_NATURAL, *EDGE_IMPULSE):
        return logs
    return np.asarray(np.maximum(logs, logs.max() - F32(80)))


def mfe(arguments: Arguments, inputs: Sequence[Array]) -> list[Array]:
    return [_energies(arguments, inputs[0])[0].astype(F32)]


def mfcc(arguments: Arguments, inputs: Sequence[Array]) -> list[Array]:
    preset, full = arguments["preset"], complete(arguments)
    energies, totals = _energies(arguments, inputs[0])
    logs = _limited(preset, _logarithms(preset, energies))
    cosines = cosines_of(preset, full).astype(F32)
    coefficients = mel_bits.in_order(logs[:, None, :] * cosines[None])
    if preset in ("python_speech_features", "edge_impulse_mfcc"):
        coefficients[:, 0] = _logarithms(preset, totals)
    if preset == "edge_impulse_mfcc" and arguments.get("window", 101):
        coefficients = mel_bits.normalised(coefficients, arguments.get("window", 101))
    return [coefficients]


def log_mel(arguments: Arguments, runs: Sequence[Sequence[Array]]) -> list[Array]:
    if arguments["preset"] == "edge_impulse_mfe":
        floor = F32(arguments.get("noise_floor", -52))
        logs = _logarithms(arguments["preset"], _energies(arguments, runs[-1][0])[0])
        shares = np.clip((logs - floor) / (F32(12) - floor), F32(0), F32(1))
        return [np.floor(shares * F32(256) + F32(0.5)) / F32(256)]
    if arguments["preset"] != "micro_frontend":
        logs = _logarithms(arguments["preset"], _energies(arguments, runs[-1][0])[0])
        return [_limited(arguments["preset"], logs)]
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
_STEPS = (_REAL * np.repeat(np.array([1e-6, 1, 1e4], F32), 100)).astype(F32)
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
    case("log_mel", "a sound so quiet that its numbers are subnormal", _REAL * F32(1e-41), preset="keras", **_SMALL),
    case("log_mel", "a sound of great numbers", _REAL * F32(1e18), preset="python_speech_features", **_SMALL),
    case("mfe", "a loud frame beside quiet ones", _STEPS, preset="python_speech_features", **_SMALL),
    case("mfcc", "a sound without a sample above 0", -abs(_VOICE[:300]), preset="mlperf_tiny", **_FRAMES),
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
