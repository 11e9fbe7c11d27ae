"""A folder of samples on the disk: its list, and the digests of its files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from rune.datasets.content.content import BadContent
from rune.datasets.export.data_folder import LIST, DataFolderRow, list_bytes, read_list
from rune.datasets.export.layout import VersionOrigin
from rune.datasets.layouts.files import printable_name
from rune.datasets.layouts.folder import DataFolder
from rune.digests import digest_of
from rune.tools.cli.failure import CommandFailed, command_failure
from rune.tools.cli.files.writing import write_file


@dataclass(frozen=True)
class LocalFolder:
    """The contents of a folder. `origin` is None if it has no list."""

    path: Path
    origin: VersionOrigin | None
    rows: tuple[DataFolderRow, ...]
    digests: Mapping[str, str]
    """The digests of the files, by name; without the list."""
    omission_count: int = 0
    """Files that cannot be sent, because of their names."""


def read_folder(path: Path) -> LocalFolder:
    """Reads the list and all files of a folder, one file at a time. A folder that does not exist has none. Ends the
    command where it cannot be read."""
    if not path.exists():
        return LocalFolder(path, None, (), {})
    try:
        files = DataFolder(path)
        names = sendable_names(files)
        digests = {name: digest_of(files.read(name)) for name in names if name != LIST}
        contents = read_list(json.loads(files.read(LIST))) if LIST in files else None
    except OSError as error:
        raise command_failure(f'Unable to read "{path}"', error) from error
    except BadContent as error:
        raise CommandFailed(f'Unable to read "{path}": {error}') from error
    except (ValueError, RecursionError):
        contents = None
    if contents is None and (path / LIST).exists():
        raise CommandFailed(
            f'"{path / LIST}" is not a list of samples that rune data pull wrote. Delete or restore it.'
        )
    origin, rows = contents if contents is not None else (None, [])
    return LocalFolder(path, origin, tuple(rows), digests, len(files.names) - len(names))


def sendable_names(files: DataFolder) -> Sequence[str]:
    """Returns the names of a folder's files, and says which files are left out: a name that is not UTF-8 cannot be in
    an archive, in a list or in a request."""
    names = []
    for name in files.names:
        try:
            name.encode()
        except UnicodeEncodeError:
            click.echo(f"{printable_name(name)}: Its name is not UTF-8. Rename it.", err=True)
        else:
            names.append(name)
    return names


def write_list(path: Path, origin: VersionOrigin, rows: Iterable[DataFolderRow]) -> None:
    """Writes the list of a folder, whole or not at all."""
    write_file(path / LIST, list_bytes(origin, sorted(rows, key=lambda row: (row.number, row.file))))
