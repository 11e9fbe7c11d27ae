"""The answers of the isolated process about a data set: before anything of it comes in, and bins from its samples."""

from __future__ import annotations

from typing import TypedDict

from rune.datasets.content.row_rate import RowRateJson


class DataOmissionJson(TypedDict):
    """A file of a data set that becomes no sample, and why."""

    path: str
    reason: str


class DataDescriptionJson(TypedDict):
    """The contents of a data set for import, by `forge.compute.child.steps.data`, which explains `words` and `runs`."""

    layout: str
    recordings: int
    labels: dict[str, int]
    unlabelled: int
    groups: int
    doubts: list[str]
    words: list[str]
    runs: list[list[int]]
    omission_count: int
    omissions: list[DataOmissionJson]
    rates: list[RowRateJson]


class LabelDigestJson(TypedDict):
    """A recording of a data set. `digest` is that of its bytes as they would be stored."""

    path: str
    label: str
    digest: str


class LabelDigestsJson(TypedDict):
    """Some recordings of a data set, the first of those that cannot be read, and the first notes on the others. `next`
    is where the next ones begin; `size` is how many bytes these have."""

    next: int
    total: int
    size: int
    recordings: list[LabelDigestJson]
    omission_count: int
    omissions: list[DataOmissionJson]
    note_count: int
    notes: list[DataOmissionJson]


class BinsAnswerJson(TypedDict):
    """The text of `rune.watch` that a project has from samples: `edge_samples` gave the edges, those for training if
    `has_training_samples`; `left_out` could not be run. `read` are the paths of the files that were read."""

    text: str
    edge_samples: int
    has_training_samples: bool
    left_out: int
    read: list[str]
