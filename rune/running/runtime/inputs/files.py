"""A rune's inputs from files: which file a capability reads."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from rune.capabilities import InputOption
from rune.capabilities.randomness import random_bytes
from rune.running.runtime.errors import InputFile
from rune.running.runtime.host.imports import InputSource, RequestedCapability
from rune.running.runtime.inputs.readers import Notice, no_notice, reader_of, whole_parameter
from rune.wording import plain, size_text

T = TypeVar("T")

FILE_LIMIT = 256 * 1024 * 1024
"""Bytes that one input file may have."""


@dataclass(frozen=True)
class InputFiles:
    """The files of each option; a capability's parameter `source` picks one of its option's, from 0."""

    paths: Mapping[InputOption, Sequence[Path]] = field(default_factory=dict)
    seed: int | None = None
    """The seed of random numbers; without one they differ from run to run."""

    def count(self, option: InputOption) -> int:
        """The number of files; a seed counts as one."""
        if option.is_seed:
            return int(self.seed is not None)
        return len(self.paths.get(option, ()))


def inputs_from_files(
    capabilities: Sequence[RequestedCapability], files: InputFiles, notice: Notice = no_notice
) -> Mapping[int, InputSource]:
    """Returns the input files of each capability. Raises `InputFile`, which names the capability."""
    return {request.id: _named_input(request, files, notice) for request in capabilities}


def _named_input(request: RequestedCapability, files: InputFiles, notice: Notice) -> InputSource:
    try:
        return _input(request, files, notice)
    except InputFile as error:
        raise InputFile(f'Unable to load the "{request.kind.name}" input: {error}') from error


def _input(request: RequestedCapability, files: InputFiles, notice: Notice) -> InputSource:
    if request.kind.is_random:
        seed = secrets.randbits(64) if files.seed is None else files.seed
        return lambda size: random_bytes(seed, size)
    decode = reader_of(request.kind).decoder(request.parameters)
    path = file_of(request, files)

    def report_conversion(conversion: str) -> None:
        notice(f"{plain(path.name, 100)}: {conversion}")

    return decoded_file(path, lambda data: decode(data, report_conversion))


def file_of(request: RequestedCapability, files: InputFiles) -> Path:
    """The file that a capability reads, of those of its option. Raises `InputFile`."""
    option = request.kind.option
    paths = files.paths.get(option, ())
    source = whole_parameter(request.parameters, "source") or 0
    if not paths:
        flag = option.flags[0]
        raise InputFile(f"The user asked for source {source}, but no sources were provided: give a file with {flag}")
    if source >= len(paths):
        raise InputFile(f"The user asked for source {source} but there are only {len(paths)} sources available")
    return paths[source]


def decoded_file(path: Path, decode: Callable[[bytes], T]) -> T:
    """Returns the contents of a file. Raises `InputFile`, which names the file."""
    data = _bytes_of(path)
    try:
        return decode(data)
    except InputFile as error:
        raise InputFile(f"{path}: {error}") from None


def _bytes_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(FILE_LIMIT + 1)
    except OSError as error:
        raise InputFile(f"{path}: {error.strerror or error}") from None
    if len(data) > FILE_LIMIT:
        raise InputFile(f"{path}: larger than the limit of {size_text(FILE_LIMIT)}")
    return data
