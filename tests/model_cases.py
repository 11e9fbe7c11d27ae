"""The small models of tests/models with the answers of TensorFlow Lite's reference kernels, for every test to use."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "models"
REFUSED_FOLDER = FOLDER / "refused"


@dataclass(frozen=True)
class Run:
    """One run: the bytes of each input and of each output, in the model's order."""

    inputs: tuple[bytes, ...]
    outputs: tuple[bytes, ...]


@dataclass(frozen=True)
class ModelCase:
    """A model that compiles. The name says operator, type (f32 or i8) and what is particular about it."""

    name: str
    data: bytes
    runs: tuple[Run, ...]


@dataclass(frozen=True)
class RefusedCase:
    """A good model that Anvil cannot compile yet; `unsupported` are operator, types and count."""

    name: str
    data: bytes
    unsupported: tuple[tuple[str, str, int], ...]


def model_cases() -> tuple[ModelCase, ...]:
    """All of them, by name."""
    return tuple(_case(path) for path in sorted(FOLDER.glob("*.tflite")))


def refused_cases() -> tuple[RefusedCase, ...]:
    return tuple(_refused(path) for path in sorted(REFUSED_FOLDER.glob("*.tflite")))


def all_models() -> tuple[bytes, ...]:
    """The files of all of them, those that are refused as well."""
    return tuple(case.data for case in model_cases()) + tuple(case.data for case in refused_cases())


def _case(path: Path) -> ModelCase:
    runs = json.loads(path.with_suffix(".json").read_text())["runs"]
    return ModelCase(
        path.stem,
        path.read_bytes(),
        tuple(Run(_bytes(run["inputs"]), _bytes(run["outputs"])) for run in runs),
    )


def _refused(path: Path) -> RefusedCase:
    unsupported = json.loads(path.with_suffix(".json").read_text())["unsupported"]
    return RefusedCase(
        path.stem, path.read_bytes(), tuple((item["op"], item["types"], item["count"]) for item in unsupported)
    )


def _bytes(texts: list[str]) -> tuple[bytes, ...]:
    return tuple(base64.b64decode(text) for text in texts)
