"""`rune data pull`: a version of a project's data as a folder, or in another layout as a ZIP file."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath

import click

from rune.datasets.content.content import BadContent
from rune.datasets.export.data_folder import DATA_FOLDER, LIST, DataFolderRow, folder_names, place_of, read_list
from rune.datasets.export.layout import VersionOrigin
from rune.datasets.export.local_changes import local_changes
from rune.datasets.layouts.containers.archive import DataArchive, JoinedFile
from rune.datasets.layouts.containers.json_files import json_of
from rune.digests import digest_of
from rune.tools.cli.data.local_folder import LocalFolder, read_folder, write_list
from rune.tools.cli.failure import CommandFailed, command_failure
from rune.tools.cli.files.writing import replacing, write_file
from rune.tools.remote import DataClient, RegistryRefused, RemoteDataVersion, VersionEntry
from rune.wording import counted, size_text

PART = 250
"""Samples of one request."""
_PART_BYTES = 2_500_000_000
"""Bytes of the answer: a recording has at most 8 MB."""
_ARCHIVE_BYTES = 900_000_000_000


def pull_folder(client: DataClient, version: RemoteDataVersion, target: Path) -> None:
    """Makes a folder have exactly the samples of a version; files that no list has stay. Raises `RemoteError`."""
    local = read_folder(target)
    _require_same_project(local, client.project)
    origin = VersionOrigin(client.project, version.number, version.digest)
    entries = {each.number: each for each in client.entries(version.number) if not each.is_deleted}
    names = folder_names({each.label for each in entries.values()})
    folders = {number: names[each.label] for number, each in entries.items()}
    try:
        target.mkdir(parents=True, exist_ok=True)
        rows = _arrange(local, entries, folders)
        write_list(target, origin, rows.values())
        before = len(rows)
        missing = sorted(entries.keys() - rows.keys())
        label = f"Pulling {client.project}"
        with click.progressbar(
            length=len(missing), label=label, file=sys.stderr, hidden=not sys.stderr.isatty()
        ) as bar:
            while missing:
                rows |= _fetch_part(client, version, target, {number: folders[number] for number in missing[:PART]})
                # After each part: what is interrupted goes on behind it.
                write_list(target, origin, rows.values())
                bar.update(len(missing[:PART]))
                missing = missing[PART:]
    except OSError as error:
        raise command_failure(f'Unable to write "{target}"', error) from error
    deleted_count = len(entries) - len(rows)
    end = f"; {deleted_count:,} were deleted meanwhile" if deleted_count else ""
    click.echo(
        f"{target}: version {version.number}, {counted(len(rows), 'sample')}, {len(rows) - before:,} fetched{end}"
    )


def pull_archive(client: DataClient, version: RemoteDataVersion, layout: str, target: Path) -> None:
    """Writes a version in a layout of other tools as a ZIP file, whole or not at all. Raises `RemoteError`."""
    try:
        with replacing(target) as file:
            client.download_export(version.number, layout, file, limit_bytes=_ARCHIVE_BYTES)
    except OSError as error:
        raise command_failure(f'Unable to write "{target}"', error) from error
    click.echo(f"{target}: version {version.number}, {layout}, {size_text(target.stat().st_size)}")


def _require_same_project(local: LocalFolder, project: str) -> None:
    """Ends the command for a folder of another project, and for one with labels that were not pushed."""
    if local.origin is None:
        return
    if local.origin.project != project:
        raise CommandFailed(f'"{local.path}" has the data of {local.origin.project}. Choose another folder with -o.')
    new_labels = local_changes(local.rows, local.digests).new_labels
    if new_labels:
        raise CommandFailed(
            f'"{local.path}" has {counted(len(new_labels), "label")} that you changed. Push them with rune data push, '
            "or choose another folder with -o."
        )


def _arrange(
    local: LocalFolder, entries: Mapping[int, VersionEntry], folders: Mapping[int, str]
) -> dict[int, DataFolderRow]:
    """Moves files whose label changed, deletes those of samples that the version does not have, and returns the rows
    of the samples that are there."""
    by_digest = {entry.digest: entry for entry in entries.values()}
    files = {place_of(file): file for file in local.digests} | {file: file for file in local.digests}
    rows: dict[int, DataFolderRow] = {}
    for row in local.rows:
        file = files.get(row.file) or files.get(place_of(row.file))
        if file is None or local.digests[file] != row.digest:
            continue
        entry = by_digest.get(row.digest)
        path = local.path / file
        if entry is None:
            path.unlink()
            continue
        name = f"{folders[entry.number]}/{PurePosixPath(row.file).name}"
        if name != file:
            (local.path / name).parent.mkdir(exist_ok=True)
            path.replace(local.path / name)
        rows[entry.number] = _row_of(name, entry)
    return rows


def _fetch_part(
    client: DataClient, version: RemoteDataVersion, target: Path, folders: Mapping[int, str]
) -> dict[int, DataFolderRow]:
    """Fetches samples into their folders, which are by number; returns their rows. Those that were deleted meanwhile
    have none."""
    rows: dict[int, DataFolderRow] = {}
    after = min(folders) - 1
    while after < max(folders):
        with tempfile.TemporaryFile() as file:
            client.download_export(
                version.number, DATA_FOLDER.name, file, after=after, limit=PART, limit_bytes=_PART_BYTES
            )
            file.flush()
            part = unpack_part(DataArchive(JoinedFile([file.fileno()])), target, folders)
        if not part:
            break
        rows |= {number: row for number, row in part.items() if number in folders}
        after = max(part)
    return rows


def unpack_part(archive: DataArchive, target: Path, folders: Mapping[int, str]) -> Mapping[int, DataFolderRow]:
    """Writes the files of the samples that have a folder; returns the rows of all. Raises `RegistryRefused` for an
    archive that is damaged, or whose names lead out of the folder."""
    try:
        contents = read_list(json_of(archive.read(LIST), LIST))
        if contents is None or archive.refusals:
            raise BadContent("its list or a name in it is wrong.")
        rows = {row.number: row for row in contents[1]}
        for row in contents[1]:
            if row.number in folders:
                data = archive.read(row.file)
                if digest_of(data) != row.digest:
                    raise BadContent(f"{row.file} has other bytes than its digest says.")
                name = f"{folders[row.number]}/{PurePosixPath(row.file).name}"
                (target / name).parent.mkdir(exist_ok=True)
                write_file(target / name, data)
                rows[row.number] = replace(row, file=name)
    except BadContent as error:
        raise RegistryRefused(f"The server sent an archive that cannot be read: {error}") from error
    return rows


def _row_of(name: str, entry: VersionEntry) -> DataFolderRow:
    return DataFolderRow(name, entry.number, entry.digest, entry.label, entry.split, entry.group, entry.positions)
