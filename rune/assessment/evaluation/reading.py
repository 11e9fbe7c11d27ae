"""Says which files are samples, and of which label: from a folder, a table or a zip.

Three layouts. In folders, each folder is a label: `samples/yes/01.wav`; above them there may be folders that are called
by a split: `samples/test/yes/01.wav`. In a table, a CSV with the columns `file` (or `name`) and `label`, and if wanted
`split`, `start` and `end`: a row with a start and an end, in seconds, marks where in a recording the label happens. In
a folder that `rune data pull` wrote, its list has the labels and splits.
"""

from __future__ import annotations

import math
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath
from typing import Final

from rune.assessment.evaluation.errors import SamplesRefused
from rune.assessment.evaluation.labelled import EvaluationSplit, LabelledSample, RecordedEvent
from rune.capabilities import CAPABILITIES
from rune.csv_text import CsvRow, UnreadableCsv, csv_rows
from rune.datasets.content.content import BadContent
from rune.datasets.content.unread_pictures import ENDINGS as UNREAD_ENDINGS
from rune.datasets.export.data_folder import LIST, read_list
from rune.datasets.label_names import WORD_LIMIT
from rune.datasets.layouts.containers.files import is_ignored
from rune.datasets.layouts.containers.json_files import json_of
from rune.datasets.layouts.containers.zip_names import zip_name
from rune.project.files import DEFAULT_FILE_LIMIT, FileError, FileMissing, FileTooLarge, ProjectFiles, normal_path
from rune.unreadable import ZIP_DAMAGE, reason_of
from rune.wording import quoted, size_text

ENDINGS: Final = frozenset({ending for each in CAPABILITIES.values() for ending in each.endings} | {*UNREAD_ENDINGS})
"""The endings of files that are samples, or pictures whose format is refused by name; other files in folders of labels
are left alone, such as a licence."""
MOST_SAMPLES: Final = 100_000
_COLUMNS: Final = ("file", "label", "split", "start", "end")


def _samples_in_folders(files: ProjectFiles, paths: Iterable[str]) -> tuple[LabelledSample, ...]:
    samples = tuple(_in_folders(files, paths))
    if not samples:
        raise SamplesRefused(
            "There are no samples: put each file into a folder that is called by its label, such as yes/01.wav, or "
            "give a CSV with the columns file and label."
        )
    return samples


def _in_folders(files: ProjectFiles, paths: Iterable[str]) -> Iterator[LabelledSample]:
    for path in paths:
        place = PurePosixPath(path)
        if len(place.parts) < 2 or place.suffix.lower() not in ENDINGS:
            continue
        splits = [split for part in place.parts[:-2] if (split := EvaluationSplit.from_name(part)) is not None]
        yield LabelledSample(
            path, _label(place.parent.name), partial(files.read, path), splits[0] if splits else EvaluationSplit.TEST
        )


def _samples_in_list(files: ProjectFiles, folder: str) -> tuple[LabelledSample, ...]:
    """The samples of a folder that `rune data pull` wrote, those without a label left out."""
    try:
        contents = read_list(json_of(files.read(_below(folder, LIST)), LIST))
    except BadContent as error:
        raise SamplesRefused(str(error)) from None
    if contents is None:
        raise SamplesRefused(f"{LIST} is not a list of samples that rune data pull wrote.")
    return tuple(
        LabelledSample(
            row.file,
            _label(row.label),
            partial(files.read, _below(folder, row.file)),
            EvaluationSplit.from_name(row.split) or EvaluationSplit.TEST,
        )
        for row in contents[1]
        if row.label.strip()
    )


def _below(folder: str, path: str) -> str:
    return f"{folder}/{path}" if folder else path


@dataclass(frozen=True)
class _TableRow:
    """A valid line of a table."""

    line: int
    path: str
    label: str
    split: EvaluationSplit
    event: RecordedEvent | None


def samples_in_table(files: ProjectFiles, table: bytes, folder: str = "") -> tuple[LabelledSample, ...]:
    """The samples of a CSV, whose paths start from `folder`. Raises `SamplesRefused`, which names the line."""
    by_path: dict[str, list[_TableRow]] = {}
    for row in _rows(table):
        by_path.setdefault(row.path, []).append(row)
    if not by_path:
        raise SamplesRefused("The table lists no samples: no line follows the line of the columns.")
    return tuple(_sample(files, folder, path, rows) for path, rows in by_path.items())


def _sample(files: ProjectFiles, folder: str, path: str, rows: Sequence[_TableRow]) -> LabelledSample:
    first = rows[0]
    marks = [row.event for row in rows if row.event is not None]
    if len({row.split for row in rows}) > 1:
        raise SamplesRefused(f"Line {rows[-1].line}: {quoted(path)} has another split on line {first.line}.")
    if len(rows) > 1 and len(marks) < len(rows):
        raise SamplesRefused(
            f"Line {rows[-1].line}: {quoted(path)} is on line {first.line} too. A file is on several lines only to "
            "mark where its labels happen, with a start and an end on each."
        )
    events = tuple(sorted(marks, key=lambda event: event.start)) if marks else None
    return LabelledSample(path, first.label, partial(files.read, _below(folder, path)), first.split, events)


def _rows(table: bytes) -> Iterator[_TableRow]:
    try:
        rows = csv_rows(table)
        head = next(rows, CsvRow(1, ()))
        columns = _columns([name.lower() for name in head.fields], head.line)
        for number, (line, fields) in enumerate(rows):
            if number >= MOST_SAMPLES:
                raise SamplesRefused(f"The table has more than {MOST_SAMPLES:,} lines.")
            yield _row(line, fields, columns)
    except UnreadableCsv as error:
        raise SamplesRefused(f"The table cannot be read: {error}.") from None


