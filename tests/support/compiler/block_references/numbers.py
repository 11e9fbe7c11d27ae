"""References of the blocks that scale, round and rank numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from tests.support.compiler.block_references.case import (
    F32,
    F64,
    Arguments,
    Array,
    BlockCase,
    Reference,
    case,
    noise,
    whole,
)


def _listed(text: str) -> list[Fraction]:
    return [Fraction(float(word)) for word in text.replace(",", " ").split()]


def _at(numbers: list[Fraction], channel: int, usual: int) -> Fraction:
    return numbers[channel % len(numbers)] if numbers else Fraction(usual)


def scale(arguments: Arguments, inputs: Sequence[Array]) -> list[Array]:
    (x,) = inputs
    names = ("mean", "deviation", "factor", "offset")
    mean, deviation, factor, offset = (_listed(arguments[name]) for name in names)
    channels = max(1, len(mean), len(deviation), len(factor), len(offset))
    low, high, low_to, high_to = (Fraction(n) for n in (0, 1, 0, 1))
    if arguments["from"] or arguments["to"] or not (mean or deviation or factor or offset):
        if arguments["from"]:
            low, high = (Fraction(part.strip()) for part in arguments["from"].split(".."))
        else:
            low, high = Fraction(int(np.iinfo(x.dtype).min)), Fraction(int(np.iinfo(x.dtype).max))
        if arguments["to"]:
            low_to, high_to = (Fraction(part.strip()) for part in arguments["to"].split(".."))
    times, plus = [], []
    for c in range(channels):
        # y = ((x - low) / (high - low) * (high_to - low_to) + low_to - mean) / deviation * factor + offset
        slope = (high_to - low_to) / (high - low)
        after = _at(factor, c, 1) / _at(deviation, c, 1)
        times.append(F32(float(slope * after)))
        plus.append(F32(float((low_to - low * slope - _at(mean, c, 0)) * after + _at(offset, c, 0))))
    return [x.astype(F32) * np.array(times, F32) + np.array(plus, F32)]


def quantize(arguments: Arguments, inputs: Sequence[Array]) -> list[Array]:
    steps = (inputs[0] / F32(arguments["scale"])).astype(F32)
    rounded = np.sign(steps).astype(F64) * np.floor(np.abs(steps.astype(F64)) + 0.5)
    type_ = TYPES[arguments["type"]]
    limits = np.iinfo(type_)
    levels = np.where(np.isnan(rounded), 0, rounded) + arguments["zero_point"]
    return [np.clip(levels, limits.min, limits.max).astype(type_)]


def dequantize(arguments: Arguments, inputs: Sequence[Array]) -> list[Array]:
    return [((inputs[0].astype(np.int64) - arguments["zero_point"]) * F64(F32(arguments["scale"]))).astype(F32)]


TYPES: Mapping[str, Any] = {
    "u8": np.uint8,
    "i8": np.int8,
    "u16": np.uint16,
    "i16": np.int16,
    "u32": np.uint32,
    "i32": np.int32,
    "f32": F32,
    "f64": F64,
}


def cast(arguments: Arguments, inputs: Sequence[Array]) -> list[Array]:
    x, type_ = inputs[0].astype(F64), TYPES[arguments["type"]]
    if type_ in (F32, F64):
        return [x.astype(type_)]
    is_nearest = arguments["rounding"] == "nearest"
    whole_ = np.trunc(x) + (np.abs(x - np.trunc(x)) >= 0.5) * np.sign(x) if is_nearest else np.trunc(x)
    limits = np.iinfo(type_)
    return [np.clip(np.nan_to_num(whole_, nan=0.0), limits.min, limits.max).astype(type_)]


def softmax(arguments: Arguments, inputs: Sequence[Array]) -> list[Array]:
    x = inputs[0] if arguments["over"] == "rows" else inputs[0].reshape(1, -1)
    rows = x.reshape(-1, x.shape[-1])
    out = np.empty_like(rows)
    for row, scores in zip(out, rows, strict=True):
        powers = np.exp((scores - scores.max()).astype(F64)).astype(F32)
        total = F32(0)
        for power in powers:
            total = F32(total + power)
        row[:] = powers / total
    return [out.reshape(inputs[0].shape)]


def class_index(_arguments: Arguments, inputs: Sequence[Array]) -> list[Array]:
    rows = inputs[0].reshape(-1, inputs[0].shape[-1])
    best = [max(range(row.size), key=lambda i: (not np.isnan(row[i]), row[i], -i)) for row in rows]
    return [np.array(best, np.uint32).reshape(inputs[0].shape[:-1] or 1)]


def top_k(arguments: Arguments, inputs: Sequence[Array]) -> list[Array]:
    scores, k, threshold = inputs[0].reshape(-1), arguments["k"], F32(arguments["threshold"])
    least = threshold if threshold > np.finfo(F32).min else -np.inf
    order = sorted(
        (i for i in range(scores.size) if scores[i] >= least),
        key=lambda i: (-float(scores[i]), i),
    )[:k]
    empty = k - len(order)
    return [
        np.array(order + [scores.size] * empty, np.uint32),
        np.array([scores[i] for i in order] + [0.0] * empty, F32),
    ]


def add(arguments: Arguments, inputs: Sequence[Array]) -> list[Array]:
    first, second = inputs
    with np.errstate(all="ignore"):
        return [first * F32(arguments["first"]) + second * F32(arguments["second"])]


REFERENCES: Mapping[str, Reference] = {
    "add": add,
    "scale": scale,
    "quantize": quantize,
    "dequantize": dequantize,
    "cast": cast,
    "softmax": softmax,
    "class_index": class_index,
    "top_k": top_k,
}

_ENDS = np.array([0, 1, 127, 128, 254, 255], np.uint8)
_SPECIAL = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 1e-45, 3.4e38], F32)
_HALVES = np.array([-2.5, -1.5, -0.5, -0.49999997, 0.5, 1.5, 2.5, 2.4999998, 300.0, -300.0, 4e9, -4e9], F32)

CASES: Sequence[BlockCase] = (
    case("scale", "bytes without arguments", _ENDS),
    case("scale", "bytes to -1..1", _ENDS, to="-1..1"),
    case("scale", "signed bytes", whole(1, -128, 127, 5, type_=np.int8), to="-1 .. 1"),
    case("scale", "sound", whole(2, -32768, 32767, 2, 3, type_=np.int16), from_="-32768..32768", to="-1..1"),
    case("scale", "u16", np.array([0, 4095, 65535], np.uint16), from_="0..4095", to="0..3.3"),
    case(
        "scale",
        "mean and deviation of each channel",
        whole(3, 0, 255, 1, 2, 2, 3),
        from_="0..255",
        mean="0.485, 0.456, 0.406",
        deviation="0.229, 0.224, 0.225",
    ),
    case("scale", "factor and offset", np.concatenate([noise(4, 4), _SPECIAL]), factor="0.5", offset="-3"),
    case("scale", "one factor, two offsets", noise(5, 3, 2), factor="2", offset="1, -1"),
    case("quantize", "halves away from zero, limits", _HALVES, scale=1.0),
    case("quantize", "special numbers", _SPECIAL, scale=0.5, zero_point=3),
    case("quantize", "a usual scale", noise(6, 2, 5), scale=0.0078125, zero_point=-128),
    case("quantize", "u8", noise(7, 6, scale=2), scale=0.0235, zero_point=128, type="u8"),
    case("quantize", "i16", noise(8, 6, scale=4), scale=0.00012, type="i16"),
    case("dequantize", "i8", np.array([-128, -1, 0, 1, 127], np.int8), scale=0.00390625, zero_point=-128),
    case("dequantize", "u8", np.array([0, 127, 128, 255], np.uint8), scale=0.1, zero_point=128),
    case("dequantize", "i16", np.array([[-32768, -7], [0, 32767]], np.int16), scale=0.0003, zero_point=-5),
    case("cast", "f32 to u8", np.concatenate([_HALVES, _SPECIAL]), type="u8"),
    case("cast", "f32 to i8, nearest", np.concatenate([_HALVES, _SPECIAL]), type="i8", rounding="nearest"),
    case("cast", "f32 to i32", np.concatenate([_HALVES, _SPECIAL]), type="i32"),
    case("cast", "f64 to f32", np.array([0.1, 1e300, -1e-300, np.nan, 16777217.0], F64)),
    case("cast", "u8 to f32", _ENDS),
    case("cast", "i8 to u16", np.array([-128, -1, 0, 127], np.int8), type="u16"),
    case("cast", "i16 to f64", np.array([-32768, 32767], np.int16), type="f64"),
    case("cast", "u16 to i16", np.array([0, 32767, 32768, 65535], np.uint16), type="i16"),
    case("cast", "u32 to i32", np.array([0, 2**31, 2**32 - 1], np.uint32), type="i32"),
    case("cast", "i32 to u32", np.array([-1, 2**31 - 1], np.int32), type="u32"),
    case("cast", "f32 to itself", _SPECIAL),
    case("softmax", "one row", noise(9, 1, 6, scale=3)),
    case("softmax", "large scores, far apart", np.array([1000.0, 999.0, -1000.0, 1000.0], F32)),
    case("softmax", "each row", noise(10, 3, 4), over="rows"),
    case("softmax", "all together", noise(11, 2, 3), over="all"),
    case("softmax", "a NaN", np.array([1.0, np.nan], F32)),
    case("softmax", "one score", np.array([5.0], F32)),
    case("class_index", "nothing above zero, ties", np.array([-3.0, -1.0, -1.0, -2.0], F32)),
    case("class_index", "NaN never wins", np.array([[np.nan, -np.inf], [np.nan, np.nan], [2.0, np.nan]], F32)),
    case("class_index", "a picture of classes", whole(12, -128, 127, 1, 2, 2, 3, type_=np.int8)),
    case("class_index", "u8", np.array([[3, 255, 255]], np.uint8)),
    case("class_index", "i16", np.array([-5, 7], np.int16)),
    case("class_index", "u16", np.array([65535, 7], np.uint16)),
    case("class_index", "i32", np.array([-(2**31), 2**31 - 1], np.int32)),
    case("class_index", "u32", np.array([2**31, 2**32 - 1], np.uint32)),
    case("class_index", "f64", np.array([1.0, 1.0 + 1e-15], F64)),
    case("top_k", "the greatest", noise(13, 1, 6)),
    case("top_k", "in order, ties in theirs", np.array([0.1, 0.4, 0.1, 0.4, 0.0, np.nan], F32), k=4),
    case(
        "top_k",
        "only what reaches the threshold",
        np.array([0.3, 0.5, 0.49999997, np.nan, 0.7], F32),
        k=4,
        threshold=0.5,
    ),
    case("top_k", "all of them without a threshold", np.array([-np.inf, 1, -np.inf, np.inf], F32), k=4),
    case("top_k", "nothing reaches it", np.array([0.3, 0.2], F32), k=2, threshold=0.5),
    case("add", "a sum", noise(140, 2, 3), noise(141, 2, 3)),
    case("add", "each row less another", noise(142, 4, 3), noise(143, 1, 3), second=-1.0),
    case("add", "factors, and one number for all", noise(144, 5, scale=1e4), noise(145, 1), first=0.1, second=-2.5),
    case("add", "special numbers", _SPECIAL, _SPECIAL[::-1].copy(), first=2.0),
)
