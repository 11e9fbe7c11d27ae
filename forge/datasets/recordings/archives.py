"""Preview of an archive of labelled recordings: accepted and refused files, with reasons. Writes nothing.

The archive is a .zip with a folder for each label, or with a table at its top; `rune.assessment.evaluation.reading`
says how both look, so that `rune evaluate` and the project read the same archives alike. An isolated process reads it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO

from django.conf import settings

from forge.compute.errors import MalformedAnswer
from forge.compute.pool.answer_reading import LabelledArchiveJson, LabelledRecordingJson, MarkedPlaceJson
from forge.compute.pool.data_answers import DataOmissionJson
from forge.compute.pool.recordings import recording_readers
from forge.core.errors import TooLarge
from forge.core.studio_limits import MAX_FILES
from forge.datasets.errors import RateDiffers
from forge.datasets.models import Sample
from forge.datasets.samples.actions.mark import MAX_EVENTS, SampleEventJson
from forge.datasets.samples.content import are_words, content_in, received_file
from forge.datasets.samples.rates import rate_of, rates_of_project, require_rates
from forge.projects.errors import ArchiveRefused
from forge.projects.models import Project
from rune.assessment.evaluation.labelled import EvaluationSplit
from rune.datasets.content.content import Content, Kind
from rune.datasets.content.row_rate import RowRates, most_frequent_rates
from rune.datasets.label_conflicts import (
    LabelConflict,
    RecordingLabel,
    StoredLabel,
    compare_labels,
    conflict_text,
)
from rune.datasets.splits import Split
from rune.digests import digest_of
from rune.wording import size_text

_SPLITS = {
    EvaluationSplit.TRAIN.value: Split.TRAIN,
    EvaluationSplit.TEST.value: Split.TEST,
    EvaluationSplit.HOLDOUT.value: Split.VALIDATION,
}
"""The splits of folders and tables, as a data set calls them."""
DUPLICATE = "The same recording is already a sample of the project, or is in here twice."


@dataclass(frozen=True)
class Incoming:
    """A recording of an archive that may become a sample, with its bytes. `split` is what the archive says."""

    name: str
    label: str
    split: Split
    events: Sequence[SampleEventJson] | None
    content: Content
    digest: str


@dataclass(frozen=True)
class RefusedFile:
    """A file of an archive that cannot come in, and why."""

    name: str
    reason: str


class LabelledArchive:
    """The contents of an archive, as an isolated process wrote them into `content_file`. Use it while that file is
    open."""

    def __init__(self, content_file: IO[bytes], answer: LabelledArchiveJson) -> None:
        self._content_file = content_file
        self._recordings = answer["recordings"]
        self.omissions: Sequence[DataOmissionJson] = answer["omissions"]
        self.skipped_files: Sequence[str] = answer["skipped_files"]
        """The files that are neither in a folder of a label nor in the table."""

    def recordings(self) -> Iterator[Incoming | RefusedFile]:
        """Yields the recordings and keeps one in memory at a time. Raises `ArchiveRefused`."""
        for each in self._recordings:
            try:
                content = content_in(self._content_file, each)
                if not _is_possible(each):
                    raise MalformedAnswer("The process that reads archives described an invalid recording.")
            except MalformedAnswer as error:
                raise ArchiveRefused(f"The archive could not be read. {error.reason}") from error
            if (reason := _reason_against(each["events"] or (), content)) is not None:
                yield RefusedFile(each["path"], reason)
                continue
            events = None if each["events"] is None else _within(each["events"], content)
            yield Incoming(
                each["path"], each["label"], _SPLITS[each["split"]], events, content, digest_of(content.data)
            )


@contextmanager
def labelled_archive(project: Project, chunks: Iterable[bytes]) -> Iterator[LabelledArchive]:
    """Yields the recordings of an archive that somebody sends for a project. Read them inside the context.

    Raises `TooLarge`, `ArchiveRefused`, and `TooManyQuestions` and `LanguageBusy` where too many are read at once.
    """
    limit = settings.UPLOAD_LIMIT
    too_large = TooLarge(f"This is larger than the limit of {size_text(limit)}. Send it in parts.")
    with received_file(chunks, limit, too_large) as archive_file, TemporaryFile() as content_file:
        answer = recording_readers.read_archive(project.organisation_id, archive_file, content_file, MAX_FILES)
        if "refused" in answer:
            raise ArchiveRefused(answer["refused"])
        if "error" in answer:
            raise ArchiveRefused(f"The archive could not be read. {answer['error']['message']}")
        yield LabelledArchive(content_file, answer)  # type: ignore[arg-type]  # its shape was checked when it came


def classify_samples(project: Project, archive: LabelledArchive) -> Iterator[Incoming | RefusedFile]:
    """Yields each file of an archive as a recording that may become a sample, or with the reason why it is refused.

    Raises `ArchiveRefused`.
    """
    stored_samples = Sample.objects.available().filter(data_set__project=project).order_by()
    rows = stored_samples.values_list("digest", "number", "label")
    labels = {digest: StoredLabel(number, label) for digest, number, label in rows}
    known_digests = set(labels)
    conflicts = _label_conflicts(archive, labels)
    rates = archive_rates(project, archive)
    for omission in archive.omissions:
        yield RefusedFile(omission["path"], omission["reason"])
    for each in archive.recordings():
        if isinstance(each, Incoming):
            if each.digest in conflicts:
                yield RefusedFile(each.name, conflicts[each.digest])
                continue
            if each.digest in known_digests:
                yield RefusedFile(each.name, DUPLICATE)
                continue
            try:
                require_rates(rates, rate_of(each.content))
            except RateDiffers as error:
                yield RefusedFile(each.name, error.detail)
                continue
            known_digests.add(each.digest)
        yield each


def archive_rates(project: Project, archive: LabelledArchive) -> RowRates:
    """Returns the rates at which recordings come in: those of the data, else those that most recordings have. Raises
    `ArchiveRefused`."""
    contents = (each.content for each in archive.recordings() if isinstance(each, Incoming))
    intervals = ((each.input, each.interval) for each in contents if each.input and each.interval is not None)
    return {**most_frequent_rates(intervals), **rates_of_project(project)}


def _label_conflicts(archive: LabelledArchive, labels: Mapping[str, StoredLabel]) -> Mapping[str, str]:
    """Returns why recordings with several labels are refused, by digest: all of the files, as none is right by chance.

    Raises `ArchiveRefused`.
    """
    incoming = (each for each in archive.recordings() if isinstance(each, Incoming))
    recordings = (RecordingLabel(each.digest, each.label, each.name) for each in incoming)
    return {
        each.digest: f"The same recording has two labels: {conflict_text(each)}. {_advice(each)}"
        for each in compare_labels(recordings, labels).conflicts
    }


def _advice(conflict: LabelConflict) -> str:
    if conflict.stored is None:
        return "Keep the file with the right label, and send it again."
    return "If the stored label is wrong, change it on the page Data."


def _is_possible(recording: LabelledRecordingJson) -> bool:
    """Returns whether the split, the label and the events of a recording are possible."""
    events = recording["events"] or []
    return (
        recording["split"] in _SPLITS
        and are_words(recording["label"], *(each["label"] for each in events))
        and all(0 <= each["start"] < each["end"] for each in events)
    )


def _reason_against(events: Sequence[MarkedPlaceJson], content: Content) -> str | None:
    """Returns why a recording cannot have these marked places, or None."""
    if len(events) > MAX_EVENTS:
        return f"It has {len(events):,} marked places; the limit is {MAX_EVENTS}."
    seconds = _seconds(content)
    late = next((each for each in events if each["start"] >= seconds), None)
    return None if late is None else f"A marked place begins at {late['start']:g} s, and it ends at {seconds:g} s."


def _within(events: Sequence[MarkedPlaceJson], content: Content) -> list[SampleEventJson]:
    """The marked places, none of which ends after the recording: what is stored can be set again, to undo a change."""
    seconds = _seconds(content)
    return [SampleEventJson(label=at["label"], start=at["start"], end=min(at["end"], seconds)) for at in events]


def _seconds(content: Content) -> float:
    """Returns the length of a recording: a sound has a rate, and marked places of others count rows."""
    return content.milliseconds / 1000 if content.kind is Kind.SOUND else math.inf
