"""Damaged ONNX files are translated or refused by name: no other exception, no crash of the process, no hang."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

MODELS = Path(__file__).resolve().parent.parent / "models" / "onnx"
REPOSITORY = MODELS.parents[3]
SECONDS_A_FILE = 0.5
"""At most, on average; most take a fiftieth."""

CODE = """
import json, random, resource, sys
from pathlib import Path
from lab.formats.onnx.reading import read_onnx
from lab.formats.onnx.translating import fix_shapes, translate
from lab.refusal import Refused

source, first, count, folder = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])
resource.setrlimit(resource.RLIMIT_DATA, (2 << 30, 2 << 30))
original = source.read_bytes()
path = folder / "damaged"
outcomes = {}
for seed in range(first, first + count):
    draw = random.Random(seed)
    data = bytearray(original)
    for _ in range(draw.choice([1, 1, 2, 8, 40])):
        place = draw.randrange(len(data))
        match draw.randrange(4):
            case 0: data[place] = draw.randrange(256)
            case 1: data[place] ^= 1 << draw.randrange(8)
            case 2: data[place:place + 4] = draw.choice([bytes(4), b"\\xff" * 4, b"\\x01\\x02\\x03\\x04"])
            case 3: del data[place:place + draw.randrange(1, 64)]
    path.write_bytes(bytes(data))
    print(seed, file=sys.stderr, flush=True)
    try:
        translate(fix_shapes(read_onnx(path), {}))
        outcome = "translated"
    except Refused as refused:
        outcome = refused.reason.value
    outcomes[outcome] = outcomes.get(outcome, 0) + 1
print(json.dumps(outcomes))
"""


def outcomes(name: str, count: int, folder: Path) -> dict[str, int]:
    """How many of `count` damaged files had which outcome. Fails with the seed of a file that ended the process."""
    command = [sys.executable, "-c", CODE, str(MODELS / name), "1", str(count), str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
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
@pytest.mark.protects("models-in/onnx-bomb")
def test_damaged_files_are_translated_or_refused(tmp_path: Path) -> None:
    counts = outcomes("unet.onnx", 60, tmp_path)
    assert sum(counts.values()) == 60
    assert counts["broken"] > 5
    assert list(tmp_path.iterdir()) == [tmp_path / "damaged"]


@pytest.mark.proof
@pytest.mark.protects("models-in/onnx-bomb")
@pytest.mark.parametrize("name", ["unet.onnx", "attention.onnx", "shuffle.onnx", "gru.onnx", "words.onnx"])
def test_many_damaged_files_are_translated_or_refused(name: str, tmp_path: Path) -> None:
    counts = outcomes(name, 5000 if name == "unet.onnx" else 1000, tmp_path)
    assert sum(counts.values()) in (1000, 5000)
    assert list(tmp_path.iterdir()) == [tmp_path / "damaged"]
