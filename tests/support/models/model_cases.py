"""The small models of `reference`, with the answers of TensorFlow Lite's reference kernels."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.support.packed import read_packed

FOLDER = Path(__file__).resolve().with_name("reference")
COMPILED = FOLDER / "compiled.zip"
"""Pairs of a model, `NAME.tflite`, and the answers of the reference kernels, `NAME.json`."""
KERAS = FOLDER / "keras.zip"
"""Pairs of a recurrent model as Keras exports it, and the answers of the reference kernels."""
ARCHITECTURES = FOLDER / "architectures.zip"
"""Pairs of a whole network as Keras exports it (`architectures`), and the answers of the reference kernels."""
REFUSED = FOLDER / "refused.zip"
"""Pairs of a model, `NAME.tflite`, and what of it Anvil lacks, `NAME.json`."""


_ELEMENT = re.compile(r"(.*?_(?:f32|f16|i8|u8|i16|i32|i64|bool))(?:_|$)")
"""A model's name up to the element that its operator computes with."""


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


@cache
def model_cases() -> tuple[ModelCase, ...]:
    """Returns all cases by name."""
    return tuple(_case(name, data, json.loads(text)) for name, data, text in _pairs(COMPILED))


def family_of(case: ModelCase) -> str:
    """The operator and the element of a model, which most often are what a kernel is for."""
    match = _ELEMENT.match(case.name)
    return match[1] if match else case.name


def by_operator(cases: Iterable[ModelCase]) -> dict[str, list[ModelCase]]:
    """Cases for a test of each operator: a test of each case would take longer to begin than to run."""
    operators: dict[str, list[ModelCase]] = {}
    for case in cases:
        operators.setdefault(family_of(case).rpartition("_")[0], []).append(case)
    return operators


@cache
def keras_cases() -> tuple[ModelCase, ...]:
    """Returns the cases that Keras exported, by name."""
    return tuple(_case(name, data, json.loads(text)) for name, data, text in _pairs(KERAS))


@cache
def architecture_cases() -> tuple[ModelCase, ...]:
    """Whole networks, by name; the name ends in the form."""
    return tuple(_case(name, data, json.loads(text)) for name, data, text in _pairs(ARCHITECTURES))


@cache
def refused_cases() -> tuple[RefusedCase, ...]:
    """Returns all refused cases by name."""
    return tuple(_refused(name, data, json.loads(text)) for name, data, text in _pairs(REFUSED))


def compiled_model(name: str) -> bytes:
    """The file of a model that compiles."""
    return read_packed(COMPILED)[f"{name}.tflite"]


def all_models() -> tuple[bytes, ...]:
    """The files of all of them, those that are refused as well."""
    return tuple(case.data for case in model_cases()) + tuple(case.data for case in refused_cases())


@cache
def _pairs(pack: Path) -> tuple[tuple[str, bytes, bytes], ...]:
    files = read_packed(pack)
    names = sorted(name.removesuffix(".tflite") for name in files if name.endswith(".tflite"))
    return tuple((name, files[f"{name}.tflite"], files[f"{name}.json"]) for name in names)


def _case(name: str, data: bytes, description: dict[str, Any]) -> ModelCase:
    return ModelCase(
        name, data, tuple(Run(_bytes(run["inputs"]), _bytes(run["outputs"])) for run in description["runs"])
    )


def _refused(name: str, data: bytes, description: dict[str, Any]) -> RefusedCase:
    return RefusedCase(
        name, data, tuple((item["op"], item["types"], item["count"]) for item in description["unsupported"])
    )


def _bytes(texts: list[str]) -> tuple[bytes, ...]:
    return tuple(base64.b64decode(text) for text in texts)
