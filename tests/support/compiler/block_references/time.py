"""References of the blocks that keep something from run to run, and of those that measure distances."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from tests.support.compiler.block_references.case import (
    F32,
    F64,
    Arguments,
    Array,
    BlockCase,
    History,
    Reference,
    case,
    noise,
)


def moving_average(arguments: Arguments, runs: Sequence[Sequence[Array]]) -> list[Array]:
    recent = [run[0].astype(F64) for run in runs[-arguments["length"] :]]
    total = np.zeros_like(recent[0])
    for each in recent:
        total = total + each
    return [(total / len(recent)).astype(F32)]


def hysteresis(arguments: Arguments, runs: Sequence[Sequence[Array]]) -> list[Array]:
    switch = np.zeros(runs[0][0].shape, np.uint8)
    for (scores,) in runs:
        switch = np.where(scores >= F32(arguments["on"]), 1, np.where(scores < F32(arguments["off"]), 0, switch))
    return [switch.astype(np.uint8)]


def debounce(arguments: Arguments, runs: Sequence[Sequence[Array]]) -> list[Array]:
    values = np.stack([run[0].reshape(-1) for run in runs])
    out = np.full(values.shape[1], arguments["initial"], values.dtype)
    for i in range(values.shape[1]):
        for end in range(arguments["runs"], len(runs) + 1):
            if len(set(values[end - arguments["runs"] : end, i].tolist())) == 1:
                out[i] = values[end - 1, i]
    return [out.reshape(runs[0][0].shape)]


def hold(arguments: Arguments, runs: Sequence[Sequence[Array]]) -> list[Array]:
    last = runs[-1][0].reshape(-1).copy()
    for i in range(last.size):
        recent = [int(run[0].reshape(-1)[i]) for run in runs[-arguments["runs"] - 1 :]]
        last[i] = next((value for value in reversed(recent) if value != arguments["rest"]), arguments["rest"])
    return [last.reshape(runs[-1][0].shape)]


def mse(arguments: Arguments, inputs: Sequence[Array]) -> list[Array]:
    difference = inputs[0].astype(F64).reshape(-1) - inputs[1].astype(F64).reshape(-1)
    error = {
        "squared": lambda: np.cumsum(difference**2)[-1] / difference.size,
        "root": lambda: np.sqrt(np.cumsum(difference**2)[-1] / difference.size),
        "absolute": lambda: np.cumsum(np.abs(difference))[-1] / difference.size,
    }[arguments["measure"]]()
    return [np.array([error], F32)]


def k_means(arguments: Arguments, inputs: Sequence[Array]) -> list[Array]:
    x = inputs[0].astype(F64).reshape(-1)
    centres = np.array([float(word) for word in arguments["centres"].replace(",", " ").split()], F32).reshape(
        -1, x.size
    )
    radii = np.array([float(word) for word in arguments["radii"].replace(",", " ").split()] or [1.0], F32)
    distances = np.sqrt(((x - centres.astype(F64)) ** 2).sum(axis=1)) / radii.astype(F64)
    best = int(np.argmin(distances))
    return [np.array([distances[best]], F32), np.array([best], np.uint32)]


def dense(arguments: Arguments, inputs: Sequence[Array]) -> list[Array]:
    x = inputs[0].astype(F64).reshape(-1)
    weights, biases = (
        np.array([float(word) for word in arguments[name].replace(",", " ").split()], F32).astype(F64)
        for name in ("weights", "biases")
    )
    rows = weights.reshape(-1, x.size)
    sums = np.cumsum(rows * x, axis=1)[:, -1]
    return [(sums + (biases if biases.size else 0.0)).astype(F32)[None]]


REFERENCES: Mapping[str, Reference] = {"mse": mse, "k_means": k_means, "dense": dense}
HISTORIES: Mapping[str, History] = {
    "moving_average": moving_average,
    "hysteresis": hysteresis,
    "debounce": debounce,
    "hold": hold,
}


def _runs(block: str, name: str, inputs: Sequence[Array], /, **arguments: object) -> BlockCase:
    return BlockCase(block, name, tuple((each,) for each in inputs), arguments)


def _indices(*values: int, type_: type = np.uint32) -> list[Array]:
    return [np.array([value], type_) for value in values]


_SCORES = [np.array(row, F32) for row in ((0.7, 0.69, 0.1), (0.5, 0.5, np.nan), (0.4, 0.9, 0.7), (0.39999, 0.5, 0.4))]

CASES: Sequence[BlockCase] = (
    _runs("moving_average", "the first run", [noise(70, 1, 4)]),
    _runs("moving_average", "before there are enough", [noise(71 + i, 2, 2) for i in range(2)], length=4),
    _runs("moving_average", "the oldest have gone", [noise(74 + i, 3) for i in range(8)]),
    _runs("moving_average", "a NaN that has gone", [np.array([v], F32) for v in (np.nan, 1, 2)], length=2),
    _runs("hysteresis", "on", _SCORES[:1]),
    _runs("hysteresis", "between, it stays", _SCORES[:2]),
    _runs("hysteresis", "the ends of both", _SCORES[:3]),
    _runs("hysteresis", "off", _SCORES),
    _runs("debounce", "not yet", _indices(2, 2), initial=7),
    _runs("debounce", "after three in a row", _indices(2, 2, 2)),
    _runs("debounce", "it stays while others come", _indices(2, 2, 2, 1, 2, 1, 1)),
    _runs("debounce", "each element by itself", [np.array(row, np.int8) for row in ((-1, 5), (-1, 4))], runs=2),
    _runs("debounce", "one run is enough", _indices(65535, type_=np.uint16), runs=1),
    _runs("debounce", "i16", _indices(-5, -5, type_=np.int16), runs=2),
    _runs("debounce", "the largest u32", _indices(2**32 - 1, 2**32 - 1, 0), runs=2),
    _runs("debounce", "i32, begun below zero", _indices(3, type_=np.int32), runs=2, initial=-9),
    _runs("debounce", "u8", _indices(0, 0, type_=np.uint8), runs=2, initial=255),
    _runs("hold", "still there", _indices(3, 0, 0), runs=2),
    _runs("hold", "gone", _indices(3, 0, 0, 0), runs=2),
    _runs("hold", "another one", _indices(3, 0, 4, 0), runs=2),
    _runs("hold", "nothing yet", _indices(-1, type_=np.int32), rest=-1),
    _runs("hold", "each element by itself", [np.array(row, np.uint8) for row in ((1, 0), (0, 2), (0, 0))], runs=1),
    _runs("hold", "i8", _indices(-3, 0, type_=np.int8)),
    _runs("hold", "u16", _indices(9, 0, type_=np.uint16), runs=0),
    _runs("hold", "i16", _indices(-9, 1, type_=np.int16), rest=1),
    case("mse", "the mean of squares", noise(80, 2, 5), noise(81, 2, 5)),
    case("mse", "its root", noise(82, 7), noise(83, 7), measure="root"),
    case("mse", "of absolute differences", noise(84, 7), noise(85, 7), measure="absolute"),
    case("mse", "equal", noise(86, 3), noise(86, 3)),
    case("mse", "a NaN", np.array([1, np.nan], F32), np.array([1, 1], F32)),
    case("k_means", "the nearest of three", noise(87, 1, 2), centres="0 0, 1.5 -0.25, -1 2"),
    case("k_means", "with radii, the first of equal ones", np.array([1, 0], F32), centres="0, 0, 2, 0", radii="2, 2"),
    case("k_means", "a NaN", np.array([np.nan, 0], F32), centres="0 0 1 1", radii="0.5"),
    case("dense", "three outputs", noise(88, 1, 2), weights="0 1, 1.5 -0.25, -1 2", biases="0.5, 0, -3"),
    case("dense", "without biases", noise(89, 4), weights="1 2 3 4"),
    case("dense", "a NaN", np.array([np.nan, 0], F32), weights="1 0 0 1", biases="1 2"),
)
