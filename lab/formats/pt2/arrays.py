"""Reads the arrays of a program: raw numbers in the archive, within what their tables claim. Pickled ones refuse it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from lab.formats.keras.plain import as_object, as_text, parse_json
from lab.formats.pt2.archive import AGAIN, CONSTANTS, TOTAL_LIMIT, WEIGHTS, ProgramArchive
from lab.formats.pt2.arguments import kind_of, size_of
from lab.formats.pt2.program import Array
from lab.refusal import Reason, Refused
from rune.wording import quoted, size_text

MOST_DIMENSIONS: Final = 8


def read_arrays(archive: ProgramArchive) -> dict[str, dict[str, Array]]:
    """The arrays of each table, by their name in the module. Raises `Refused`."""
    total = 0
    tables: dict[str, dict[str, Array]] = {}
    for folder in (WEIGHTS, CONSTANTS):
        tables[folder] = {}
        for name, array in _arrays(archive, folder):
            total += array.nbytes
            if total > TOTAL_LIMIT:  # several names may share the bytes of one array
                raise Refused(Reason.TOO_LARGE, f"The program's arrays have more than {size_text(TOTAL_LIMIT)}.")
            tables[folder][name] = np.ascontiguousarray(array)
    return tables


def _arrays(archive: ProgramArchive, folder: str) -> Iterator[tuple[str, Array]]:
    title = f"The table of {folder}"
    table = as_object(parse_json(archive.tables[folder], title).get("config"), title)
    for name, value in table.items():
        fields = as_object(value, f"The array {quoted(name)}")
        yield name, _array(archive, folder, fields, f"The array {quoted(name)}")


def _array(archive: ProgramArchive, folder: str, fields: Any, title: str) -> Array:
    if fields.get("use_pickle") is not False:
        raise Refused(
            Reason.PICKLE, f"{title} is a pickle, which runs Python when it is loaded. It was not opened. {AGAIN}"
        )
    place = folder + as_text(fields.get("path_name"), title)
    if place not in archive.arrays:
        raise Refused(Reason.LEADS_OUTSIDE, f"{title} is in {quoted(place)}, which is not an array of the file.")
    meta = as_object(fields.get("tensor_meta"), title)
    kind = np.dtype(kind_of(meta.get("dtype"), title)).newbyteorder("<")
    shape, strides = (_sizes(meta.get(key), title) for key in ("sizes", "strides"))
    offset = size_of(meta.get("storage_offset"), title)
    data = archive.arrays[place]
    numbers = len(data) // kind.itemsize
    if len(shape) != len(strides) or len(shape) > MOST_DIMENSIONS or offset is None:
        raise Refused(Reason.BROKEN, f"{title} has a shape and strides that do not fit each other.")
    last = offset + sum((size - 1) * stride for size, stride in zip(shape, strides, strict=True))
    if math.prod(shape) and last >= numbers:
        raise Refused(Reason.BROKEN, f"{title} claims more than its {size_text(len(data))}.")
    if math.prod(shape) * kind.itemsize > TOTAL_LIMIT:
        raise Refused(Reason.TOO_LARGE, f"{title} has more than {size_text(TOTAL_LIMIT)}.")
    if not math.prod(shape):
        return np.zeros(shape, kind.newbyteorder("="))
    flat_array = np.frombuffer(data, kind, numbers)[offset:]
    steps = tuple(stride * kind.itemsize for stride in strides)
    return np.lib.stride_tricks.as_strided(flat_array, shape, steps, writeable=False)


def _sizes(value: Any, title: str) -> tuple[int, ...]:
    if not isinstance(value, list):
        raise Refused(Reason.BROKEN, f"{title} has no shape.")
    sizes = tuple(size_of(one, title) for one in value)
    if None in sizes:
        raise Refused(Reason.BROKEN, f"{title} has an open size.")
    return tuple(size for size in sizes if size is not None)
