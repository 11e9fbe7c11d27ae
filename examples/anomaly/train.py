"""Learns what the fan sounds like by the recipe `sound-autoencoder` and measures it. See README.md for what it needs.

python examples/anomaly/train.py --cache /tmp/anomaly
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from itertools import pairwise, product
from multiprocessing import Pool
from pathlib import Path

import numpy as np
import yaml
from machine import FAULTS, RATE, recording
from numpy.typing import NDArray

from rune.assessment.evaluation.recorded_tensors import RecordedTensors, tensor_array
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.datasets.content.wav import wav_bytes
from rune.port import Port
from rune.project.files import MemoryFiles

HERE = Path(__file__).parent
SEED = 41
SECONDS = 20
"""The seconds of each recording."""
RECORDINGS = {"train": (1, 240), "validation": (2, 120), "test": (3, 60)}
"""The number of a split in the seeds, and its recordings of the fan in good order."""
STRENGTHS = (-10, -5, 0)
"""The strengths of the faults, in dB against the sound of the fan."""
FAULTY_EACH = 20
"""Recordings of each fault and strength."""

Sound = NDArray[np.int16]


def write_samples(folder: Path) -> None:
    """Writes the fan in good order, below folders of the splits."""
    places = [(folder, split, number) for split, (_, count) in RECORDINGS.items() for number in range(count)]
    for split in RECORDINGS:
        (folder / split / "normal").mkdir(parents=True)
    with Pool() as pool:
        pool.starmap(_write_sample, places, chunksize=8)


def _write_sample(folder: Path, split: str, number: int) -> None:
    (folder / split / "normal" / f"{number:03}.wav").write_bytes(wav(normal(split, number)))


def normal(split: str, number: int) -> Sound:
    seed, _ = RECORDINGS[split]
    return recording(SECONDS, np.random.default_rng([SEED, seed, number]))


def faulty(fault: str, strength: int, number: int) -> Sound:
    """The fan with a fault that begins in the middle."""
    rng = np.random.default_rng([SEED, 4, FAULTS.index(fault), strength + 100, number])
    return recording(SECONDS, rng, fault=fault, strength=strength, since=SECONDS / 2)


def wav(sound: Sound) -> bytes:
    return wav_bytes(RATE, sound.astype("<i2").tobytes())


class Listener:
    """The rune of a project, and the times of its alarms."""

    def __init__(self, runefile: str, model: bytes) -> None:
        stages = yaml.safe_load(runefile)["pipeline"]
        self._window = stages["spectrogram"]["args"]
        self._step = stages["sound"]["args"]["sample_duration_ms"] / 1000
        port = Port("alarm", 0)
        project = MemoryFiles({"Runefile.yml": runefile.encode(), "anomaly.tflite": model})
        rune = build(project, BuildOptions("anomaly", watched=(port,))).rune
        self._tensors = RecordedTensors(rune, lambda loaded_rune, _: tensor_array(loaded_rune.watched[port].tensors[0]))

    def alarms(self, sound: Sound) -> list[float]:
        """The seconds of sound after which an alarm began."""
        is_on = [False, *(bool(each.item()) for each in self._tensors.windows(wav(sound)))]
        begins = [place for place, (before, now) in enumerate(pairwise(is_on)) if now and not before]
        return [self._step * (self._window["size"] + place * self._window["hop"]) for place in begins]


def measure(listener: Listener) -> dict[str, object]:
    """Judges the listener by recordings that it never heard. A fault counts as caught if an alarm began after it
    did."""
    _, count = RECORDINGS["test"]
    caught_shares: dict[str, dict[str, float]] = {fault: {} for fault in FAULTS}
    delays: list[float] = []
    with Pool() as pool:
        sounds = pool.starmap(normal, [("test", number) for number in range(count)])
        false = sum(len(listener.alarms(sound)) for sound in sounds)
        for fault, strength in product(FAULTS, STRENGTHS):
            sounds = pool.starmap(faulty, [(fault, strength, number) for number in range(FAULTY_EACH)])
            late = [[each - SECONDS / 2 for each in listener.alarms(sound) if each > SECONDS / 2] for sound in sounds]
            first = [own[0] for own in late if own]
            caught_shares[fault][f"{strength} dB"] = round(len(first) / FAULTY_EACH, 3)
            delays += first
    return {
        "trained_on_minutes": RECORDINGS["train"][1] * SECONDS // 60,
        "normal_minutes": count * SECONDS // 60,
        "false_alarms": false,
        "recordings_each": FAULTY_EACH,
        "caught": caught_shares,
        "median_delay_seconds": round(float(np.median(delays)), 1) if delays else "none",
    }


def write_example(path: Path) -> None:
    """Twelve seconds that the page plays: the fan, and from the middle on a worn bearing."""
    sound = recording(12, np.random.default_rng([SEED, 5]), fault="worn bearing", strength=0, since=6)
    path.write_bytes(wav(sound))


def main() -> None:
    parser = argparse.ArgumentParser(description="Learns the anomaly model by its recipe and measures it.")
    parser.add_argument("--cache", type=Path, required=True, help="folder for what is made on the way, about 270 MB")
    parser.add_argument("--out", type=Path, default=HERE, help="where the model, its Runefile and figures go")
    options = parser.parse_args()
    project = options.cache / "fan"
    if not project.exists():
        write_samples(project / "samples")
    (project / "forge.yml").write_bytes((HERE / "forge.yml").read_bytes())
    # A child of its own learns; rune train goes on from its last checkpoint when it is called again.
    subprocess.run([sys.executable, "-m", "rune.tools.cli", "train", str(project), "--runefile"], check=True)

    model = (project / "anomaly.tflite").read_bytes()
    runefile = (project / "Runefile.yml").read_text(encoding="utf-8").replace("\n  answer:\n", "\n  status:\n")
    thresholds = {name: float(re.findall(rf"^      {name}: (.+)$", runefile, re.M)[0]) for name in ("on", "off")}
    quality = {"model_bytes": len(model), "thresholds": thresholds, **measure(Listener(runefile, model))}
    (options.out / "anomaly.tflite").write_bytes(model)
    (options.out / "Runefile.yml").write_text(runefile, encoding="utf-8")
    (options.out / "quality.json").write_text(json.dumps(quality, indent=2) + "\n", encoding="utf-8")
    write_example(options.out / "fan.wav")
    print(json.dumps(quality, indent=2))


if __name__ == "__main__":
    main()
