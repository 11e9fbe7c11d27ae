"""Writes `library_features.json`: what the libraries themselves make of one sound, for the presets that are named so.

Run `KERAS_BACKEND=numpy python -m tests.support.compiler.block_references.make_library_features` in an environment of
its own with librosa==0.11.0, keras==3.15.1, python_speech_features==0.6, pymicro-features==2.0.2, scipy==1.17.1,
speechpy==2.4, tensorflow-cpu==2.21.0 and numpy==2.4.6. Names of presets as arguments write these alone.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tests.support.compiler.block_references.library_sound import KERAS, LIBROSA, RATE, SOUND

PATH = Path(__file__).parent / "library_features.json"


def _rows(features: Any) -> list[list[float]]:
    return [[float(f"{value:.9g}") for value in row] for row in np.asarray(features)]


def _of_librosa(real: Any) -> dict[str, Any]:
    import librosa  # type: ignore[import-not-found,unused-ignore]

    options = {"sr": RATE, "n_fft": LIBROSA["fft_size"], "hop_length": LIBROSA["step"], "n_mels": LIBROSA["bands"]}
    energies = librosa.feature.melspectrogram(y=real, **options)
    return {
        "mfe": _rows(energies.T),
        "log_mel": _rows(librosa.power_to_db(energies).T),
        "mfcc": _rows(librosa.feature.mfcc(y=real, n_mfcc=20, **options).T),
    }


def _of_keras(real: Any) -> dict[str, Any]:
    os.environ["KERAS_BACKEND"] = "numpy"
    import keras  # type: ignore[import-not-found,unused-ignore]

    def layer(**more: Any) -> Any:
        return keras.layers.MelSpectrogram(
            fft_length=KERAS["fft_size"],
            sequence_stride=KERAS["step"],
            num_mel_bins=KERAS["bands"],
            sampling_rate=RATE,
            **more,
        )(real[None])[0]

    return {"mfe": _rows(np.asarray(layer(power_to_db=False)).T), "log_mel": _rows(np.asarray(layer()).T)}


def _of_speech(sound: Any) -> dict[str, Any]:
    import python_speech_features as speech  # type: ignore[import-not-found,unused-ignore]

    return {
        "mfe": _rows(speech.fbank(sound, RATE)[0]),
        "log_mel": _rows(speech.logfbank(sound, RATE)),
        "mfcc": _rows(speech.mfcc(sound, RATE)),
    }


def _of_micro(sound: Any) -> dict[str, Any]:
    from pymicro_features import MicroFrontend  # type: ignore[import-not-found,unused-ignore]

    frontend, rows, data = MicroFrontend(), [], sound.astype("<i2").tobytes()
    while len(data) >= 320:
        answer = frontend.process_samples(data[:320])
        data = data[2 * answer.samples_read :]
        if answer.features:
            rows.append(answer.features)
    return {"log_mel": _rows(rows)}


def _of_tensorflow(sound: Any) -> dict[str, Any]:
    """The published front end of MLPerf Tiny's keyword spotting, in TensorFlow 2.21.0."""
    import tensorflow as tf  # type: ignore[import-untyped,import-not-found,unused-ignore]

    real = sound.astype(np.float32)
    frames = tf.signal.stft(real / real.max(), 480, 320, fft_length=None, window_fn=tf.signal.hann_window)
    spectrum = tf.abs(frames)
    weights = tf.signal.linear_to_mel_weight_matrix(40, spectrum.shape[-1], RATE, 20.0, 4000.0)
    energies = tf.tensordot(spectrum, weights, 1)
    logs = tf.math.log(energies + 1e-6)
    cepstrum = tf.signal.mfccs_from_log_mel_spectrograms(logs)[..., :10]
    return {"mfe": _rows(energies), "log_mel": _rows(logs), "mfcc": _rows(cepstrum)}


def _of_speech_commands(sound: Any) -> dict[str, Any]:
    """TensorFlow's own operators, with the settings of its example `speech_commands`."""
    import tensorflow as tf  # type: ignore[import-untyped,import-not-found,unused-ignore]

    real = (sound.astype(np.float32) / np.float32(32768))[:, None]
    spectrogram = tf.raw_ops.AudioSpectrogram(input=real, window_size=480, stride=160, magnitude_squared=True)
    features = tf.raw_ops.Mfcc(spectrogram=spectrogram, sample_rate=RATE, dct_coefficient_count=40)
    return {"mfcc": _rows(features[0])}


def _of_speechpy(sound: Any, step: int, bands: int) -> tuple[Any, Any]:
    """The energies of bands and of frames, as the version 4 of Edge Impulse's blocks makes them with its copy of
    speechpy: also the last frame that is whole counts, and corners are of the size of the transform, which
    speechpy's `filterbanks` does with the argument that the spectrum has as many rows."""
    from scipy.fft import rfftfreq  # type: ignore[import-untyped,import-not-found,unused-ignore]
    from speechpy import feature, functions, processing  # type: ignore[import-not-found,unused-ignore]

    size, rows = 256, len(rfftfreq(256))
    frames = np.lib.stride_tricks.sliding_window_view(processing.preemphasis(sound, cof=0.98, shift=1), 320)[::step]
    power = processing.power_spectrum(frames, size)
    weights = feature.filterbanks(bands, size, RATE, low_freq=1e-9)[:, :rows]
    return functions.zero_handling(power @ weights.T), functions.zero_handling(power.sum(axis=1))


def _of_edge_impulse_mfe(sound: Any) -> dict[str, Any]:
    energies = _of_speechpy((sound / 2**15).astype(np.float32), 160, 40)[0]
    shares = np.clip((10 * np.log10(energies) + 52) / (52 + 12), 0, 1)
    return {"log_mel": _rows(np.around(shares * 256) / 256)}


def _of_edge_impulse_mfcc(sound: Any) -> dict[str, Any]:
    from scipy.fftpack import dct  # type: ignore[import-untyped,import-not-found,unused-ignore]
    from speechpy import processing  # type: ignore[import-not-found,unused-ignore]

    np.lib.pad = np.pad  # type: ignore[attr-defined]  # speechpy asks for it by its former name
    energies, whole = _of_speechpy(sound.astype(float), 320, 32)
    coefficients = dct(np.log(energies), type=2, axis=-1, norm="ortho")[:, :13]
    coefficients[:, 0] = np.log(whole)
    return {"mfcc": _rows(processing.cmvnw(coefficients, win_size=101, variance_normalization=True))}


def main(names: Sequence[str]) -> None:
    real = SOUND.astype(np.float32) / np.float32(32768)
    makers: Mapping[str, Callable[[], Mapping[str, Any]]] = {
        "librosa": lambda: _of_librosa(real),
        "keras": lambda: _of_keras(real),
        "python_speech_features": lambda: _of_speech(SOUND),
        "micro_frontend": lambda: _of_micro(SOUND),
        "mlperf_tiny": lambda: _of_tensorflow(SOUND),
        "speech_commands": lambda: _of_speech_commands(SOUND),
        "edge_impulse_mfe": lambda: _of_edge_impulse_mfe(SOUND),
        "edge_impulse_mfcc": lambda: _of_edge_impulse_mfcc(SOUND),
    }
    before = json.loads(PATH.read_text(encoding="utf-8"))
    library = {name: make() if not names or name in names else before[name] for name, make in makers.items()}
    lines = [f'  "{name}": {json.dumps(features)}' for name, features in library.items()]
    PATH.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
