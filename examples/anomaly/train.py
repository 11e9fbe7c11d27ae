"""Trains the anomaly model on normal sound alone and measures it. See README.md for what it needs.

    python examples/anomaly/train.py --cache /tmp/anomaly
    python examples/anomaly/train.py --cache /tmp/my-fan --recordings my-fan/ --out my-project/

With `--recordings`, a folder of wav files (16 kHz, 16-bit, mono) of one's own machine in good order, the model learns
that one.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from machine import FAULTS, RATE, recording
from numpy.typing import NDArray

from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.project.files import MemoryFiles
from rune.running.runtime import LoadedRune, Runtime

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent))  # training.py, which the templates share
SEED = 41
WINDOW, MEAN_OF = 16_000, 3
FRAMES, BANDS = 14, 40
_SECONDS = 20
_BATCH = 64
_STRENGTHS = (-10, -5, 0)
"""Of the faults in the test, in dB against the machine."""
_FEATURES = """
version: 1
image: runicos/base
pipeline:
  audio:
    capability: SOUND
    outputs: [{type: i16, dimensions: [16000]}]
    args: {hz: 16000, sample_duration_ms: 1000}
  spectrum:
    proc-block: log_mel
    inputs: [audio]
    outputs: [{type: f32, dimensions: [14, 40]}]
    args: {preset: python_speech_features, frame: 512, step: 1280, bands: 40, low: 60}
  features:
    proc-block: scale
    inputs: [spectrum]
    outputs: [{type: f32, dimensions: [14, 40]}]
    args: {factor: 0.125, offset: -1.5}
  out:
    out: TENSOR
    inputs: [features]
