"""The input of the isolated process that compares samples, and the part of its answer that is stored."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from uuid import UUID

from forge.compute.child.job_file import JobFile
from forge.compute.child.sample_files import FEATURES, WORDS
from forge.compute.errors import MalformedAnswer
from forge.compute.pool.answer_reading import SampleComparisonJson
from forge.datasets.models.analysis import SampleAnalysis
from forge.datasets.models.samples import SampleKind, SampleQuerySet

MAX_COMPARED = 100_000
"""Samples of one kind that are compared, the newest first."""


@dataclass(frozen=True)
class ComparedSample:
    """A sample as it is compared. `learned_label` is empty where its consent does not cover training: the models that
    doubt labels learn from no such sample."""

    pk: UUID
    number: int
    label: str
    learned_label: str
    group: str
    split: str
    features: bytes
    words: bytes


@dataclass
class ComparisonResults:
    """The results of comparing all samples, by their keys."""

    suspects: dict[UUID, tuple[str, float, str]] = field(default_factory=dict)
    """The suggestion, the confidence in the sample's own label, and that label."""
    duplicates: dict[UUID, tuple[int, int, bool]] = field(default_factory=dict)
    """The number of the first, how many they are, and whether they are in different splits."""
    outliers: set[UUID] = field(default_factory=set)
    reason: str = ""

    def apply(self, row: SampleAnalysis) -> None:
        """Sets what was found of one sample."""
        row.suggestion, row.confidence, row.doubted_label = self.suspects.get(row.sample_id, ("", None, ""))
        row.likeness, row.alike, row.crosses_splits = self.duplicates.get(row.sample_id, (None, 0, False))
        row.is_outlier = row.sample_id in self.outliers


class ComparisonFiles:
    """The files of one comparison, without names on the disk; `close` deletes them."""

    def __init__(self, stack: ExitStack, files: Mapping[str, JobFile]) -> None:
        self._stack, self.files = stack, files

    def close(self) -> None:
        """Deletes them."""
        self._stack.close()


def rows_to_compare(samples: SampleQuerySet) -> Iterator[tuple[str, list[ComparedSample]]]:
    """The samples of each kind that were described, in the order of their numbers."""
    for kind in SampleKind.values:
        rows = samples.filter(kind=kind, analysis__isnull=False).exclude(analysis__features=b"").order_by("-number")
        values = rows.values_list(
            "pk",
            "number",
            "label",
            "consent__for_training",
            "group__number",
            "split",
            "analysis__features",
            "analysis__words",
        )
        compared_rows = [
            ComparedSample(
                pk, number, label, label if for_training else "", str(group or ""), split, bytes(features), bytes(words)
            )
            for pk, number, label, for_training, group, split, features, words in values[:MAX_COMPARED].iterator(2000)
        ]
        if len(compared_rows) > 1:
            yield kind, compared_rows[::-1]


def comparison_files(rows: Sequence[ComparedSample]) -> ComparisonFiles:
    """Writes features and fingerprints into files for the isolated process."""
    with ExitStack() as stack:
        files = {}
        for name, parts in ((FEATURES, (row.features for row in rows)), (WORDS, (row.words for row in rows))):
            file = stack.enter_context(tempfile.TemporaryFile())
            file.writelines(parts)
            file.flush()
            files[name] = JobFile("", descriptor=file.fileno())
        return ComparisonFiles(stack.pop_all(), files)


def compare(comparison: ComparisonResults, rows: Sequence[ComparedSample], answer: SampleComparisonJson) -> None:
    """Adds what the process found in these samples. Raises `MalformedAnswer` for positions that there are not."""
    indices = [each["index"] for each in answer["suspects"]] + answer["outliers"]
    indices += [index for group in answer["duplicates"] for index in group]
    if not all(0 <= index < len(rows) for index in indices):
        raise MalformedAnswer("The process that compares samples named a sample that does not exist.")
    known_labels = {row.learned_label for row in rows}
    for suspect in answer["suspects"]:
        row = rows[suspect["index"]]
        if suspect["suggestion"] not in known_labels:
            raise MalformedAnswer("The process that compares samples named a label that does not exist.")
        comparison.suspects[row.pk] = (suspect["suggestion"], min(1.0, max(0.0, suspect["confidence"])), row.label)
    for group in answer["duplicates"]:
        members = [rows[index] for index in group]
        first = min(each.number for each in members)
        crosses = len({each.split for each in members}) > 1
        comparison.duplicates |= {each.pk: (first, len(members), crosses) for each in members}
    comparison.outliers |= {rows[index].pk for index in answer["outliers"]}
    comparison.reason = comparison.reason or answer["reason"]
