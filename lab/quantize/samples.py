"""Samples for a model: arrays of its input from `.npy` files, or of several inputs from `.npz` files.

They are packed into one archive, in which a path's folder is the sample's label, and are read in the child.
"""

from __future__ import annotations

import io
import math
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from numpy.random import default_rng

from lab.refusal import Reason, Refused
from rune.unreadable import is_utf8, reason_of
from rune.wording import quoted, size_text

Array = np.ndarray[Any, Any]

SUFFIXES = (".npy", ".npz")
MOST_FILES = 20_000
PACKED_LIMIT = 256 << 20
"""Bytes of all files of samples."""
MOST_SAMPLES = 512
ENOUGH_TO_SPLIT = 20
"""With as many samples, half of them measure ranges and the other half judge; with fewer, all do both."""
RANDOM_SAMPLES = 64
_ARRAY_START = b"\x93NUMPY"


@dataclass(frozen=True)
class CalibrationSample:
    """The arrays of a model's inputs in their order. `label` is None for a sample without one.

    Windows of one recording follow each other and have its number; a sample that is no window of a recording has -1.
    """

    name: str
    values: tuple[Array, ...]
    label: str | None = None
    recording: int = -1


@dataclass(frozen=True)
class ModelInput:
    """The form of samples: arrays of the shape that the input has in the model's source, with or without the batch in
    front. `order` says which dimension of the source each dimension of the model is, and is empty where they are the
    same."""

    name: str
    shape: tuple[int, ...]
    source_shape: tuple[int, ...] = ()
    order: tuple[int, ...] = ()


def model_inputs(inputs: Sequence[ModelInput], sources: Sequence[Mapping[str, Any]]) -> list[ModelInput]:
    """The inputs with the layout that they have in the source, as its conversion says in `sources`."""
    by_name = {each["name"]: each for each in sources}
    return [_with_source_layout(each, by_name.get(each.name, {})) for each in inputs]


def _with_source_layout(one: ModelInput, source: Mapping[str, Any]) -> ModelInput:
    shape, order = tuple(source.get("source_shape", ())), tuple(source.get("order", ()))
    if order == tuple(range(len(order))) or len(order) != len(one.shape):
        return one
    return replace(one, source_shape=shape, order=order)


class NotArrays(ValueError):
    """A file that says what cannot be; the text says what."""


def has_arrays(folder: Path) -> bool:
    """Returns whether a folder, or one below it, has files of arrays."""
    return any(path.suffix in SUFFIXES for path in folder.rglob("*"))


def pack_samples(folder: Path, target: Path) -> None:
    """Packs the files of samples in a folder and in those below it. Raises `Refused` and `OSError`."""
    paths = sorted(path for path in folder.rglob("*") if path.suffix in SUFFIXES and path.is_file())
    if not paths:
        raise Refused(Reason.SAMPLES, f"{quoted(str(folder))} has no .npy or .npz files.")
    names = [path.relative_to(folder).as_posix() for path in paths]
    bad_names = [name for name in names if not is_utf8(name)]
    if bad_names:
        raise Refused(Reason.SAMPLES, f"The name of {quoted(bad_names[0])} is not UTF-8. Rename it.")
    if len(paths) > MOST_FILES or sum(path.stat().st_size for path in paths) > PACKED_LIMIT:
        limit = f"{MOST_FILES:,} files and {size_text(PACKED_LIMIT)}"
        raise Refused(Reason.SAMPLES, f"{quoted(str(folder))} has more than {limit}.")
    with zipfile.ZipFile(target, "w") as archive:
        for name, path in zip(names, paths, strict=True):
            # Without the time of the file: an archive has none before 1980.
            archive.writestr(zipfile.ZipInfo(name), path.read_bytes())


