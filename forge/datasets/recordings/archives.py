"""Preview of an archive of labelled recordings: accepted and refused files, with reasons. Writes nothing.

The archive is a .zip with a folder for each label, or with a table at its top; `rune.running.evaluation.reading` says
how both look, so that `rune evaluate` and the project read the same archives alike.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

from django.conf import settings

from forge.core.errors import TooLarge
from forge.core.studio_limits import MAX_FILES
from forge.datasets.models import Sample
from forge.projects.archives.read_archive import Archive, ArchiveMember
from forge.projects.errors import ArchiveRefused
from forge.projects.models import Project
from rune.datasets.content.content import BadContent, Content
from rune.datasets.content.read import MAX_BYTES, read_content
from rune.datasets.splits import Split
from rune.digests import digest_of
from rune.project.files import FileError, FileMissing, FileTooLarge, normal_path
from rune.running.evaluation.errors import SamplesRefused
from rune.running.evaluation.labelled import EvaluationSplit as LabelledSplit
from rune.running.evaluation.labelled import LabelledSample
from rune.running.evaluation.reading import samples_of
from rune.wording import size_text

_SPLITS = {
    LabelledSplit.TRAIN: Split.TRAIN,
    LabelledSplit.TEST: Split.TEST,
    LabelledSplit.HOLDOUT: Split.VALIDATION,
}
"""The splits of folders and tables, as a data set calls them."""
KNOWN = "The same recording is already a sample of the project, or is in here twice."


@dataclass(frozen=True)
class Incoming:
    """A recording of an archive that can come in, with its bytes."""

    sample: LabelledSample
    content: Content
    digest: str

    @property
    def split(self) -> Split:
        """The split that the archive declares."""
        return _SPLITS[LabelledSplit(self.sample.split)]


@dataclass(frozen=True)
class RefusedFile:
    """A file of an archive that cannot come in, and why."""

    name: str
    reason: str


class _Members:
    """The files of an archive, as those who read samples ask for them."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._members: dict[str, ArchiveMember] = {member.path: member for member in archive.members}
        self._requested: set[str] = set()

    def paths(self) -> tuple[str, ...]:
        return tuple(sorted(self._members))

    def read(self, path: str) -> bytes:
        member = self._members.get(normal_path(path))
        self._requested.add(normal_path(path))
        if member is None:
            raise FileMissing(path, "no such file came with the table")
        if member.size > MAX_BYTES:
            raise FileTooLarge(path, f"it has {size_text(member.size)}; a sample has at most {size_text(MAX_BYTES)}")
        return b"".join(self._archive.read(member))

    def unrequested_members(self) -> tuple[str, ...]:
        return tuple(path for path in self.paths() if path not in self._requested)


class LabelledArchive:
    """The samples of an archive, to be read while it is open."""

    def __init__(self, members: _Members, samples: tuple[LabelledSample, ...]) -> None:
        self._members = members
        self.samples = samples

    def left_out(self) -> tuple[str, ...]:
        """Once all samples were read: the files that are neither in a folder of a label nor in the table."""
        return self._members.unrequested_members()


@contextmanager
def labelled_archive(chunks: Iterable[bytes]) -> Iterator[LabelledArchive]:
    """The samples of an archive, to be read until the end. Raises `TooLarge` and `ArchiveRefused`."""
    with tempfile.TemporaryFile() as body:
        _receive(chunks, body)
        archive = Archive(body, files=MAX_FILES, limit=2 * settings.UPLOAD_LIMIT)
        members = _Members(archive)
        try:
            samples = samples_of(members)
        except (SamplesRefused, FileError) as error:
            raise ArchiveRefused(str(error)) from error
        yield LabelledArchive(members, samples)


def classify_samples(project: Project, samples: Iterable[LabelledSample]) -> Iterator[Incoming | RefusedFile]:
    """Each sample of an archive as one that can come in, or with the reason why not. Reads one file at a time."""
    known = set(Sample.objects.available().filter(data_set__project=project).values_list("digest", flat=True))
    for sample in samples:
        try:
            content = read_content(sample.read())
        except FileError as error:
            yield RefusedFile(sample.name, _sentence(error.reason))
            continue
        except BadContent as error:
            yield RefusedFile(sample.name, str(error))
            continue
        digest = digest_of(content.data)
        if digest in known:
            yield RefusedFile(sample.name, KNOWN)
            continue
        known.add(digest)
        yield Incoming(sample, content, digest)


def _sentence(reason: str) -> str:
    return f"{reason[:1].upper()}{reason[1:].rstrip('.')}."


def _receive(chunks: Iterable[bytes], body: IO[bytes]) -> None:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > settings.UPLOAD_LIMIT:
            raise TooLarge(f"This is larger than the limit of {size_text(settings.UPLOAD_LIMIT)}. Send it in parts.")
        body.write(chunk)
