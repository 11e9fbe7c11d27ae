"""`rune data import`: a data set of another tool, sent in pieces, shown as a preview, and added as a job."""

from __future__ import annotations

import os
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any

import click

from rune.datasets.content.content import BadContent
from rune.datasets.label_conflicts import ConflictChoice, LabelConflict, conflict_of_json, conflict_text, with_labels
from rune.datasets.layouts.containers.folder import DataFolder
from rune.tools.cli.data.agreement import require_consent
from rune.tools.cli.data.local_folder import sendable_names
from rune.tools.cli.failure import CommandFailed, command_failure
from rune.tools.remote import DataClient, NewSample, RegistryRefused, RegistryUnreachable, RemoteError
from rune.wording import alternatives, counted, plain

_PIECE = 16_000_000
_MAX_PIECES = 800
_CHUNK = 1 << 20
_TRIES = 5
"""How often a piece is sent before the command ends."""
_UNANSWERED_STATUSES = (409, 502, 503, 504)
"""Statuses after which the server may have other bytes than the command knows of."""
_POLL = 0.5
"""Seconds between two questions for how far a job is."""
_SHOWN_CONFLICTS = 50
_NO_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class ImportOptions:
    """The person's choices."""

    labels: Sequence[str]
    sample: NewSample
    days: int
    resume: str | None
    agrees: bool
    starts: bool
    settle_all: ConflictChoice | None = None
    """The choice for recordings with several labels; None asks."""


def import_data(client: DataClient, source: Path, options: ImportOptions) -> None:
    """Sends a ZIP file or a folder, and imports it after a question. Raises `RemoteError`."""
    try:
        with _archive(source) as file:
            size = os.fstat(file.fileno()).st_size
            row = _begin(client, size, options)
            if row["size"] != size:
                raise CommandFailed(f"Import {row['id']} is of an archive with {row['size']:,} bytes, not {size:,}.")
            try:
                row = _finish(client, _send(client, file, row), options)
            except (RemoteError, KeyboardInterrupt) as error:
                if isinstance(error, KeyboardInterrupt) or _is_interruption(error):
                    click.echo(f"Go on with the same command and --resume {row['id']}", err=True)
                raise
    except (OSError, zipfile.LargeZipFile) as error:
        raise command_failure(f'Unable to read "{source}"', error) from error
    except BadContent as error:
        raise CommandFailed(f'Unable to read "{source}": {error}') from error
    _report(client.project, row)


def _begin(client: DataClient, size: int, options: ImportOptions) -> Mapping[str, Any]:
    if options.resume is not None:
        return client.find_import(options.resume)
    consent = require_consent(client, options.days, agrees=options.agrees)
    return client.begin_import(consent, size, options.sample)


@contextmanager
def _archive(source: Path) -> Iterator[IO[bytes]]:
    """A ZIP file, or a folder packed as one. The same folder gives the same bytes, so that it can go on."""
    if source.is_file():
        with source.open("rb") as file:
            yield file
        return
    files = DataFolder(source)
    with tempfile.TemporaryFile() as archive_file:
        with zipfile.ZipFile(archive_file, "w", zipfile.ZIP_STORED) as archive:
            for name in sendable_names(files):
                archive.writestr(zipfile.ZipInfo(name, _NO_TIME), files.read(name))
        archive_file.flush()
        yield archive_file


