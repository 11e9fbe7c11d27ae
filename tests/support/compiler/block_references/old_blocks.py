"""The old blocks once more, in NumPy and plain Python. Their cases are the inputs that stand in their golden.json."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from rune.blocks.signature import ArgumentValue
from tests.support.compiler.block_module import InputTensor
from tests.support.compiler.block_references.case import F32, F64, Array, Fails
from tests.support.compiler.block_references.numbers import TYPES

Arguments = Mapping[str, ArgumentValue]
Output = Array | list[str]
Old = Callable[[Arguments, Sequence[InputTensor]], Sequence[Output]]

_TYPES = {**TYPES, "u64": np.uint64, "i64": np.int64}


def array(tensor: InputTensor) -> Array:
    """An input with the sizes of its run."""
    sizes = list(tensor.type.dimensions)
    for axis, size in zip(tensor.type.run_time, tensor.sizes, strict=True):
        sizes[axis] = size
    elements = [float(each) if isinstance(each, str) else each for each in tensor.elements]
    return np.array(elements, _TYPES[str(tensor.type.element)]).reshape(sizes)


def accuracy(_: Arguments, inputs: Sequence[InputTensor]) -> list[Output]:
    truth, predicted = (array(each).reshape(-1) for each in inputs)
    return [np.array([np.mean(truth == predicted)], F64)]


def audio_float_conversion(_: Arguments, inputs: Sequence[InputTensor]) -> list[Output]:
    return [np.maximum(array(inputs[0]).astype(F32) / F32(32767), F32(-1))]


def binary_classification(arguments: Arguments, inputs: Sequence[InputTensor]) -> list[Output]:
    """A list of scores against a list of one, as lists compare."""
    is_above = array(inputs[0]).reshape(-1).tolist() > [float(F32(arguments["threshold"]))]
    return [np.array([is_above], np.uint32)]


def image_input(arguments: Arguments, inputs: Sequence[InputTensor]) -> list[Output]:
    return [array(inputs[0]).reshape(1, int(arguments["width"]), int(arguments["height"]), 3)]


def image_normalization(_: Arguments, inputs: Sequence[InputTensor]) -> list[Output]:
    x = array(inputs[0])
    limits = np.iinfo(x.dtype)
    return [(x.astype(F32) - F32(limits.min)) / (F32(limits.max) - F32(limits.min))]


def label(arguments: Arguments, inputs: Sequence[InputTensor]) -> list[Output]:
    words = str(arguments["wordlist"]).strip().replace("\r\n", "\n").split("\n")
    labels = []
    for index in array(inputs[0]).reshape(-1).tolist():
        if isinstance(index, float) and not (index.is_integer() and 0 <= index <= 2**24):
            raise Fails("no index")
        if not 0 <= index < len(words):
            raise Fails(f"there are {len(words)} labels")
        labels.append(words[int(index)])
    return [labels]


def modulo(arguments: Arguments, inputs: Sequence[InputTensor]) -> list[Output]:
    x = array(inputs[0])
    rest = np.fmod(x.astype(F32), F32(arguments["modulus"]))
    if x.dtype.kind == "f":
        return [rest.astype(x.dtype)]
    limits = np.iinfo(x.dtype)
    whole = [int(each) for each in rest.reshape(-1)]
    for place, each in enumerate(whole):
        if not limits.min <= each <= limits.max:
            raise Fails(f"element {place} does not fit")
    return [np.array(whole, x.dtype).reshape(x.shape)]


def most_confident_indices(arguments: Arguments, inputs: Sequence[InputTensor]) -> list[Output]:
    scores = array(inputs[0]).reshape(-1)
    for place, score in enumerate(scores):
        if score != score:
            raise Fails(f"element {place} is not a number")
    order = sorted(range(scores.size), key=lambda i: -scores[i].item())
    return [np.array(order[: int(arguments["count"])], np.uint32)]


def normalize(_: Arguments, inputs: Sequence[InputTensor]) -> list[Output]:
    """Normalises in the element's own arithmetic: whole numbers wrap, and their quotients are truncated."""
    x = array(inputs[0])
    flat = x.reshape(-1)
    low = high = flat[0]
    for each in flat[1:]:
        low, high = each if each < low else low, each if each > high else high
    if low == high:
        return [x]
    if x.dtype.kind == "f":
        return [((x - low) / (high - low)).astype(x.dtype)]
    span, limits = (high - low).item(), np.iinfo(x.dtype)
    quotients = []
    for place, above in enumerate((flat - low).tolist()):
        quotient = abs(above) // abs(span) * (1 if (above < 0) == (span < 0) else -1)
        if not limits.min <= quotient <= limits.max:
            raise Fails(f"element {place} does not fit")
        quotients.append(quotient)
    return [np.array(quotients, x.dtype).reshape(x.shape)]


def object_filter(arguments: Arguments, inputs: Sequence[InputTensor]) -> list[Output]:
    """The published search, which begins anew after each object that it drops."""
    objects: list[list[Any]] = []
    for row in array(inputs[0])[0]:
        if row[4] > F32(arguments["threshold"]):
            best = 0
            for index, score in enumerate(row[5:]):
                best = best if row[5 + best] > score else index
            objects.append([*row[:4], row[5 + best], F32(best)])
    while (pair := _first_pair(objects)) is not None:
        first, second = pair
        del objects[second if objects[first][4] > objects[second][4] else first]
    return [np.array(objects, F32).reshape(-1, 6)]


