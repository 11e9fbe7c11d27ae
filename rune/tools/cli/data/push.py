"""`rune data push`: new recordings and changed labels of a folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import click

from rune.datasets.content.content import BadContent
from rune.datasets.convert.plain import plain_recording
from rune.datasets.export.local_changes import local_changes
from rune.datasets.label_conflicts import OTHER_LABEL_TITLE, conflict_text, quoted
from rune.datasets.label_names import WORD_LIMIT
from rune.tools.cli.data.agreement import require_consent
from rune.tools.cli.data.local_folder import read_folder, write_list
from rune.tools.cli.data.named_project import data_client
from rune.tools.cli.failure import CommandFailed
from rune.tools.remote import DataClient, NewSample, RegistryRefused
from rune.wording import counted, plain

_UNUSABLE = 422
_MARKS = 5000
"""Labels of one request."""


def push_folder(
    path: Path, project: str | None, sample: NewSample, days: int, server: str | None, *, agrees: bool, insecure: bool
) -> None:
    """Sends what changed in a folder. Raises `RemoteError`."""
    local = read_folder(path)
    project_path = project or (local.origin.project if local.origin is not None else None)
    if project_path is None:
        raise CommandFailed(
            f'"{path}" was not written by rune data pull. Name its project, such as --project acme/kitchen.'
        )
    if local.origin is not None and project is not None and project.split("/")[-2:] != local.origin.project.split("/"):
        raise CommandFailed(f'"{path}" has the data of {local.origin.project}, not of {project}.')
    changes = local_changes(local.rows, local.digests)
    if too_long := [label for label in changes.new_labels.values() if len(label) > WORD_LIMIT]:
        raise CommandFailed(f"The label “{too_long[0][:30]}…” is too long; the limit is {WORD_LIMIT} characters.")
    with data_client(project_path, server, insecure=insecure) as client:
        known_labels = {row.number: row.label for row in local.rows}
        _relabel(client, changes.new_labels, known_labels)
        if local.origin is not None and changes.new_labels:
            places = {local.digests[file]: file for file in sorted(local.digests)}
            rows = [
                replace(row, label=changes.new_labels[row.number], file=places[row.digest])
                if row.number in changes.new_labels
                else row
                for row in local.rows
            ]
            write_list(path, local.origin, rows)
        added_count, known_count, refused_count = 0, 0, 0
        for conflict in changes.conflicts:
            text = plain(conflict_text(conflict), longest=600)
            click.echo(f"{text}: the same recording. Keep the file with the right label.", err=True)
        if changes.new_files:
            click.echo(f"{counted(len(changes.new_files), 'new file')} in {path}", err=True)
            consent = require_consent(client, days, agrees=agrees)
            added_count, known_count, refused_count = _send(client, path, changes.new_files, sample, consent)
    missing = f", {len(changes.missing):,} missing files changed nothing" if changes.missing else ""
    click.echo(
        f"{project_path}: {counted(added_count, 'sample')} added, {known_count:,} were there, "
        f"{counted(len(changes.new_labels), 'label')} changed{missing}"
    )
    if unsent_count := refused_count + local.omission_count + len(changes.conflicts):
        raise CommandFailed(f"{counted(unsent_count, 'file')} could not be sent.")


def _relabel(client: DataClient, labels: Mapping[int, str], known_labels: Mapping[int, str]) -> None:
    """Changes labels, unless somebody else changed one of them since the folder was pulled."""
    if not labels:
        return
    revision = client.revision()
    present = client.labels(sorted(labels))
    for number in sorted(labels):
        if present.get(number) not in (known_labels[number], labels[number]):
            state = "was deleted" if number not in present else f"is labelled {present[number]} by now"
            raise CommandFailed(f"Sample {number} {state}. Nothing was changed. Pull into another folder and compare.")
    numbers = sorted(labels)
    for start in range(0, len(numbers), _MARKS):
        part = {number: labels[number] for number in numbers[start : start + _MARKS]}
        client.mark(part, revision)
        revision = client.revision() if start + _MARKS < len(numbers) else revision


def _send(
    client: DataClient, path: Path, files: Sequence[tuple[str, str]], sample: NewSample, consent: str
) -> tuple[int, int, int]:
    """Sends files; returns how many were added, were there, and were refused."""
    added_count = known_count = refused_count = 0
    sent_labels: dict[str, str] = {}
    for file, label in files:
        try:
            data = plain_recording((path / file).read_bytes())
            digest = sha256(data).hexdigest()
            if (sent_label := sent_labels.get(digest, label)) != label:
                raise BadContent(f"It was sent as {quoted(sent_label)}, from another file with the same recording.")
            number = None if digest in sent_labels else client.add(consent, data, replace(sample, label=label))
            sent_labels[digest] = label
        except (BadContent, OSError, RegistryRefused) as error:
            if isinstance(error, RegistryRefused) and not _is_of_one_file(error):
                raise
            refused_count += 1
            click.echo(f"{file}: {error}", err=True)
            continue
        added_count += number is not None
        known_count += number is None
    return added_count, known_count, refused_count


def _is_of_one_file(error: RegistryRefused) -> bool:
    """Returns whether the server refuses this file, and may take the next one."""
    return error.status in (400, _UNUSABLE) or error.title == OTHER_LABEL_TITLE
