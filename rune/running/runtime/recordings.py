"""Recordings among a project's files, as inputs of its rune."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from rune.abi import Capability
from rune.project.files import FileError, ProjectFiles
from rune.running.runtime.errors import InputFile
from rune.running.runtime.files import InputFiles, inputs_from_files
from rune.running.runtime.host import CapabilityRequest
from rune.tensor import TensorType

MOST_FILES: Final = 8
"""Files that one capability reads."""
MOST_TRIED: Final = 32
"""Files that are looked at for it; most projects have few, and a data set is not what this is for."""

_ENDINGS: Final = {
    Capability.SOUND: (".wav",),
    Capability.IMAGE: (".png", ".jpg", ".jpeg", ".bmp"),
    Capability.FLOAT_IMAGE: (".png", ".jpg", ".jpeg", ".bmp"),
    Capability.ACCEL: (".csv",),
}


@dataclass(frozen=True)
class Wanted:
    """An input: its capability with its parameters, and what it gives."""

    kind: Capability
    parameters: Sequence[tuple[str, int | float]]
    type: TensorType


def recordings_for(files: ProjectFiles, inputs: Sequence[Wanted]) -> tuple[tuple[bytes, ...], ...]:
    """For each input what the project's files of its kind become: the first that fit, in the order of paths."""
    with TemporaryDirectory() as folder:
        return tuple(tuple(islice(_fitting(files, wanted, Path(folder)), MOST_FILES)) for wanted in inputs)


def _fitting(files: ProjectFiles, wanted: Wanted, folder: Path) -> Iterator[bytes]:
    endings = _ENDINGS.get(wanted.kind, ())
    candidates = (path for path in files.paths() if path.lower().endswith(endings))
    for path in islice(candidates, MOST_TRIED if endings else 0):
        copy = folder / f"sample{path[path.rindex('.') :].lower()}"
        try:
            copy.write_bytes(files.read(path))
            data = _data_of_file(wanted, copy)
        except (FileError, InputFile):
            continue
        if len(data) == wanted.type.size:
            yield data


def _data_of_file(wanted: Wanted, path: Path) -> bytes:
    """What a file becomes for a capability, whichever source it asks for. Raises `InputFile`."""
    parameters = {name: value for name, value in wanted.parameters if name != "source"}
    request = CapabilityRequest(0, wanted.kind, parameters)
    source = inputs_from_files([request], InputFiles([path], [path], [path], [path]))[0]
    return source(wanted.type.size) if callable(source) else source