def _first_pair(objects: Sequence[Sequence[Any]]) -> tuple[int, int] | None:
    near = F32(0.01)
    for first, left in enumerate(objects):
        for second in range(first + 1, len(objects)):
            right = objects[second]
            if abs(left[0] - right[0]) <= near and abs(left[1] - right[1]) <= near:
                return first, second
    return None


def pad(arguments: Arguments, inputs: Sequence[InputTensor]) -> list[Output]:
    x, type_ = array(inputs[0]), inputs[0].type
    whole = np.full(type_.dimensions, arguments["value"], x.dtype)
    whole[tuple(slice(size) for size in x.shape)] = x
    return [whole, np.array([x.shape[axis] for axis in type_.run_time], np.uint32)]


def parse(arguments: Arguments, inputs: Sequence[InputTensor]) -> list[Output]:
    words = [word for text in inputs[0].elements for word in str(text).split("\0")[0].split()]
    type_ = _TYPES[str(arguments["element_type"])]
    count = int(arguments["count"])
    if count not in (0, len(words)):
        raise Fails(f"there are {len(words)} numbers")
    return [np.array([_read(word, type_) for word in words], type_)]


def _read(word: str, type_: Any) -> Any:
    if type_ in (F32, F64):
        if not re.fullmatch(
            r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?|[-+]?(inf|infinity|nan)", word, re.I | re.A
        ):
            raise Fails(f"{word} is no fraction")
        return _nearest_f32(word) if type_ is F32 else float(word)
    limits = np.iinfo(type_)
    if not re.fullmatch(r"[-+]?[0-9]+", word, re.A) or not limits.min <= int(word) <= limits.max:
        raise Fails(f"{word} is no {type_}")
    return int(word)


def _nearest_f32(word: str) -> Any:
    """For the f32 around it the nearest, the even one of two: through f64 it would be rounded twice."""
    near = F32(float(word))
    if math.isinf(float(word)) or math.isnan(float(word)):
        return near
    exact = Fraction(word)

    def apart(each: Any) -> tuple[Fraction, int]:
        amount = Fraction(float(each)) if np.isfinite(each) else Fraction(2**128) * int(np.sign(each))
        return abs(amount - exact), int(each.view(np.uint32)) & 1

    return min((near, *(np.nextafter(near, F32(end)) for end in (-np.inf, np.inf))), key=apart)


def segment_output(_: Arguments, inputs: Sequence[InputTensor]) -> list[Output]:
    """The class of each pixel, and those that were seen."""
    scores = array(inputs[0])[0]
    best = np.where(np.nan_to_num(scores, nan=-np.inf).max(axis=2) > 0, np.nan_to_num(scores, nan=-1).argmax(axis=2), 0)
    return [best.astype(np.uint32), np.unique(best).astype(np.uint32)]


def signed_pixels(_: Arguments, inputs: Sequence[InputTensor]) -> list[Output]:
    return [(array(inputs[0]).astype(np.int16) - 128).astype(np.int8)]


def password_strength(_: Arguments, inputs: Sequence[InputTensor]) -> list[Output]:
    sizes = [len(text.encode()) for text in map(str, inputs[0].elements) if text.endswith("\n")]
    return [np.array([0 if size > 11 else 1 if size >= 8 else 2 for size in sizes], np.uint32)]


def same(_: Arguments, inputs: Sequence[InputTensor]) -> list[Output]:
    return [array(inputs[0])]


def text_extractor(_: Arguments, inputs: Sequence[InputTensor]) -> list[Output]:
    try:
        words = bytes(array(inputs[0]).tolist()).decode()
    except UnicodeDecodeError:
        raise Fails("no UTF-8") from None
    start, end = (int(array(each)[0]) for each in inputs[1:])
    if end <= start:
        raise Fails("the end is before the start")
    lines = words.splitlines()
    if end >= len(lines):
        raise Fails(f"there are {len(lines)} words")
    text = ""
    for word in lines[start : end + 1]:
        text += word.removeprefix("##") if word.startswith("##") else f" {word}" if text else word
    return [[text]]


def utf8_decode(_: Arguments, inputs: Sequence[InputTensor]) -> list[Output]:
    data = bytes(array(inputs[0]).tolist()).split(b"\0")[0]
    try:
        return [[data.decode()]]
    except UnicodeDecodeError as error:
        raise Fails(f"no UTF-8 from byte {error.start} on") from None


def window(_: Arguments, inputs: Sequence[InputTensor]) -> list[Output]:
    """The window of a chunk that is a whole window; `time.HISTORIES` has no others, and tests of streams compare
    those."""
    return same(_, inputs)


REFERENCES: Mapping[str, Old] = {
    "accuracy": accuracy,
    "audio_float_conversion": audio_float_conversion,
    "binary_classification": binary_classification,
    "image_input": image_input,
    "image_normalization": image_normalization,
    "label": label,
    "modulo": modulo,
    "most_confident_indices": most_confident_indices,
    "normalize": normalize,
    "object_filter": object_filter,
    "pad": pad,
    "parse": parse,
    "password_strength": password_strength,
    "segment_output": segment_output,
    "signed_pixels": signed_pixels,
    "tensor_input": same,
    "text_extractor": text_extractor,
    "utf8_decode": utf8_decode,
    "window": window,
}
