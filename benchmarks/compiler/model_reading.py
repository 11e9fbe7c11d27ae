"""Times reading a model, and refusing a file that is not one. `python -m benchmarks.compiler.model_reading FOLDER`."""

from __future__ import annotations

import random
import statistics
import struct
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rune.model.tflite import ModelError, read_model

RUNS = 21


@dataclass(frozen=True)
class Reading:
    """One file. `milliseconds` is the median; `answer` is what became of it."""

    name: str
    size: int
    milliseconds: float
    answer: str


def readings(folder: Path) -> Iterator[Reading]:
    """Every model of a folder; then what is refused: noise, and the largest of them cut or lied about."""
    models = {path.name: path.read_bytes() for path in sorted(folder.glob("*.tflite"))}
    for name, data in models.items():
        yield _reading(name, data)
    for name, data in _refused_files(max(models.values(), key=len)).items():
        yield _reading(name, data)


def table(rows: list[Reading]) -> str:
    """Returns the rows as Markdown."""
    lines = ["| file | bytes | milliseconds | |", "| --- | ---: | ---: | --- |"]
    lines += [f"| {row.name} | {row.size:,} | {row.milliseconds:.2f} | {row.answer} |" for row in rows]
    return "\n".join(lines)


def _refused_files(model: bytes) -> dict[str, bytes]:
    noise = random.Random(1).randbytes(1 << 20) * 64
    lying = bytearray(model)
    struct.pack_into("<I", lying, struct.unpack_from("<I", model, 0)[0], 0x7FFFFFFF)
    return {
        "64 MiB of noise": noise,
        "64 MiB of noise that starts like a model": noise[:4] + b"TFL3" + noise[8:],
        "64 MiB of zeros that start like a model": b"\x10\0\0\0TFL3" + bytes((64 << 20) - 8),
        "the largest model, cut in half": model[: len(model) // 2],
        "the largest model, its last bytes missing": model[:-16],
        "the largest model with a lying offset": bytes(lying),
    }


def _reading(name: str, data: bytes) -> Reading:
    times, answer = [], ""
    for _ in range(RUNS):
        start = time.perf_counter()
        try:
            answer = f"{len(read_model(data).operators)} operators"
        except ModelError as error:
            answer = f"refused at byte {error.offset}"
        times.append((time.perf_counter() - start) * 1000)
    return Reading(name, len(data), statistics.median(times), answer)


if __name__ == "__main__":
    print(table(list(readings(Path(sys.argv[1])))))
