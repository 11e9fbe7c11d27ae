"""Damaged files of a format, read in a process that is watched: `python -m tests.lab.formats.fuzzing FORMAT SOURCE
COUNT FOLDER` prints how many of them had which outcome."""

from __future__ import annotations

import io
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from lab.refusal import Refused
from tests.lab.formats.canaries import watch

REPOSITORY = Path(__file__).resolve().parents[3]
SECONDS_A_FILE = 0.5
"""The most seconds, on average; most files take a fiftieth."""
MEMORY = 2 << 30
WHOLE = 0.2
"""The share of archives that are damaged as a whole; of the others an entry is, in an archive that can be read."""
_WORDS = (bytes(4), b"\xff" * 4, b"\x01\x02\x03\x04", b"\x00\x00\x00\x80")


def outcomes(format_: str, source: Path, count: int, folder: Path) -> dict[str, int]:
    """Counts how many of `count` damaged files had which outcome. Fails with the seed of a file that ended the
    process, by a crash or by something that a reader must not do."""
    command = [sys.executable, "-m", "tests.lab.formats.fuzzing", format_, str(source), str(count), str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "HDF5_PLUGIN_PATH": "::"}
    process = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        cwd=folder,
        timeout=20 + count * SECONDS_A_FILE,
    )
    assert process.returncode == 0, process.stderr[-1500:]
    counts: dict[str, int] = json.loads(process.stdout)
    return counts


def damaged(data: bytes, draw: random.Random) -> bytes:
    """The bytes with one to forty faults."""
    changed = bytearray(data)
    for _ in range(draw.choice([1, 1, 2, 8, 40])):
        if not changed:
            break
        place = draw.randrange(len(changed))
        match draw.randrange(4):
            case 0:
                changed[place] = draw.randrange(256)
            case 1:
                changed[place] ^= 1 << draw.randrange(8)
            case 2:
                changed[place : place + 4] = draw.choice(_WORDS)
            case _:
                del changed[place : place + draw.randrange(1, 64)]
    return bytes(changed)


def damaged_archive(data: bytes, draw: random.Random) -> bytes:
    """A ZIP file in which one entry is damaged."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w") as new:
        names = old.namelist()
        target = draw.choice(names)
        for name in names:
            entry = old.read(name)
            new.writestr(name, damaged(entry, draw) if name == target else entry)
    return buffer.getvalue()


def _read_keras(path: Path, _: Path) -> None:
    from lab.formats.keras.reading import read_keras

    read_keras(path)


def _read_onnx(path: Path, _: Path) -> None:
    from lab.formats.onnx.reading import read_onnx
    from lab.formats.onnx.translating import fix_shapes, translate

    translate(fix_shapes(read_onnx(path), {}))


def _read_learners(path: Path, _: Path) -> None:
    """A file of skl2onnx: without its labels, as layers or as trees."""
    from lab.formats.onnx.labels import without_labels
    from lab.formats.onnx.operators.learners import TREE_OPERATORS
    from lab.formats.onnx.reading import read_onnx
    from lab.formats.onnx.translating import fix_shapes, translate
    from lab.formats.onnx.trees.converting import converted_trees

    model = fix_shapes(without_labels(read_onnx(path)).model, {})
    if any(node.op in TREE_OPERATORS for node in model.nodes):
        converted_trees(model)
    else:
        translate(model)


def _read_savedmodel(path: Path, folder: Path) -> None:
    from lab.formats.savedmodel.packing import unpack
    from lab.formats.savedmodel.reading import check_graphs

    target = folder / "unpacked"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    check_graphs((unpack(path, target) / "saved_model.pb").read_bytes())


def _read_tflite(path: Path, _: Path) -> None:
    """All that is read of a float model before the interpreter gets it, and what its rune needs."""
    from lab.quantize.figures import figures_of
    from lab.quantize.layers import layers_of
    from lab.quantize.step import read_float_model
    from rune.model.tflite import signature

    data = path.read_bytes()
    model = read_float_model(data)
    layers_of(model)
    signature(model)
    figures_of(data)


def _read_pt2(path: Path, _: Path) -> None:
    from lab.formats.pt2.converting import fix_program
    from lab.formats.pt2.reading import read_pt2

    fix_program(read_pt2(path), {})


READERS: Mapping[str, Callable[[Path, Path], None]] = {
    "keras": _read_keras,
    "learners": _read_learners,
    "onnx": _read_onnx,
    "pt2": _read_pt2,
    "savedmodel": _read_savedmodel,
    "tflite": _read_tflite,
}


def main(format_: str, source: Path, count: int, folder: Path) -> dict[str, int]:
    """Reads the damaged files, one after another."""
    original = source.read_bytes()
    read = READERS[format_]
    path = folder / "damaged"
    path.write_bytes(original)
    read(path, folder)  # whole, it is read, and everything that reading needs is imported
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    watch(folder)
    is_archive = zipfile.is_zipfile(io.BytesIO(original))
    counts: dict[str, int] = {}
    for seed in range(1, count + 1):
        draw = random.Random(seed)
        is_entry = is_archive and draw.random() >= WHOLE
        path.write_bytes(damaged_archive(original, draw) if is_entry else damaged(original, draw))
        print(seed, file=sys.stderr, flush=True)
        try:
            read(path, folder)
            outcome = "read"
        except Refused as refused:
            outcome = refused.reason.value
        counts[outcome] = counts.get(outcome, 0) + 1
    return counts


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))))