def _send(client: DataClient, file: IO[bytes], row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Sends what the server does not have yet. A piece without an answer may have arrived, so it goes on at the bytes
    that the server has."""
    size, failures = int(row["size"]), 0
    piece = max(_PIECE, -(-size // _MAX_PIECES))
    with click.progressbar(length=size, label="Sending", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        bar.update(int(row["received_bytes"]))
        while row["state"] == "sending":
            offset = int(row["received_bytes"])
            try:
                row = client.send_piece(str(row["id"]), offset, partial(_chunks, file, offset, piece))
            except RemoteError as error:
                failures += 1
                if failures == _TRIES or not _is_interruption(error):
                    raise
                time.sleep(failures)
                with suppress(RemoteError):
                    row = client.find_import(str(row["id"]))
            if int(row["received_bytes"]) > offset:
                failures = 0
            bar.update(int(row["received_bytes"]) - offset)
    return row


def _is_interruption(error: RemoteError) -> bool:
    """Returns whether the same command may go on where it was."""
    if isinstance(error, RegistryRefused):
        return error.status in _UNANSWERED_STATUSES
    return isinstance(error, RegistryUnreachable)


def _chunks(file: IO[bytes], start: int, size: int) -> Iterator[bytes]:
    file.seek(start)
    while size and (chunk := file.read(min(_CHUNK, size))):
        size -= len(chunk)
        yield chunk


def _finish(client: DataClient, row: Mapping[str, Any], options: ImportOptions) -> Mapping[str, Any]:
    """Waits for the preview, asks, starts the import and waits for its end."""
    row = _wait(client, row, "reading")
    if row["state"] == "ready":
        click.echo(_preview(row["preview"], row), err=True)
        if not options.starts and not click.confirm("Import this?", err=True):
            raise CommandFailed(f"Nothing was imported. Start it on the page Data, or with --resume {row['id']}.")
        row = client.start_import(str(row["id"]), options.labels, _conflict_choice(row, options))
    return _wait(client, row, "adding")


def _conflict_choice(row: Mapping[str, Any], options: ImportOptions) -> ConflictChoice | None:
    """Returns what becomes of recordings with several labels; asks unless an option says it, or `--yes` that nobody
    answers."""
    conflicts = with_labels(_conflicts(row["preview"]), options.labels or None)
    if options.settle_all is not None or not conflicts:
        return options.settle_all
    values = [each.value for each in ConflictChoice]
    if options.starts:
        raise CommandFailed(
            f"Recordings have two labels. Go on with --conflicts {alternatives(values)} and --resume {row['id']}"
        )
    return ConflictChoice(click.prompt("Which label?", type=click.Choice(values), err=True))


def _wait(client: DataClient, row: Mapping[str, Any], state: str) -> Mapping[str, Any]:
    total = int(row["total"]) or 1
    with click.progressbar(length=total, label="Importing", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        while row["state"] == state:
            time.sleep(_POLL)
            row = client.find_import(str(row["id"]))
            bar.length = int(row["total"]) or 1
            bar.update(int(row["position"]) - bar.pos)
    return row


def _preview(preview: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    labels = ", ".join(f"{plain(str(label))} {count:,}" for label, count in preview["labels"].items())
    lines = [
        f"{preview['layout']}: {counted(preview['recordings'], 'recording')}",
        f"Labels: {labels or 'none'}; {preview['unlabelled']:,} without a label",
    ]
    lines += _splits(preview)
    lines += [
        f"Rows of {plain(str(each['input']))}: {plain(str(each['interval']))} apart"
        for each in preview.get("rates", ())
    ]
    lines += [plain(str(doubt), longest=600) for doubt in preview.get("doubts", ())]
    lines += _same_bytes(preview)
    if row["omission_count"]:
        omission_count = row["omission_count"]
        lines += [f"{counted(omission_count, 'file')} left out:", *_reasons(row["omissions"], omission_count)]
    if note_count := preview.get("note_count"):  # Servers of earlier versions send none.
        lines += [f"Notes on {counted(note_count, 'recording')}:", *_reasons(preview["notes"], note_count)]
    return "\n".join(lines)


def _same_bytes(preview: Mapping[str, Any]) -> list[str]:
    """The recordings that are there twice, or have several labels. Servers of earlier versions send none."""
    lines = []
    if conflicts := _conflicts(preview):
        lines.append(f"{counted(len(conflicts), 'recording has', 'recordings have')} two labels:")
        lines += [f"  {plain(conflict_text(each), longest=600)}" for each in conflicts[:_SHOWN_CONFLICTS]]
        lines += _more(len(conflicts) - _SHOWN_CONFLICTS)
    if repeated_count := preview.get("repeated_count"):
        repeated = counted(repeated_count, "recording repeats another one", "recordings repeat others")
        lines.append(f"{repeated} of the archive; each is kept once")
    if known_count := preview.get("known_count"):
        lines.append(f"{counted(known_count, 'recording is', 'recordings are')} in the data already")
    return lines


def _conflicts(preview: Mapping[str, Any]) -> Sequence[LabelConflict]:
    return [conflict_of_json(each) for each in preview.get("conflicts", ())]


def _splits(preview: Mapping[str, Any]) -> list[str]:
    """The splits that the recordings will have."""
    shares = [f"{plain(str(split))} {count:,}" for split, count in preview["splits"].items()]
    shares += [f"{preview['by_bytes']:,} by chance"] if preview.get("by_bytes") else []
    lines = [f"Splits: {', '.join(shares)}"] if shares else []
    if moved_count := preview.get("moved_count"):
        lines.append(
            f"{counted(moved_count, 'recording')} in another split than the archive says: all of one person are in one"
        )
    if uncovered_count := preview.get("uncovered_count"):
        lines.append(f"{counted(uncovered_count, 'recording')} left out: the consent does not cover the person's split")
    return lines


def _reasons(files: Sequence[Mapping[str, Any]], count: int = 0) -> list[str]:
    """Returns files with their reasons; `count` is how many there are, of which a server names the first."""
    lines = [f"  {plain(str(each['path']))}: {plain(str(each['reason']), longest=600)}" for each in files]
    return lines + _more(count - len(files))


def _more(count: int) -> list[str]:
    return [f"  and {count:,} more"] if count > 0 else []


def _report(project: str, row: Mapping[str, Any]) -> None:
    if row["state"] == "failed":
        raise RegistryRefused(f"The import stopped: {plain(str(row['error']), longest=600)}")
    for line in (*_reasons(row["omissions"], row["omission_count"]), *_reasons(row.get("notes", ()))):
        click.echo(line.strip(), err=True)
    click.echo(
        f"{project}: {counted(row['new_samples'], 'sample')} added, {row['duplicates']:,} were there, "
        f"{row['omission_count']:,} left out"
    )