def _columns(names: Sequence[str], line: int) -> Mapping[str, int]:
    names = ["file" if name == "name" and "file" not in names else name for name in names]
    missing = [name for name in ("file", "label") if name not in names]
    if missing:
        raise SamplesRefused(
            f"Line {line}: the table has no column {' and no column '.join(missing)}. "
            "The first line names the columns: "
            "file, label, and if wanted split, start and end."
        )
    twice = next((name for name in _COLUMNS if names.count(name) > 1), None)
    if twice is not None:
        raise SamplesRefused(f"Line {line}: the table has two columns {twice}.")
    return {name: names.index(name) for name in _COLUMNS if name in names}


def _row(line: int, fields: Sequence[str], columns: Mapping[str, int]) -> _TableRow:
    def field(name: str) -> str:
        place = columns.get(name)
        return fields[place] if place is not None and place < len(fields) else ""

    try:
        path = normal_path(field("file"))
        label = _label(field("label"))
    except FileError as error:
        raise SamplesRefused(f"Line {line}: {quoted(error.path)}: {error.reason}.") from None
    except SamplesRefused as error:
        raise SamplesRefused(f"Line {line}: {error}") from None
    name = field("split") or EvaluationSplit.TEST.value
    split = EvaluationSplit.from_name(name)
    if split is None:
        raise SamplesRefused(f"Line {line}: {quoted(name)} is not a split; write train, test or holdout.")
    return _TableRow(line, path, label, split, _event(line, label, field("start"), field("end")))


def _event(line: int, label: str, start: str, end: str) -> RecordedEvent | None:
    if not start and not end:
        return None
    try:
        begins, ends = float(start), float(end)
    except ValueError:
        raise SamplesRefused(f"Line {line}: start and end are both seconds from the beginning, such as 1.25.") from None
    if not (0 <= begins < ends and math.isfinite(ends)):
        raise SamplesRefused(f"Line {line}: the event ends before it starts; give a start and a later end in seconds.")
    return RecordedEvent(label, begins, ends)


def _label(text: str) -> str:
    label = " ".join(unicodedata.normalize("NFC", text).split())
    if not 0 < len(label) <= WORD_LIMIT or not label.isprintable():
        raise SamplesRefused(f"{quoted(label)} is not a label: write 1 to {WORD_LIMIT} characters.")
    return label


class ZipFiles:
    """The files of a zip on one's own disk. One that claims or gives more than the limit is refused when it is read."""

    def __init__(self, archive: zipfile.ZipFile, limit: int = DEFAULT_FILE_LIMIT) -> None:
        self._archive = archive
        self._limit = limit
        self._members = dict(_members(archive))

    def paths(self) -> tuple[str, ...]:
        return tuple(sorted(self._members))

    def read(self, path: str) -> bytes:
        """The bytes of a file. Raises `FileError`."""
        member = self._members.get(normal_path(path))
        if member is None:
            raise FileMissing(path, "no such file in the zip")
        try:
            with self._archive.open(member) as file:
                data = file.read(self._limit + 1)
        except ZIP_DAMAGE as error:
            raise FileError(path, f"it cannot be unpacked: {reason_of(error)}") from None
        if len(data) > self._limit:
            raise FileTooLarge(path, f"more than the limit of {size_text(self._limit)}")
        return data


def _members(archive: zipfile.ZipFile) -> Iterator[tuple[str, zipfile.ZipInfo]]:
    named_members = [(zip_name(each), each) for each in archive.infolist()]
    members = [(name, each) for name, each in named_members if not name.endswith("/") and not is_ignored(name)]
    if len(members) > MOST_SAMPLES:
        raise SamplesRefused(f"The zip has {len(members):,} files; the limit is {MOST_SAMPLES:,}.")
    for name, member in members:
        try:
            yield normal_path(name), member
        except FileError as error:
            raise SamplesRefused(f"The zip has a file {quoted(error.path)}: {error.reason}.") from None


def samples_of(files: ProjectFiles) -> tuple[LabelledSample, ...]:
    """The samples of a folder or zip: by its table, a CSV at its top with the columns, else by the list of
    `rune data pull`, else by its folders. What file managers and version control leave there is no sample.

    Where all lies in one folder, as in a folder that was packed or dropped, its top is that folder's. Raises
    `SamplesRefused`.
    """
    paths = [path for path in files.paths() if not is_ignored(path)]
    tops = {path.partition("/")[0] if "/" in path else "" for path in paths}
    folder = tops.pop() if len(tops) == 1 else ""
    for path in paths:
        if path == _below(folder, PurePosixPath(path).name) and path.lower().endswith(".csv"):
            table = files.read(path)
            if _is_table(path, table):
                return samples_in_table(files, table, folder)
    if _below(folder, LIST) in paths:
        return _samples_in_list(files, folder)
    return _samples_in_folders(files, paths)


def _is_table(path: str, data: bytes) -> bool:
    """Returns whether the first line of a CSV names the columns of a table of samples; a recording of motion has
    another."""
    try:
        names = {name.lower() for name in next(csv_rows(data), CsvRow(1, ())).fields}
    except UnreadableCsv as error:
        raise SamplesRefused(f"{quoted(path)} cannot be read: {error}.") from None
    return "label" in names and not names.isdisjoint({"file", "name"})
