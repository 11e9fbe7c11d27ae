"""Reads a folder or a ZIP file of recordings, in every layout that an import takes."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from lab.dataset.recording import Recording
from lab.refusal import Reason, Refused
from rune.datasets.content.content import BadContent
from rune.datasets.layouts.containers.archive import DataArchive
from rune.datasets.layouts.containers.files import MAX_FILES, TooManyRecordings, printable_name
from rune.datasets.layouts.find import find_layout, positions_of, read_item
from rune.datasets.layouts.row_rates import usual_rates
from rune.datasets.training_limits import ADVICE, MAX_BYTES, MAX_RECORDINGS
from rune.unreadable import is_utf8
from rune.wording import quoted, size_text


@dataclass(frozen=True)
class Recordings:
    """The contents of a folder: its recordings, and a sentence about each omitted file."""

    items: Sequence[Recording]
    omissions: Sequence[str]
    row_notes: Sequence[str] = ()
    """A sentence about each recording that was brought to the rate of the others, or whose times are uneven."""


def read_recordings(source: Path, *, needs_labels: bool = True) -> Recordings:
    """Reads a folder, or a ZIP file. Raises `Refused` for data without recordings, and `OSError`.

    Without `needs_labels`, recordings without a label are read too.
    """
    pack_omissions: Sequence[str] = ()
    archive_file: IO[bytes]
    with ExitStack() as stack:
        if source.is_dir():
            archive_file = stack.enter_context(tempfile.TemporaryFile())
            pack_omissions = _pack(source, archive_file)
        else:
            archive_file = stack.enter_context(source.open("rb"))
        file = io.FileIO(archive_file.fileno(), closefd=False)
        return _read(file, source.name, pack_omissions, needs_labels=needs_labels)


def _pack(folder: Path, target: IO[bytes]) -> Sequence[str]:
    """Packs the files of a folder. Links and hidden files are left out, and files that no archive can name: a sentence
    about each of these is returned."""
    size = 0
    omissions: list[str] = []
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted(folder.rglob("*")):
            relative = path.relative_to(folder)
            if path.is_symlink() or not path.is_file() or any(part.startswith(".") for part in relative.parts):
                continue
            if not is_utf8(relative.as_posix()):
                omissions.append(f"{printable_name(relative.as_posix())}: Its name is not UTF-8. Rename it.")
                continue
            size += path.stat().st_size
            if size > MAX_BYTES:
                raise _too_large(folder.name, size_text(MAX_BYTES))
            if len(archive.filelist) == MAX_FILES:
                raise _too_large(folder.name, f"{MAX_FILES:,} files")
            # A fixed time: a file of before 1980 cannot be packed with its own.
            archive.writestr(zipfile.ZipInfo(relative.as_posix()), path.read_bytes())
    target.flush()
    return omissions


def _too_large(name: str, most: str) -> Refused:
    return Refused(Reason.TOO_LARGE, f"{quoted(name)} has more than {most}. {ADVICE}")


def _read(file: io.RawIOBase, name: str, pack_omissions: Sequence[str], *, needs_labels: bool) -> Recordings:
    try:
        archive = DataArchive(file)
        layout = find_layout(archive)
    except TooManyRecordings as error:
        raise Refused(Reason.TOO_LARGE, f"{quoted(name)}: {error} {ADVICE}") from error
    except BadContent as error:
        raise Refused(Reason.DATA, f"{quoted(name)}: {error}") from error
    if len(layout.items) > MAX_RECORDINGS:
        raise _too_large(name, f"{MAX_RECORDINGS:,} recordings")
    items, omissions = [], [*pack_omissions, *(f"{each.path}: {each.reason}" for each in layout.omissions)]
    row_notes: list[str] = []
    rates = usual_rates(archive, layout)
    size = 0
    for item in layout.items:
        if needs_labels and not item.label:
            omissions.append(f"{item.path}: It has no label. Put it into a folder named after its label.")
            continue
        try:
            content = read_item(archive, layout, item, rates)
            positions = positions_of(item, content)
        except BadContent as error:
            omissions.append(f"{item.path}: {error}")
            continue
        size += len(content.data)
        if size > MAX_BYTES:
            raise _too_large(name, size_text(MAX_BYTES))
        path = item.path if not item.index else f"{item.path} {item.index}"
        if content.input and content.note:
            row_notes.append(f"{path}: {content.note}")
        items.append(
            Recording(path, item.label, content.data, content.kind, content.quality, item.group, item.split, positions)
        )
    if not items:
        if needs_labels and not any(item.label for item in layout.items):
            advice = "Put each recording into a folder named after its label, such as yes/01.wav."
            raise Refused(Reason.DATA, f"{quoted(name)} has no recordings with labels. {advice}")
        raise Refused(Reason.DATA, " ".join([f"{quoted(name)} has no recordings that can be read.", *omissions[:3]]))
    return Recordings(tuple(items), tuple(omissions), tuple(row_notes))
