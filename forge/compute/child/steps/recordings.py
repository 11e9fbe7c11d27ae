"""Reads recordings that somebody sent, in the isolated process: one, or an archive of labelled ones. Imports `rune` and
never Django.

The bytes to be stored are written into the output, one recording after the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import IO, Any

from forge.compute.child.job_files import read_descriptor
from forge.compute.child.output_file import emptied_output
from rune.assessment.evaluation.errors import SamplesRefused
from rune.assessment.evaluation.labelled import LabelledSample
from rune.assessment.evaluation.reading import samples_of
from rune.datasets.content.content import BadContent, Content
from rune.datasets.content.read import MAX_BYTES
from rune.datasets.content.row_rate import interval_to_json
from rune.datasets.convert.plain import read_upload
from rune.datasets.layouts.containers.archive import DataArchive, JoinedFile
from rune.datasets.layouts.containers.files import SampleFileTooLarge, printable_name
from rune.project.files import FileError, FileMissing, FileTooLarge, normal_path
from rune.wording import size_text


def read_recording(descriptors: Sequence[int], output: int) -> dict[str, Any]:
    """Writes the bytes to be stored of a recording into `output`, and returns its facts or why it is `refused`."""
    try:
        content = read_upload(read_descriptor(descriptors[0]))
    except BadContent as error:
        return {"refused": str(error)}
    with emptied_output(output) as target:
        target.write(content.data)
    return facts_of(content, 0)


def read_labelled(job: Mapping[str, Any], descriptors: Sequence[int], output: int) -> dict[str, Any]:
    """Writes the recordings of an archive, which has a folder for each label or a table at its top, into `output`.

    Returns their facts, labels, splits and marked places; as `omissions` the files that cannot be read; and as
    `skipped_files` those that are in no folder and that no table names. An archive with more than `most` files, or with
    recordings of more than `bytes` together, is `refused`.
    """
    try:
        files = _ArchiveFiles(DataArchive(JoinedFile(descriptors)), job["most"])
        samples = samples_of(files)
        with emptied_output(output) as target:
            answer = _read(samples, target, job["bytes"])
    except (BadContent, SamplesRefused, FileError) as error:
        return {"refused": str(error)}
    answer["omissions"] += [{"path": path, "reason": reason} for path, reason in files.refusals.items()]
    return answer | {"skipped_files": [printable_name(path) for path in files.skipped_files()]}


def _read(samples: Sequence[LabelledSample], target: IO[bytes], limit: int) -> dict[str, list[Any]]:
    """Raises `BadContent` for too many bytes."""
    recordings: list[dict[str, Any]] = []
    omissions: list[dict[str, str]] = []
    offset = 0
    for sample in samples:
        try:
            content = read_upload(sample.read())
        except FileError as error:
            omissions.append({"path": printable_name(sample.name), "reason": _sentence(error.reason)})
            continue
        except BadContent as error:
            omissions.append({"path": printable_name(sample.name), "reason": str(error)})
            continue
        if offset + len(content.data) > limit:
            raise BadContent(f"The recordings have more than {size_text(limit)} together. Send the archive in parts.")
        target.write(content.data)
        marks = None if sample.events is None else [asdict(event) for event in sample.events]
        words = {
            "path": printable_name(sample.name),
            "label": sample.label,
            "split": sample.split.value,
            "events": marks,
        }
        recordings.append(facts_of(content, offset) | words)
        offset += len(content.data)
    return {"recordings": recordings, "omissions": omissions}


class _ArchiveFiles:
    """The files of an archive, as `samples_of` reads them. It notes which were read."""

    def __init__(self, archive: DataArchive, most: int) -> None:
        """Raises `BadContent` for more than `most` files."""
        self._archive = archive
        self._names: dict[str, str] = {}
        self.refusals = dict(archive.refusals)
        for name in archive.names:
            try:
                self._names[normal_path(name)] = name
            except FileError as error:
                self.refusals[printable_name(name)] = _sentence(error.reason)
        if len(self._names) + len(self.refusals) > most:
            count = len(self._names) + len(self.refusals)
            raise BadContent(f"The archive has {count:,} files; {most:,} come in at once. Send it in parts.")
        self._requested_paths: set[str] = set()

    def paths(self) -> tuple[str, ...]:
        return tuple(sorted(self._names))

    def read(self, path: str) -> bytes:
        name = self._names.get(normal_path(path))
        self._requested_paths.add(normal_path(path))
        if name is None:
            raise FileMissing(path, "no such file came with the table")
        try:
            return self._archive.read(name, limit=MAX_BYTES)
        except SampleFileTooLarge:
            raise FileTooLarge(path, f"it is too large; a sample has at most {size_text(MAX_BYTES)}") from None
        except BadContent as error:
            raise FileError(path, str(error)) from None

    def skipped_files(self) -> tuple[str, ...]:
        """Returns the files that were never read. After all samples were read, neither a folder nor the table names
        these."""
        return tuple(path for path in self.paths() if path not in self._requested_paths)


def facts_of(content: Content, offset: int) -> dict[str, Any]:
    """The facts of a recording whose bytes are at `offset` of the output (`RecordingFactsJson`)."""
    return {
        "offset": offset,
        "size": len(content.data),
        "kind": content.kind.value,
        "media_type": content.media_type,
        "quality": content.quality.value,
        "milliseconds": content.milliseconds,
        "drawing": dict(content.drawing),
        "interval": None if content.interval is None else interval_to_json(content.interval),
    }


def _sentence(reason: str) -> str:
    return f"{reason[:1].upper()}{reason[1:].rstrip('.')}."