def read_samples(archive: Path, inputs: Sequence[ModelInput]) -> list[CalibrationSample]:
    """The samples of an archive, or of an `.npy` file alone, spread evenly where there are very many. Raises
    `Refused`."""
    if archive.stat().st_size > PACKED_LIMIT:
        raise Refused(Reason.TOO_LARGE, f"The samples have more than {size_text(PACKED_LIMIT)}.")
    with archive.open("rb") as file:
        is_array = file.read(len(_ARRAY_START)) == _ARRAY_START
    if is_array:
        samples = list(_samples("samples.npy", archive.read_bytes(), inputs))
    else:
        samples = _packed_samples(archive, inputs)
    if not samples:
        raise Refused(Reason.SAMPLES, "There are no samples.")
    step = max(1, -(-len(samples) // MOST_SAMPLES))
    return samples[::step]


def _packed_samples(archive: Path, inputs: Sequence[ModelInput]) -> list[CalibrationSample]:
    """The samples of the files of an archive, or of an `.npz` file with an array for each of several inputs. Raises
    `Refused`."""
    try:
        with zipfile.ZipFile(archive) as zip_file:
            entries = [entry for entry in zip_file.infolist() if entry.filename.endswith(SUFFIXES)]
            if sum(entry.file_size for entry in entries) > PACKED_LIMIT:
                raise Refused(Reason.TOO_LARGE, f"The samples have more than {size_text(PACKED_LIMIT)}.")
            names = {entry.filename for entry in entries}
            if len(inputs) > 1 and names >= {f"{one.name}.npy" for one in inputs}:
                return list(_samples("samples.npz", archive.read_bytes(), inputs))
            return [sample for entry in entries for sample in _samples(entry.filename, zip_file.read(entry), inputs)]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error) as error:
        raise Refused(Reason.SAMPLES, "The samples are not a valid .npy file or archive of such files.") from error


def random_samples(inputs: Sequence[ModelInput]) -> list[CalibrationSample]:
    """Samples between -1 and 1 for a model without any: a guess, the same each time."""
    random = default_rng(8)
    return [
        CalibrationSample(
            f"random {number}", tuple(random.uniform(-1, 1, one.shape).astype(np.float32) for one in inputs)
        )
        for number in range(RANDOM_SAMPLES)
    ]


def split_samples(samples: Sequence[CalibrationSample]) -> tuple[list[CalibrationSample], list[CalibrationSample]]:
    """The samples by which ranges are measured, and those by which forms are judged."""
    if len(samples) < ENOUGH_TO_SPLIT:
        return list(samples), list(samples)
    return list(samples[::2]), list(samples[1::2])


def _samples(path: str, data: bytes, inputs: Sequence[ModelInput]) -> Iterator[CalibrationSample]:
    """The samples of one file: one, or as many as its first dimension says."""
    folder = PurePosixPath(path).parent.name or None
    columns = [_rows(path, array, one) for array, one in zip(_arrays(path, data, inputs), inputs, strict=True)]
    if len({len(column) for column in columns}) != 1:
        raise Refused(Reason.SAMPLES, f"{quoted(path)} has another number of samples for each input.")
    for place, values in enumerate(zip(*columns, strict=True)):
        yield CalibrationSample(path if len(columns[0]) == 1 else f"{path} {place}", tuple(values), folder)


def _arrays(path: str, data: bytes, inputs: Sequence[ModelInput]) -> list[Array]:
    try:
        if path.endswith(".npy"):
            arrays = {inputs[0].name: _array(data)} if len(inputs) == 1 else {}
        else:
            arrays = _arrays_of_archive(data)
            if len(inputs) == len(arrays) == 1:
                arrays = {inputs[0].name: next(iter(arrays.values()))}
    except (ValueError, TypeError, OSError, EOFError, zipfile.BadZipFile, NotImplementedError) as error:
        reason = str(error) if isinstance(error, NotArrays) else reason_of(error)
        raise Refused(Reason.SAMPLES, f"{quoted(path)} cannot be read as arrays: {reason}.") from error
    missing = [one.name for one in inputs if one.name not in arrays]
    if missing:
        raise Refused(
            Reason.SAMPLES, f"{quoted(path)} has no array {quoted(missing[0])}, which is an input of the model."
        )
    return [arrays[one.name] for one in inputs]


def _arrays_of_archive(data: bytes) -> dict[str, Array]:
    """The arrays of a `.npz` file by their names. Raises `ValueError` and what `zipfile` raises."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
        if sum(entry.file_size for entry in entries) > PACKED_LIMIT:
            raise NotArrays(f"it unpacks to more than {size_text(PACKED_LIMIT)}")
        return {entry.filename.removesuffix(".npy"): _array(archive.read(entry)) for entry in entries}


def _array(data: bytes) -> Array:
    """The array of a `.npy` file, whose header claims no more than the file has. Raises `ValueError`."""
    buffer = io.BytesIO(data)
    read_header = _HEADERS.get(np.lib.format.read_magic(buffer))
    if read_header is None:
        raise NotArrays("its version is not known")
    shape, _, kind = read_header(buffer)
    if kind.hasobject:
        raise NotArrays("it holds Python objects")
    if math.prod(shape) * kind.itemsize > len(data):
        raise NotArrays("it claims more numbers than it has")
    buffer.seek(0)
    return np.asarray(np.lib.format.read_array(buffer, allow_pickle=False))


_HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}


def _rows(path: str, array: Array, expected: ModelInput) -> list[Array]:
    """The arrays of single samples in one array, as floats in the order of the model. An array that only fits the
    model's own order is taken as it is. Raises `Refused`."""
    if array.dtype.kind not in "fiub":
        raise Refused(Reason.SAMPLES, f"{quoted(path)} holds {array.dtype}, and not numbers.")
    if expected.order and (rows := _single_samples(array, expected.source_shape)) is not None:
        values = [row.transpose(expected.order).astype(np.float32) for row in rows[:MOST_SAMPLES]]
    elif (rows := _single_samples(array, expected.shape)) is not None:
        values = [row.astype(np.float32) for row in rows[:MOST_SAMPLES]]
    else:
        takes = list((expected.source_shape or expected.shape)[1:])
        raise Refused(Reason.SAMPLES, f"{quoted(path)} has the shape {list(array.shape)}; the model takes {takes}.")
    if not all(np.isfinite(row).all() for row in values):
        raise Refused(Reason.SAMPLES, f"{quoted(path)} holds numbers that are not finite.")
    return values


def _single_samples(array: Array, shape: tuple[int, ...]) -> Array | None:
    """The samples of an array along its first dimension, each of this shape; None for an array of another shape."""
    if array.shape == shape or array.shape == shape[1:]:
        return array.reshape((1, *shape))
    if shape[:1] == (1,) and array.shape[1:] == shape[1:]:
        return array.reshape((-1, *shape))
    return array if shape[:1] == (1,) and array.shape[1:] == shape else None
