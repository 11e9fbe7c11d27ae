"""Gives each recording its split: by group, stable whatever comes later. Pure functions.

A group, or a recording without one, keeps the split that it once got; the splits of a folder are stored in a file
beside the model, because a folder remembers nothing.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from types import MappingProxyType

from lab.dataset.recording import Recording
from lab.refusal import Reason, Refused
from rune.datasets.splits import RECORDINGS, SHARES, Split, split_of_new_group
from rune.wording import counted, quoted

_DIGITS = 16
"""The digits of a recording's digest, which names it."""
_WITHOUT_TEST: Mapping[Split, float] = {Split.TRAIN: 0.85, Split.VALIDATION: 0.15}
"""The shares of recordings that a data set gives to training, where it gives none to validation."""


@dataclass(frozen=True)
class Splits:
    """The split of each recording, those of all groups and single recordings by name, to be stored, and sentences about
    them."""

    of_recordings: Sequence[Split]
    stored_splits: Mapping[str, Split]
    notes: Sequence[str] = ()


def divide(recordings: Sequence[Recording], stored_splits: Mapping[str, Split]) -> Splits:
    """Divides recordings. A split that the data set gives goes before, but where it gives none to validation, a part of
    those to learn from is for that; `stored_splits` are earlier splits by name.

    Raises `Refused` for data that gives splits to some recordings only, or puts a group into two.
    """
    if any(each.split for each in recordings):
        declared_splits = _splits_of_data_set(recordings)
        return (
            Splits(declared_splits, dict(stored_splits))
            if Split.VALIDATION in declared_splits
            else _with_validation(recordings, declared_splits, stored_splits)
        )
    splits = _by_name(recordings, stored_splits, SHARES)
    return Splits([splits[name_of(each)] for each in recordings], splits)


def _with_validation(
    recordings: Sequence[Recording], declared_splits: Sequence[Split], stored_splits: Mapping[str, Split]
) -> Splits:
    """Splits that a data set gives, with a part of those to learn from as validation."""
    train_recordings = [each for each, split in zip(recordings, declared_splits, strict=True) if split is Split.TRAIN]
    known_splits = {name: split for name, split in stored_splits.items() if split in _WITHOUT_TEST}
    parts = _by_name(train_recordings, known_splits, _WITHOUT_TEST)
    splits = [
        parts[name_of(each)] if split is Split.TRAIN else split
        for each, split in zip(recordings, declared_splits, strict=True)
    ]
    count = splits.count(Split.VALIDATION)
    note = (
        f"The data has no split validation, so {count} of the {counted(len(train_recordings), 'recording')} of train "
        f"{'chooses' if count == 1 else 'choose'} the best epoch."
    )
    return Splits(splits, {**stored_splits, **parts}, (note,) if count else ())


def _by_name(
    recordings: Sequence[Recording], stored_splits: Mapping[str, Split], shares: Mapping[Split, float]
) -> dict[str, Split]:
    """The splits of groups and single recordings by name: the stored ones, and those of new ones by `shares`."""
    labels: dict[str, Counter[str]] = {}
    for each in recordings:
        labels.setdefault(name_of(each), Counter())[each.label] += 1
    counts: dict[Split, Counter[str]] = {split: Counter() for split in Split}
    splits = dict(stored_splits)
    for name in (name for name in labels if name in splits):
        counts[splits[name]] += labels[name]
    new = [name for name in labels if name not in splits]
    # Large groups first, while there is a choice; then in an order that says nothing of the recordings.
    for name in sorted(new, key=lambda name: (-labels[name].total(), sha256(name.encode()).digest())):
        splits[name] = split_of_new_group(labels[name], counts, shares)
        counts[splits[name]] += labels[name]
    return splits


def name_of(recording: Recording) -> str:
    """The name under which a recording's split is stored: its group's, or its own."""
    return f"group {recording.group}" if recording.group else f"recording {recording.digest[:_DIGITS]}"


def _splits_of_data_set(recordings: Sequence[Recording]) -> list[Split]:
    groups: dict[str, str] = {}
    for each in recordings:
        if not each.split:
            raise Refused(
                Reason.DATA, f"{quoted(each.name)} has no split, and others have one. Give every recording a split."
            )
        if each.group and groups.setdefault(each.group, each.split) != each.split:
            one, other = sorted((groups[each.group], each.split))
            message = f"The group {quoted(each.group)} has recordings in the splits {one} and {other}."
            raise Refused(Reason.DATA, f"{message} Put all recordings of a person into one split.")
    return [Split(each.split) for each in recordings]


def splits_to_bytes(stored_splits: Mapping[str, Split], divided: Mapping[str, Split] = MappingProxyType({})) -> bytes:
    """The splits as a file, in one order. `divided` has those of files by path, of data that names no splits: by them
    `rune evaluate` finds the test split."""
    rows = {name: stored_splits[name].value for name in sorted(stored_splits)}
    files = {RECORDINGS: {path: divided[path].value for path in sorted(divided)}} if divided else {}
    return (json.dumps({"version": 1, "splits": rows, **files}, indent=1, ensure_ascii=False) + "\n").encode()


def splits_of_bytes(data: bytes, name: str) -> dict[str, Split]:
    """The splits of a file that `splits_to_bytes` wrote. Raises `Refused` for another file."""
    try:
        return {str(key): Split(value) for key, value in json.loads(data)["splits"].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"{quoted(name)} is not a list of splits. Restore it, or delete it to divide the data anew."
        raise Refused(Reason.DATA, message) from error
