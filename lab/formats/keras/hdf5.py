"""Reads the arrays of an HDF5 file as data, and writes them into a new file.

A file may send its reader elsewhere in several ways: links into other files, data sets that are put together from other
files, storage in other files, filters that are plug-ins. None of them is followed. Sizes are known before
they are read.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import h5py
import numpy as np

from lab.refusal import Reason, Refused
from rune.unreadable import reason_of
from rune.wording import quoted, size_text

TOTAL_LIMIT = 512 << 20
"""Bytes of all arrays of a file."""
MOST_OBJECTS = 50_000
NESTING = 40
ATTRIBUTE_LIMIT = 1 << 20
"""Bytes of an attribute that is read."""
KINDS = "fiub"
"""Kinds of numbers: floats, whole numbers with and without sign, truth values."""
FILTERS = {h5py.h5z.FILTER_DEFLATE, h5py.h5z.FILTER_SHUFFLE, h5py.h5z.FILTER_FLETCHER32, h5py.h5z.FILTER_LZF}
"""Filters that h5py has itself."""

Arrays = dict[str, "np.ndarray[Any, Any]"]


@contextmanager
def open_file(source: Path | BinaryIO) -> Iterator[h5py.File]:
    """Opens a file for reading. Raises `Refused`, also where what is read in the block turns out to be damaged."""
    # HDF5 looks for plug-ins when it meets a filter that it does not know.
    os.environ["HDF5_PLUGIN_PATH"] = "::"
    try:
        with h5py.File(source, "r") as file:
            yield file
    except _DAMAGE as error:
        raise Refused(Reason.BROKEN, f"The file cannot be read as HDF5: {reason_of(error)}.") from error


_DAMAGE = (OSError, ValueError, RuntimeError, LookupError, TypeError, ArithmeticError, AttributeError)
"""The exceptions of h5py for damaged files."""


def read_arrays(group: h5py.Group, *, without: frozenset[str] = frozenset()) -> Arrays:
    """All arrays below a group, by their path from it. `without` names members of the group that are left out.

    Raises `Refused`.
    """
    return dict(_WeightsReader().walk(group, "", without=without))


def write_arrays(group: h5py.Group, arrays: Mapping[str, np.ndarray[Any, Any]]) -> None:
    """Writes arrays as plain data sets, by their path."""
    for path, array in arrays.items():
        group.create_dataset(path, data=array)


def read_texts(owner: h5py.Group, name: str) -> tuple[str, ...]:
    """The texts of an attribute: one, or a list of them. Raises `Refused`; empty where it is missing."""
    if name not in owner.attrs:
        return ()
    attribute = h5py.h5a.open(owner.id, name.encode())
    if attribute.shape is not None and 0 in attribute.shape:
        return ()
    if h5py.check_string_dtype(attribute.dtype) is None or attribute.get_storage_size() > ATTRIBUTE_LIMIT:
        raise Refused(Reason.BROKEN, f"The attribute {quoted(name)} is not a text, or too long.")
    value = owner.attrs[name]
    values = list(value.ravel()) if isinstance(value, np.ndarray) else [value]
    return tuple(_text(one, name) for one in values)


def _text(value: object, name: str) -> str:
    try:
        # h5py gives bytes that are not UTF-8 as surrogates, which have no encoding.
        data = value if isinstance(value, bytes) else value.encode() if isinstance(value, str) else None
        text = None if data is None else data.decode()
    except UnicodeError as error:
        raise Refused(Reason.BROKEN, f"The attribute {quoted(name)} is not UTF-8.") from error
    if text is None:
        raise Refused(Reason.BROKEN, f"The attribute {quoted(name)} is not a text.")
    return text


@dataclass
class _WeightsReader:
    """Goes through the members of a file once each, and adds up what it reads."""

    objects: int = 0
    total: int = 0
    addresses: set[Any] = field(default_factory=set)

    def walk(
        self, group: h5py.Group, path: str, *, without: frozenset[str] = frozenset(), depth: int = 0
    ) -> Iterator[tuple[str, np.ndarray[Any, Any]]]:
        if depth > NESTING:
            raise Refused(Reason.TOO_LARGE, f"The HDF5 file has groups inside each other deeper than {NESTING}.")
        for name in group:
            if depth == 0 and name in without:
                continue
            place = f"{path}/{name}" if path else name
            self._count()
            member = self._member(group, name, place)
            if isinstance(member, h5py.Group):
                yield from self.walk(member, place, depth=depth + 1)
            elif isinstance(member, h5py.Dataset):
                yield place, self._array(member, place)
            else:
                raise Refused(Reason.BROKEN, f"{quoted(place)} is neither a group nor an array.")

    def _count(self) -> None:
        self.objects += 1
        if self.objects > MOST_OBJECTS:
            raise Refused(Reason.TOO_LARGE, f"The HDF5 file has more than {MOST_OBJECTS:,} members.")

    def _member(self, group: h5py.Group, name: str, place: str) -> Any:
        link = group.get(name, getlink=True)
        if isinstance(link, h5py.ExternalLink):
            raise Refused(Reason.LEADS_OUTSIDE, f"{quoted(place)} is a link into the file {quoted(link.filename)}.")
        if not isinstance(link, h5py.HardLink):
            raise Refused(Reason.LEADS_OUTSIDE, f"{quoted(place)} is a link, and not the data itself.")
        member = group[name]
        info = h5py.h5o.get_info(member.id)
        address = (info.fileno, info.addr)
        if address in self.addresses:
            raise Refused(Reason.BROKEN, f"{quoted(place)} is stored under two names.")
        self.addresses.add(address)
        return member

    def _array(self, dataset: h5py.Dataset, place: str) -> np.ndarray[Any, Any]:
        if dataset.is_virtual:
            raise Refused(
                Reason.LEADS_OUTSIDE, f"{quoted(place)} is a virtual data set, which is read from other files."
            )
        if dataset.external:
            raise Refused(
                Reason.LEADS_OUTSIDE, f"{quoted(place)} is stored in the file {quoted(dataset.external[0][0])}."
            )
        if dataset.dtype.kind not in KINDS or dataset.shape is None:
            raise Refused(Reason.BROKEN, f"{quoted(place)} holds {dataset.dtype}, and not numbers.")
        layout = dataset.id.get_create_plist()
        for place_of_filter in range(layout.get_nfilters()):
            if layout.get_filter(place_of_filter)[0] not in FILTERS:
                raise Refused(Reason.FILTER, f"{quoted(place)} is stored with a filter that only a plug-in can decode.")
        size = dataset.dtype.itemsize
        for dimension in dataset.shape:
            size *= dimension
        self.total += size
        if self.total > TOTAL_LIMIT:
            raise Refused(
                Reason.TOO_LARGE,
                f"{quoted(place)} claims {size_text(size)}; at most {size_text(TOTAL_LIMIT)} are read in all.",
            )
        return np.asarray(dataset[()])
