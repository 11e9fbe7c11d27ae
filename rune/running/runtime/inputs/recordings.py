"""Recordings among a project's files, as inputs of its rune."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from rune.capabilities import Capability
from rune.project.files import FileError, ProjectFiles
from rune.running.runtime.errors import InputFile
from rune.running.runtime.host.imports import RequestedCapability
from rune.running.runtime.inputs.readers import input_of_bytes
from rune.tensor import TensorType

MOST_FILES: Final = 8
"""Files that one capability reads."""
MOST_CANDIDATES: Final = 32
"""Files that are looked at for it; most projects have few, and a data set is not what this is for."""


@dataclass(frozen=True)
class RequiredInput:
    """An input: its capability with its parameters, and what it gives."""

    kind: Capability
    parameters: Sequence[tuple[str, int | float]]
    type: TensorType


def recordings_for(files: ProjectFiles, inputs: Sequence[RequiredInput]) -> tuple[tuple[bytes, ...], ...]:
    """Returns for each input what the project's files of its kind become: the first that fit, in the order of paths."""
    return tuple(tuple(islice(_fitting(files, required_input), MOST_FILES)) for required_input in inputs)


def _fitting(files: ProjectFiles, required_input: RequiredInput) -> Iterator[bytes]:
    endings = required_input.kind.endings if required_input.kind.recording is not None else ()
    candidates = (path for path in files.paths() if path.lower().endswith(endings))
    request = RequestedCapability(0, required_input.kind, dict(required_input.parameters))
    for path in islice(candidates, MOST_CANDIDATES if endings else 0):
        try:
            data = input_of_bytes(request, files.read(path))
        except (FileError, InputFile):
            continue
        if len(data) == required_input.type.size:
            yield data
