"""Recordings of one person: they are divided by recording, since there is nobody else to judge a model by. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lab.dataset.recording import Recording
from rune.datasets.splits import Split


@dataclass(frozen=True)
class DividedRecordings:
    """Recordings, which `lab.dataset.splitting.divide` divides, and sentences about them."""

    recordings: Sequence[Recording]
    notes: Sequence[str]


def by_recording(recordings: Sequence[Recording]) -> DividedRecordings:
    """Takes the person from recordings that are all of one person and to be learned from.

    A data set keeps a person in one split. That of a single person is the one to learn from, so a part of its
    recordings is for validation, one by one, and the note says of whom the accuracy is. Other recordings are returned
    as they are.
    """
    groups = {each.group for each in recordings}
    if len(groups) != 1 or "" in groups or not {each.split for each in recordings} <= {"", Split.TRAIN.value}:
        return DividedRecordings(recordings, ())
    note = (
        "All recordings are of one person or device. Some of them are for validation, so the accuracy is that for this "
        "person. For others it may be lower: record 5 people to know it."
    )
    return DividedRecordings([replace(each, group="") for each in recordings], (note,))
