"""Converts arrays to the bytes that a rune reads. A conversion that would change a value is refused."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rune.capabilities.capability import RecordingFormat
from rune.tools.api.errors import InputShape, InputType
from rune.tools.api.ports import Input
from rune.wording import counted

_NOUNS: Final = {
    RecordingFormat.SOUND: "a sound",
    RecordingFormat.PICTURE: "a picture",
    RecordingFormat.MOTION: "motion",
}
"""The kinds of recordings in messages."""


def encoded(port: Input, value: object) -> bytes:
    """The bytes of an array, or of anything that NumPy makes an array of, for an input.

    Elements are converted where each keeps its value: integers and booleans to any type that holds them, floats to
    wider floats, and f64 to the nearest f32 (unless that is infinite). Floats never become integers. Dimensions of 1
    do not count: `(28, 28)` is taken for `(1, 28, 28, 1)`. Raises `InputType` and `InputShape`.
    """
    dtype = port.dtype
    if port.type is None or dtype is None:
        return _as_they_are(port, value)
    array = _array(port, value)
    converted_array = _converted(port, array, dtype)
    if _long(converted_array.shape) != _long(port.type.dimensions):
        raise InputShape(_wrong_shape(port, converted_array.shape))
    return np.ascontiguousarray(converted_array).tobytes()


def _as_they_are(port: Input, value: object) -> bytes:
    """The bytes of what has its elements' type already, for an input that names none."""
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    if not isinstance(value, np.ndarray):
        raise InputType(
            f"The rune does not give the element type of the input {port.name!r}: pass bytes, or an array of its type."
        )
    return np.ascontiguousarray(_array(port, value)).tobytes()


def _array(port: Input, value: object) -> NDArray[Any]:
    if isinstance(value, (bytes, bytearray, memoryview)):
        value = np.frombuffer(value, np.uint8)
    if isinstance(value, str):
        raise InputType(f"{_takes(port)}, and not text. {_advice_of_text(port, value[:60])}")
    try:
        array = np.asarray(value)
    except ValueError as error:
        is_ragged = isinstance(value, (list, tuple))
        other = "a list of lists of several lengths" if is_ragged else f"a {type(value).__name__}: {error}"
        raise InputType(f"{_takes(port)}, and not {other.rstrip('.')}.") from None
    if array.dtype.kind not in "biuf":
        raise InputType(f"{_takes(port)}, and not {_dtype_words(array)}.")
    return array


def _takes(port: Input) -> str:
    """The first part of a message: what an input takes, such as `a picture, u8[1, 28, 28, 1]`."""
    recording = port.request.kind.recording
    noun = "numbers" if recording is None else _NOUNS[recording]
    return f"The input {port.name!r} takes {noun}{f', {port.type}' if port.type else ''}"


def _advice_of_text(port: Input, text: str) -> str:
    recording = port.request.kind.recording
    if recording is None:
        return f"For a file, pass pathlib.Path({text!r}); for the text itself, pass its bytes."
    return f"For {_NOUNS[recording]} in a file, pass pathlib.Path({text!r})."


def _dtype_words(array: NDArray[Any]) -> str:
    return "objects such as None" if array.dtype.kind == "O" else f"elements of type {array.dtype}"


def _converted(port: Input, array: NDArray[Any], dtype: np.dtype[Any]) -> NDArray[Any]:
    if array.dtype == dtype or not array.size:
        return array.astype(dtype)
    if array.dtype.kind == "f" and dtype.kind != "f":
        advice = (
            f" Sound is i16: for samples from -1 to 1, pass (samples * 32767).astype(np.{dtype.name})."
            if port.kind == "audio"
            else f" Round and scale them as the rune needs them, then use .astype(np.{dtype.name})."
        )
        raise InputType(f"{_takes(port)}, and not {array.dtype.name}.{advice}")
    with np.errstate(all="ignore"):
        converted_array = array.astype(dtype)
        if array.dtype.kind == "f":
            is_unchanged = np.isfinite(converted_array) | ~np.isfinite(array)
        elif dtype.kind == "f":
            is_unchanged = converted_array.astype(array.dtype) == array
        else:
            limits = np.iinfo(dtype)
            is_unchanged = (
                (array >= limits.min) & (array <= limits.max) if array.dtype.kind != "b" else np.ones(array.shape)
            )
    if not np.all(is_unchanged):
        first = array[~is_unchanged.astype(bool)].flat[0]
        element = port.type.element.value if port.type else dtype.name
        raise InputType(f"{_takes(port)}, and {element} cannot hold {first}.")
    return converted_array


def _wrong_shape(port: Input, actual: tuple[int, ...]) -> str:
    expected = port.type.dimensions if port.type else ()
    text = f"{_takes(port)}, and not {f'an array of shape {actual}' if actual else 'one number'}."
    long_expected, long_actual = _long(expected), _long(actual)
    if len(long_expected) == len(long_actual) == 1:
        if long_actual[0] < long_expected[0]:
            missing = long_expected[0] - long_actual[0]
            return f"{text} It is {counted(missing, 'element')} short; a rune runs on whole inputs only."
        return f"{text} Cut it, or pass its parts to stream()."
    return text


def _long(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The dimensions that are longer than 1."""
    return tuple(size for size in shape if size != 1)
