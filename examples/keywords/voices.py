"""Speech by Flite and Festival, and other speakers made of it by WORLD.

Needs Debian's flite, festival, festvox-kallpc16k, festvox-kdlpc16k and festvox-us-slt-hts, and `pyworld-prebuilt` from
the Python index. eSpeak has many more voices, but they sound alike; these keep a model from learning its manner.
"""

from __future__ import annotations

import subprocess
import tempfile
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyworld
from numpy.typing import NDArray
from scipy.signal import resample_poly

Sound = NDArray[np.int16]

FLITE = ("kal16", "awb", "rms", "slt")
FESTIVAL = ("kal_diphone", "ked_diphone", "cmu_us_slt_arctic_hts")


@dataclass(frozen=True)
class Line:
    """One text for one voice; `stretch` above 1 is slower."""

    text: str
    voice: str
    stretch: float


def say_with_flite(lines: list[Line]) -> list[Sound]:
    """Each line at 16 kHz."""
    sounds = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "word.wav"
        for line in lines:
            stretch = f"duration_stretch={line.stretch:.3f}"
            command = ["flite", "-voice", line.voice, "--setf", stretch, "-t", line.text, "-o", str(path)]
            subprocess.run(command, check=True, capture_output=True)
            sounds.append(read_wave(path))
    return sounds


def say_with_festival(lines: list[Line]) -> list[Sound]:
    """Each line at 16 kHz; one Festival for all of them."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        script = []
        for number, line in enumerate(lines):
            script.append(f"(voice_{line.voice})")
            script.append(f"(Parameter.set 'Duration_Stretch {line.stretch:.3f})")
            script.append(f'(utt.save.wave (utt.synth (Utterance Text "{line.text}")) "{folder}/{number}.wav" \'riff)')
        (folder / "all.scm").write_text("\n".join(script), encoding="ascii")
        subprocess.run(["festival", "--batch", str(folder / "all.scm")], check=True, capture_output=True)
        return [read_wave(folder / f"{number}.wav") for number in range(len(lines))]


def other_speaker(sound: Sound, rng: np.random.Generator) -> Sound:
    """The same word by somebody else: another length of the vocal tract, pitch, breath and pace."""
    samples = sound.astype(np.float64) / 32768
    samples += rng.normal(0, 1e-5, len(samples))
    pitch, times = pyworld.dio(samples, 16_000)
    pitch = pyworld.stonemask(samples, pitch, times, 16_000)
    envelope = pyworld.cheaptrick(samples, pitch, times, 16_000)
    breath = pyworld.d4c(samples, pitch, times, 16_000)

    bins = envelope.shape[1]
    places = np.minimum(np.arange(bins) / rng.uniform(0.8, 1.25), bins - 1)
    pace = np.sort(np.cumsum(np.exp(rng.normal(0, 0.25, 5))))
    warp = np.interp(np.linspace(0, 1, int(len(times) * rng.uniform(0.75, 1.35))), np.linspace(0, 1, 5), pace)
    frames = (warp - warp[0]) / (warp[-1] - warp[0]) * (len(times) - 1)
    nearest = np.round(frames).astype(int)

    envelope = np.stack([np.interp(places, np.arange(bins), row) for row in envelope[nearest]])
    breath = np.clip(breath[nearest] * rng.uniform(0.9, 1.0) + rng.uniform(0, 0.3) ** 2, 0, 1)
    pitch = pitch[nearest] * 2 ** rng.uniform(-0.8, 0.8)
    pitch[pitch > 600] = 600
    if rng.random() < 0.05:
        pitch = np.zeros_like(pitch)
    wave = pyworld.synthesize(
        np.ascontiguousarray(pitch), np.ascontiguousarray(envelope), np.ascontiguousarray(breath), 16_000
    )
    peak = max(float(np.abs(wave).max()), 1e-6)
    return (wave / peak * 24_000).astype(np.int16)


def read_wave(path: Path) -> Sound:
    """A mono 16 bit recording of any usual rate, at 16 kHz."""
    with wave.open(str(path)) as reader:
        rate = reader.getframerate()
        samples = np.frombuffer(reader.readframes(reader.getnframes()), "<i2").reshape(-1, reader.getnchannels())[:, 0]
    if rate == 16_000:
        return samples.astype(np.int16)
    divisor = int(np.gcd(rate, 16_000))
    resampled_sound = resample_poly(samples.astype(np.float32), 16_000 // divisor, rate // divisor)
    return np.clip(resampled_sound, -32768, 32767).astype(np.int16)