"""

Features = NDArray[np.float32]


def front_end() -> LoadedRune:
    """The blocks of the template before its model, so that training and the rune see the same bits."""
    return Runtime.load(build(MemoryFiles({"Runefile.yml": _FEATURES.encode()}), BuildOptions("features")).rune)


def features_of(rune: LoadedRune, sound: NDArray[np.int16]) -> Features:
    """f32[n, 14, 40] of the windows of a sound, one behind the other."""
    (capability,) = rune.capabilities
    starts = range(0, len(sound) - WINDOW + 1, WINDOW)
    messages = [rune.call({capability.id: sound[start : start + WINDOW].tobytes()})[0] for start in starts]
    return np.array([list(message.tensors[0].elements) for message in messages], np.float32).reshape(-1, FRAMES, BANDS)


def normal_sounds(seed: int, count: int) -> Iterator[NDArray[np.int16]]:
    for number in range(count):
        yield recording(_SECONDS, np.random.default_rng([SEED, seed, number]))


def recorded(folder: Path) -> list[NDArray[np.int16]]:
    """The wav files of a folder. Raises ValueError where one has another format or there are too few seconds."""
    sounds = []
    for path in sorted(folder.glob("*.wav")):
        with wave.open(str(path)) as reader:
            form = (reader.getframerate(), reader.getsampwidth(), reader.getnchannels())
            if form != (RATE, 2, 1):
                raise ValueError(f"{path} must be 16-bit mono of {RATE} Hz; it has {form[0]} Hz, {8 * form[1]} bits, "
                                 f"{form[2]} channels")  # fmt: skip
            sounds.append(np.frombuffer(reader.readframes(reader.getnframes()), "<i2"))
    seconds = sum(len(sound) for sound in sounds) / RATE
    if seconds < 120:
        raise ValueError(f"{folder} has {seconds:.0f} s of sound; record at least 120 s of the machine in good order")
    return sounds


def network(batch: int | None):  # type: ignore[no-untyped-def]
    """The mean of a second in each band, and the same drawn again through a bottleneck of six numbers."""
    import keras

    source = keras.Input(batch_shape=(batch, FRAMES, BANDS))
    pooled = keras.layers.Reshape((FRAMES, 1, BANDS))(source)
    pooled = keras.layers.AveragePooling2D((FRAMES, 1))(pooled)
    pooled = keras.layers.Reshape((BANDS,))(pooled)
    x = pooled
    for units in (64, 6, 64):
        x = keras.layers.Dense(units, use_bias=False)(x)
        x = keras.layers.BatchNormalization(momentum=0.97)(x)
        if units > 6:
            x = keras.layers.ReLU()(x)
    return keras.Model(source, [pooled, keras.layers.Dense(BANDS)(x)])


def train(windows: Features, epochs: int):  # type: ignore[no-untyped-def]
    import keras
    from training import drawn, new

    model = new(network, SEED)
    pooled, predicted = model.outputs
    model = keras.Model(model.input, keras.layers.Subtract()([predicted, pooled]))
    steps = len(windows) // _BATCH
    schedule = keras.optimizers.schedules.CosineDecay(2e-3, epochs * steps)
    model.compile(optimizer=keras.optimizers.Adam(schedule), loss="mse")

    def batches() -> Iterator[tuple[Features, Features]]:
        nothing = np.zeros((_BATCH, BANDS), np.float32)
        for chosen in drawn(len(windows), _BATCH, np.random.default_rng([SEED, 9])):
            yield windows[chosen], nothing

    model.fit(batches(), steps_per_epoch=steps, epochs=epochs, verbose=2)
    return model


class Errors:
    """The converted model and `mse`, as the rune computes them."""

    def __init__(self, model: bytes) -> None:
        from training import Converted

        self._model = Converted(model)

    def steady(self, windows: Features) -> NDArray[np.float64]:
        """The mean of the last three errors at each window."""
        single = np.array([self._error(window) for window in windows])
        return np.array([single[max(0, k - MEAN_OF + 1) : k + 1].mean() for k in range(len(single))])

    def _error(self, window: Features) -> float:
        first, second = self._model.outputs(window)
        return float(np.mean((first - second) ** 2))


def thresholds(errors: Errors, validation: list[Features]) -> tuple[float, float]:
    """On: a tenth above the greatest score of normal sound that was not trained on; off: above 99 % of it."""
    scores = np.concatenate([errors.steady(each) for each in validation])
    return round(1.1 * float(scores.max()), 4), round(float(np.quantile(scores, 0.99)), 4)


def alarms(scores: NDArray[np.float64], on: float, off: float) -> list[int]:
    """The windows at which hysteresis switches on."""
    places, is_on = [], False
    for place, score in enumerate(scores):
        if not is_on and score >= on:
            places.append(place)
        is_on = score >= (off if is_on else on)
    return places


def measure(rune: LoadedRune, errors: Errors, on: float, off: float, count: int) -> dict[str, object]:
    """Recordings of 20 s of the same fan that it never heard; faults begin in the middle and are caught after that."""
    normal = [errors.steady(features_of(rune, sound)) for sound in normal_sounds(3, 3 * count)]
    caught: dict[str, dict[str, float]] = {}
    delays: list[float] = []
    for number, fault in enumerate(FAULTS):
        caught[fault] = {}
        for strength in _STRENGTHS:
            detected = 0
            for k in range(count):
                rng = np.random.default_rng([SEED, 4, number, strength + 100, k])
                sound = recording(_SECONDS, rng, fault=fault, strength=strength, since=_SECONDS / 2)
                places = alarms(errors.steady(features_of(rune, sound)), on, off)
                late = [(place + 1) * WINDOW / RATE - _SECONDS / 2 for place in places]
                late = [delay for delay in late if delay > 0]
                detected += bool(late)
                delays += late[:1]
            caught[fault][f"{strength} dB"] = round(detected / count, 3)
    false = sum(len(alarms(scores, on, off)) for scores in normal)
    return {
        "normal_minutes": round(3 * count * _SECONDS / 60),
        "false_alarms": false,
        "recordings_each": count,
        "caught": caught,
        "median_delay_seconds": round(float(np.median(delays)), 1) if delays else "none",
    }


def write_thresholds(runefile: Path, on: float, off: float) -> None:
    """Puts both into the block `hysteresis` of the Runefile; nothing else of it changes."""
    text = runefile.read_text(encoding="utf-8")
    changed, count = re.subn(r"( +)on: [0-9.]+\n +off: [0-9.]+\n", rf"\g<1>on: {on}\n\g<1>off: {off}\n", text)
    if count != 1:
        raise ValueError(f"{runefile} must have one block with `on` and `off`, one line each; it has {count}")
    runefile.write_text(changed, encoding="utf-8")


def write_example(path: Path) -> None:
    """Twelve seconds that the page plays: the fan, and from the middle on a worn bearing."""
    sound = recording(12, np.random.default_rng([SEED, 5]), fault="worn bearing", strength=0, since=6)
    with wave.open(str(path), "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(RATE)
        writer.writeframes(sound.astype("<i2").tobytes())


def main() -> None:
    parser = argparse.ArgumentParser(description="Trains the anomaly model and measures it.")
    parser.add_argument("--cache", type=Path, required=True, help="folder for features, about 20 MB")
    parser.add_argument("--recordings", type=Path, help="wav files of your own machine in good order")
    parser.add_argument("--normal", type=int, default=120, help="how many recordings of 20 s are made to learn from")
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--out", type=Path, default=HERE, help="the project whose model and thresholds are replaced")
    options = parser.parse_args()
    options.cache.mkdir(parents=True, exist_ok=True)

    rune = front_end()
    sounds = list(normal_sounds(1, options.normal)) if options.recordings is None else recorded(options.recordings)
    each = [features_of(rune, sound) for sound in sounds]
    if options.recordings is None:
        validation = [features_of(rune, sound) for sound in normal_sounds(2, 30)]
    else:  # the last fifth of each recording
        validation = [part[len(part) * 4 // 5 :] for part in each]
        each = [part[: len(part) * 4 // 5] for part in each]
    windows = np.concatenate(each)
    from training import to_tflite

    converted = to_tflite(network, train(windows, options.epochs).get_weights(), windows[::7][:800])
    errors = Errors(converted)
    on, off = thresholds(errors, validation)
    (options.out / "anomaly.tflite").write_bytes(converted)
    write_thresholds(options.out / "Runefile.yml", on, off)
    quality: dict[str, object] = {"model_bytes": len(converted), "thresholds": {"on": on, "off": off}}
    if options.recordings is None:
        quality |= {"trained_on_minutes": options.normal * _SECONDS // 60, **measure(rune, errors, on, off, 20)}
        write_example(options.out / "fan.wav")
    (options.out / "quality.json").write_text(json.dumps(quality, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(quality, indent=2))


if __name__ == "__main__":
    main()
