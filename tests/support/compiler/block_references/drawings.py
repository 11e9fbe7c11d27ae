"""Data for the pictures of blocks, where their golden vectors, chosen to be hard, show little: a signal with noise, a
walk through several runs, a small landscape. The references compute the outputs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tests.support.compiler.block_references.case import F32, Arguments, Array, BlockCase, case, noise

_TIME = np.arange(100, dtype=np.float64) / 100
_WAVES = (np.sin(2 * np.pi * 3 * _TIME) + 0.35 * np.sin(2 * np.pi * 24 * _TIME)).astype(F32)
_DRIFT = (np.sin(2 * np.pi * 4 * _TIME) + 4 * _TIME + 2).astype(F32)
_STEP = (np.where(np.arange(24) < 10, 0.15, 0.85) + noise(130, 24, scale=0.14)).clip(0, 1).astype(F32)
_LABELS = (0, 0, 2, 0, 0, 0, 2, 2, 2, 2, 0, 2, 2, 2, 1, 1, 1, 1, 1, 2, 1, 1, 1, 1)
_CALLS = (0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)


def _landscape() -> Array:
    """A sun above a hill, 12 x 16 pixels of RGB."""
    rows, columns = np.mgrid[0:12, 0:16]
    sky = np.stack([110 + 8 * rows, 160 + 6 * rows, np.full(rows.shape, 235)], axis=-1)
    hill = rows > 9 - 3 * np.sin((columns - 2) / 4)
    sun = (rows - 3) ** 2 + (columns - 11) ** 2 <= 5
    picture = np.where(hill[..., None], (70, 130, 70), np.where(sun[..., None], (250, 200, 60), sky))
    return picture.astype(np.uint8)[None]


_LANDSCAPE = _landscape()
_BOXES = np.array(
    [[1, 1, 6, 5], [1.5, 1.4, 6.4, 5.6], [0.6, 1.2, 5.6, 5], [3, 8, 7, 12], [3.4, 8.3, 7.2, 12.6], [6, 3, 7.5, 6]], F32
)
_BOX_SCORES = np.array([[0.9], [0.8], [0.7], [0.85], [0.6], [0.3]], F32)


_LEARNT = np.arange(8, dtype=np.float64)[:, None]
_CLASSES = np.array([0, 0, 0, 0, 0, 1, 1, 1], np.float64)
_TARGETS = np.array([0.4, 1.3, 1.1, 2.4, 2.2, 3.6, 3.1, 4.2])
_QUERIES = np.linspace(0, 7, 24)[:, None]


def _learner(block: str, targets: Array, /, **arguments: object) -> BlockCase:
    return BlockCase(block, "drawn", ((_LEARNT, targets, _QUERIES),), arguments)


def _walk(block: str, numbers: Sequence[float], type_: type, /, **arguments: object) -> BlockCase:
    return BlockCase(block, "drawn", tuple((np.array([number], type_),) for number in numbers), arguments)


def window(arguments: Arguments, runs: Sequence[Sequence[Array]]) -> list[Array]:
    """The last `size` of the stream; empty until it is full, and in between two hops."""
    stream = np.concatenate([run[0] for run in runs])
    is_new = len(stream) >= arguments["size"] and (len(stream) - arguments["size"]) % arguments["hop"] == 0
    return [stream[-arguments["size"] :]] if is_new else []


DRAWINGS: Sequence[BlockCase] = (
    _walk("moving_average", [float(each) for each in _STEP], F32, length=5),
    _walk("hysteresis", [float(each) for each in _STEP], F32, on=0.8, off=0.2),
    _walk("debounce", _LABELS, np.uint32),
    _walk("hold", _CALLS, np.uint32),
    BlockCase("window", "drawn", tuple((part,) for part in np.split(_WAVES[:48], 12)), {"size": 16, "hop": 4}),
    case("iir", "drawn", _WAVES, cutoff=8.0, order=4),
    case("fir", "drawn", _WAVES, cutoff=8.0, taps=31),
    case("detrend", "drawn", _DRIFT, kind="linear"),
    case("downsample", "drawn", _WAVES[:60], factor=5),
    case("resample", "drawn", _WAVES[:60], sample_rate=60, to_rate=20),
    case("spectral_features", "drawn", _WAVES, bands="1, 8, 30", peaks=2),
    case("crop", "drawn", _LANDSCAPE, height=10, width=10),
    case("letterbox", "drawn", _LANDSCAPE, height=16, width=16, fill=114),
    case("resize", "drawn", _LANDSCAPE, height=6, width=8),
    case("color", "drawn", _LANDSCAPE),
    case("nms", "drawn", _BOXES, _BOX_SCORES),
    _learner("logistic_regression", _CLASSES),
    _learner("support_vector_classifier", _CLASSES),
    _learner("support_vector_regression", _TARGETS, eps=0.5),
    _learner("linear_regression", _TARGETS),
    _learner("penalized_regression", _TARGETS),
    _learner("elastic_net", _TARGETS),
)
