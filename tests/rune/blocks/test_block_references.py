"""The golden vectors of blocks are what independent references give; RUNE_WRITE_BLOCK_VECTORS=1 writes them."""

from __future__ import annotations

import json
import math
import os
from collections import defaultdict
from typing import Any

import numpy as np
import pytest

from rune.blocks.catalogue import CATALOGUE
from tests.support.cases import each_case
from tests.support.compiler.block_module import Elements, vectors_of
from tests.support.compiler.block_references import (
    detections,
    drawings,
    images,
    learned,
    learners,
    motion,
    numbers,
    old_blocks,
    predictions,
    shapes,
    sound,
    texts,
    time,
)
from tests.support.compiler.block_references.case import Array, BlockCase, Fails

MODULES = (numbers, shapes, images, sound, motion, time, detections, predictions, learned, learners, texts)
REFERENCES = {name: reference for module in MODULES for name, reference in module.REFERENCES.items()}
HISTORIES = {**time.HISTORIES, **motion.HISTORIES, **sound.HISTORIES}
_NAMES = {"uint": "u", "int": "i", "float": "f"} | {kind: kind for kind in "uif"}


def _tensor(array: Array) -> dict[str, Any]:
    kind = array.dtype.name.rstrip("0123456789")
    type_ = f"{_NAMES[kind]}{array.dtype.itemsize * 8}[{', '.join(map(str, array.shape))}]"
    flat = array.reshape(-1)
    # The shortest decimal of an f32 is read back as the same f32.
    elements = [float(str(each)) for each in flat] if kind == "float" else [int(each) for each in flat]
    return {"type": type_, "elements": elements}


def _vector(case: BlockCase) -> dict[str, Any]:
    arguments = {each.name: each.default for each in CATALOGUE[case.block].arguments} | dict(case.arguments)
    vector: dict[str, Any] = {"name": case.name, "arguments": dict(case.arguments)}
    *before, last = case.runs
    if before:
        vector["before"] = [[_tensor(each) for each in run] for run in before]
    vector["inputs"] = [_tensor(each) for each in last]
    history = HISTORIES.get(case.block)
    with np.errstate(all="ignore"):
        try:
            outputs = history(arguments, case.runs) if history else REFERENCES[case.block](arguments, last)
        except Fails as failure:
            return vector | {"fails": str(failure)}
    vector["outputs"] = [_tensor(each) for each in outputs]
    return vector


def _listed() -> dict[str, list[BlockCase]]:
    by_block: dict[str, list[BlockCase]] = defaultdict(list)
    for module in MODULES:
        for case in module.CASES:
            by_block[case.block].append(case)
    return by_block


def _plain(value: Any) -> Any:
    """Returns the value with NaN as a word, so that it equals itself."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return "NaN" if isinstance(value, float) and math.isnan(value) else value


@each_case("block", sorted(_listed()))
def test_the_golden_vectors_are_what_the_reference_gives(block: str) -> None:
    path = CATALOGUE[block].folder / "golden.json"
    vectors = [_vector(case) for case in _listed()[block]]
    if os.environ.get("RUNE_WRITE_BLOCK_VECTORS"):
        lines = ",\n    ".join(json.dumps(vector) for vector in vectors)
        path.write_text(f'{{\n  "vectors": [\n    {lines}\n  ]\n}}\n', encoding="utf-8")
    golden = json.loads(path.read_text(encoding="utf-8"))["vectors"]
    assert _plain(golden) == _plain(vectors)


def _drawing(case: BlockCase) -> dict[str, Any]:
    """The inputs and outputs, run by run: of the first input, or of the rows that a learner is asked for."""
    arguments = {each.name: each.default for each in CATALOGUE[case.block].arguments} | dict(case.arguments)
    history = (HISTORIES | {"window": drawings.window}).get(case.block)
    results = [
        history(arguments, case.runs[: number + 1]) if history else REFERENCES[case.block](arguments, run)
        for number, run in enumerate(case.runs)
    ]
    return {
        "inputs": [_tensor(run[2] if len(run) == 3 else run[0]) for run in case.runs],
        "outputs": [_tensor(outputs[0]) for outputs in results if outputs],
    }


@each_case("case", drawings.DRAWINGS, ids=lambda case: case.block)
def test_what_a_picture_shows_is_what_the_reference_gives(case: BlockCase) -> None:
    path, drawing = CATALOGUE[case.block].folder / "drawing.json", _drawing(case)
    if os.environ.get("RUNE_WRITE_BLOCK_VECTORS"):
        path.write_text(json.dumps(drawing) + "\n", encoding="utf-8")
    file_content = json.loads(path.read_text(encoding="utf-8"))
    for side in ("inputs", "outputs"):
        assert [each["type"] for each in file_content[side]] == [each["type"] for each in drawing[side]]
        # NumPy adds in another order on another processor: a sum that is zero but for rounding differs.
        assert _elements(file_content[side]) == pytest.approx(_elements(drawing[side]), rel=1e-6, abs=1e-9, nan_ok=True)


def _elements(tensors: list[dict[str, Any]]) -> list[float]:
    return [float(number) for tensor in tensors for number in tensor["elements"]]


@each_case("seed", range(8))
def test_the_reference_of_least_squares_is_numpys(seed: int) -> None:
    chance = np.random.default_rng(seed)
    features = int(chance.integers(1, 6))
    rows = chance.standard_normal((features + 1 + seed, features)) * 10.0 ** chance.integers(-4, 5, features)
    targets, queries = chance.standard_normal(len(rows)), rows[:2]
    (actual,) = predictions.linear_regression({}, [rows, targets, queries])
    ones = np.ones((len(rows), 1))
    (factors, *_) = np.linalg.lstsq(np.hstack([rows, ones]) / _lengths(rows), targets, rcond=None)
    assert np.allclose(actual, np.hstack([queries, ones[:2]]) / _lengths(rows) @ factors, rtol=1e-10, atol=1e-10)


def _lengths(rows: Array) -> Array:
    """Returns the lengths of each column and of the ones, so that NumPy takes none of them for nothing."""
    return np.append(np.linalg.norm(rows, axis=0), 1.0)


OLD = {"fft", "noise_filtering"}
"""Blocks that test_audio_blocks.py compares with the results of published runes."""


def test_every_block_has_a_reference() -> None:
    assert set(_listed()) | set(old_blocks.REFERENCES) | OLD == set(CATALOGUE)


@each_case("block", sorted(old_blocks.REFERENCES))
def test_the_vectors_of_the_old_blocks_are_what_their_reference_gives(block: str) -> None:
    for vector in vectors_of(CATALOGUE[block]):
        with np.errstate(all="ignore"):
            try:
                outputs = old_blocks.REFERENCES[block](vector.arguments, vector.input_tensors)
            except Fails:
                assert vector.fails is not None, vector.name
                continue
        assert vector.fails is None, vector.name
        for actual, (type_, elements) in zip(outputs, vector.outputs, strict=True):
            if not isinstance(actual, list):
                assert actual.shape == type_.dimensions, vector.name
                assert _NAMES[actual.dtype.kind] + str(8 * actual.dtype.itemsize) == str(type_.element), vector.name
            assert _comparable(np.ravel(actual).tolist()) == _comparable(elements), vector.name


def _comparable(elements: Elements) -> list[str]:
    """Texts as they are, and numbers to their sign of zero."""
    return [each if isinstance(each, str) and not _is_number(each) else repr(float(each)) for each in elements]


def _is_number(element: str) -> bool:
    return element in ("NaN", "Infinity", "-Infinity")
