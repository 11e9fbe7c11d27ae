"""Damaged Keras files are read or refused by name: no other exception, no crash of the process, no hang."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

MODELS = Path(__file__).resolve().parent.parent / "models"
REPOSITORY = MODELS.parents[2]
SECONDS_A_FILE = 0.5
"""At most, on average; most take a hundredth."""

CODE = """
import io, json, random, resource, sys, zipfile
from pathlib import Path
from lab.formats.keras.reading import read_keras
from lab.refusal import Refused

source, first, count, folder = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])
resource.setrlimit(resource.RLIMIT_DATA, (2 << 30, 2 << 30))
original = source.read_bytes()

def damaged(data, draw):
    data = bytearray(data)
    for _ in range(draw.choice([1, 1, 2, 8, 40])):
        place = draw.randrange(len(data))
        match draw.randrange(4):
            case 0: data[place] = draw.randrange(256)
            case 1: data[place] ^= 1 << draw.randrange(8)
            case 2: data[place:place + 4] = draw.choice([bytes(4), b"\\xff" * 4, b"\\x00\\x00\\x00\\x80"])
            case 3: del data[place:place + draw.randrange(1, 64)]
    return bytes(data)

def with_damaged_entry(draw):
    # The archive stays whole, so that what is damaged is the configuration or the weights.
    buffer = io.BytesIO()
    name = draw.choice(["config.json", "model.weights.h5"])
    with zipfile.ZipFile(io.BytesIO(original)) as old, zipfile.ZipFile(buffer, "w") as new:
        for entry in old.namelist():
            data = old.read(entry)
            new.writestr(entry, damaged(data, draw) if entry == name else data)
    return buffer.getvalue()

outcomes = {}
for seed in range(first, first + count):
    draw = random.Random(seed)
    is_archive = zipfile.is_zipfile(io.BytesIO(original))
    data = with_damaged_entry(draw) if is_archive and draw.random() < 0.8 else damaged(original, draw)
    path = folder / "damaged"
    path.write_bytes(data)
    print(seed, file=sys.stderr, flush=True)
    try:
        read_keras(path)
        outcome = "read"
    except Refused as refused:
        outcome = refused.reason.value
    outcomes[outcome] = outcomes.get(outcome, 0) + 1
print(json.dumps(outcomes))
"""


def outcomes(name: str, count: int, folder: Path) -> dict[str, int]:
    """How many of `count` damaged files had which outcome. Fails with the seed of a file that ended the process."""
    command = [sys.executable, "-c", CODE, str(MODELS / name), "1", str(count), str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "HDF5_PLUGIN_PATH": "::"}
    completed = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        cwd=folder,
        timeout=20 + count * SECONDS_A_FILE,
    )
    assert completed.returncode == 0, completed.stderr[-1500:]
    counts: dict[str, int] = json.loads(completed.stdout)
    return counts


@pytest.mark.slow
@pytest.mark.protects("models-in/keras-bomb")
@pytest.mark.parametrize("name", ["network.keras", "network.h5"])
def test_damaged_files_are_read_or_refused(name: str, tmp_path: Path) -> None:
    counts = outcomes(name, 60, tmp_path)
    assert sum(counts.values()) == 60
    assert counts["broken"] > 5
    assert list(tmp_path.iterdir()) == [tmp_path / "damaged"]


@pytest.mark.proof
@pytest.mark.protects("models-in/keras-bomb")
@pytest.mark.parametrize("name", ["network.keras", "network.h5"])
def test_many_damaged_files_are_read_or_refused(name: str, tmp_path: Path) -> None:
    counts = outcomes(name, 5000, tmp_path)
    assert sum(counts.values()) == 5000
    assert list(tmp_path.iterdir()) == [tmp_path / "damaged"]
