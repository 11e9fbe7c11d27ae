"""Reads the arguments of operators: numbers, texts, names of values and constants of PyTorch, and lists of them."""

from __future__ import annotations

import math
import re
from typing import Any, Final

from lab.formats.keras.plain import LARGEST, as_list, as_object, as_text
from lab.formats.pt2.program import Argument, TorchConstant, ValueName
from lab.refusal import Reason, Refused
from rune.wording import plain, quoted

KINDS: Final = {
    1: "uint8",
    2: "int8",
    3: "int16",
    4: "int32",
    5: "int64",
    6: "float16",
    7: "float32",
    8: "float64",
    12: "bool",
}
"""Types of numbers, by their number in the format."""
MOST_MEMBERS = 10_000
_LARGEST_WHOLE = 1 << 63
_STRIDED_LAYOUT = 7
_FORMATS = {1: "contiguous_format", 2: "channels_last", 4: "preserve_format"}
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,199}")


def name_of(value: Any, title: str) -> str:
    """A name of a value: an identifier. Raises `Refused`."""
    text = as_text(value, title)
    if not _NAME.fullmatch(text):
        raise Refused(Reason.BROKEN, f"{title} is named {quoted(text)}, which is not a name.")
    return text


def union_of(value: Any, title: str) -> tuple[str, Any]:
    """The kind of a value, and the value: the format writes `{"as_int": 3}`. Raises `Refused`."""
    fields = as_object(value, title)
    if len(fields) != 1:
        raise Refused(Reason.BROKEN, f"{title} has {len(fields)} kinds, and not one.")
    return next(iter(fields.items()))


def read_argument(value: Any, title: str) -> Argument:
    """An argument. Raises `Refused`."""
    kind, content = union_of(value, title)
    match kind:
        case "as_none":
            return None
        case "as_tensor" | "as_optional_tensor":
            if kind == "as_optional_tensor":
                return read_argument(content, title)
            return ValueName(name_of(as_object(content, title).get("name"), title))
        case "as_tensors" | "as_optional_tensors":
            return tuple(_member(kind, one, title) for one in _members(content, title))
        case "as_int" | "as_float" | "as_bool":
            return number_of(content, title)
        case "as_ints" | "as_floats" | "as_bools":
            return tuple(number_of(one, title) for one in _members(content, title))
        case "as_string":
            return as_text(content, title)
        case "as_sym_int" | "as_sym_bool" | "as_sym_float":
            return _size(content, title)
        case "as_sym_ints" | "as_sym_bools" | "as_sym_floats":
            return tuple(_size(one, title) for one in _members(content, title))
        case "as_scalar_type":
            return TorchConstant(kind_of(content, title))
        case "as_memory_format" if content in _FORMATS:
            return TorchConstant(_FORMATS[content])
        case "as_layout" if content == _STRIDED_LAYOUT:
            return TorchConstant("strided")
        case "as_device":  # whatever it was trained on, it is compared here
            return "cpu"
        case "as_graph" | "as_operator":
            raise Refused(Reason.UNKNOWN_LAYER, f"{title} is a graph of its own, which is not converted.")
        case "as_custom_obj":
            raise Refused(Reason.CUSTOM_OBJECT, f"{title} is an object of another library, which is not converted.")
    raise Refused(Reason.NOT_CONVERTED, f"{title} is of the kind {plain(kind)}, which is not converted.")


def number_of(value: Any, title: str) -> bool | int | float:
    """A number; `Infinity` and `NaN` may be written as texts. Raises `Refused`."""
    if isinstance(value, str) and value in ("Infinity", "-Infinity", "NaN"):
        return float(value.replace("Infinity", "inf"))
    if not isinstance(value, bool | int | float) or (isinstance(value, int) and abs(value) >= _LARGEST_WHOLE):
        raise Refused(Reason.BROKEN, f"{title} is not a number.")
    return value


def kind_of(value: Any, title: str) -> str:
    """A type of numbers, by its number in the format. Raises `Refused`."""
    if not isinstance(value, int) or isinstance(value, bool) or value not in KINDS:
        raise Refused(Reason.NOT_CONVERTED, f"{title} is of a type of numbers that is not converted.")
    return KINDS[value]


def size_of(value: Any, title: str) -> int | None:
    """A dimension's size; None where it is an expression, which is not read. Raises `Refused`."""
    kind, content = union_of(value, title)
    if kind == "as_expr":
        return None
    if kind != "as_int" or not isinstance(content, int) or isinstance(content, bool) or content < 0:
        raise Refused(Reason.BROKEN, f"{title} has a size that is not a whole number.")
    if content > LARGEST:
        raise Refused(Reason.TOO_LARGE, f"{title} has a dimension that is too large.")
    return content


def _member(kind: str, value: Any, title: str) -> Argument:
    if kind == "as_tensors":
        return ValueName(name_of(as_object(value, title).get("name"), title))
    return read_argument(value, title)


def _members(value: Any, title: str) -> list[Any]:
    members = as_list(value, title)
    if len(members) > MOST_MEMBERS:
        raise Refused(Reason.TOO_LARGE, f"{title} has more than {MOST_MEMBERS:,} members.")
    return members


def _size(value: Any, title: str) -> Argument:
    """A size: the name of an earlier value, or a number."""
    kind, content = union_of(value, title)
    if kind == "as_name":
        return ValueName(name_of(content, title))
    number = number_of(content, title)
    if isinstance(number, float) and not math.isfinite(number):
        raise Refused(Reason.BROKEN, f"{title} has a size that is not a number.")
    return number
