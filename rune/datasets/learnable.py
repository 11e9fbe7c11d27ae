"""Checks whether recordings suffice for a recipe to learn from: labels, people, marks and splits. `lab` asks it of
what it reads, and a server before a run begins. It reads no bytes of a recording. Pure functions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from rune.datasets.content.content import Kind
from rune.datasets.positions import Positions
from rune.datasets.splits import Split
from rune.wording import counted, listed, quoted

MIN_GROUPS = 5
"""People of each label: with fewer, a split by person leaves nobody to test with, or hardly anybody to learn from."""
MIN_RECORDINGS = 10
"""Recordings of each label, where the data set does not say who was recorded."""
MIN_PICTURES = 20
"""Pictures that somebody marked: with fewer, a split for the end has hardly an object."""
NEEDED_SPLITS = (Split.TRAIN, Split.VALIDATION)
"""The splits in which a label needs recordings. The test split is not read."""
MAX_LABELS = 200
NORMAL = "normal"
"""The label of which a recipe learns what is normal, where there are several."""
ANOMALY = "anomaly"
"""The label that stands for all others."""
WORD = "wake-word"
"""The label of the word that a recipe learns, where there are several."""
OTHER = "other"
"""The label that stands for all that is not the word."""
_COLUMN = "The column to learn"
"""The name in place of a label, for tables from which a number is learned."""
_MOST_NAMED = 5
"""Labels that a sentence names."""
_WORDS = {**{kind: kind.value for kind in Kind}, Kind.PICTURE: "pictures", Kind.TABLE: "tables"}
_WORD = {**_WORDS, Kind.PICTURE: "a picture", Kind.TABLE: "a table"}


class LearnedAnswer(StrEnum):
    """The answer that a recipe learns, which decides what its data needs."""

    LABELS = "labels"
    NORMAL = "normal"
    """The normal state, of one label."""
    WORD = "word"
    """One word, of one label."""
    OBJECTS = "objects"
    """The objects in a picture, from marks."""
    NUMBER = "number"


class DataPlace(StrEnum):
    """The place where a lack of data is fixed."""

    SAMPLES = "samples"
    LABELS = "labels"
    MARKS = "marks"
    RECIPE = "recipe"


@dataclass(frozen=True)
class DataProblem:
    """The reason why nothing can be learned from recordings: a sentence for people, and where that is fixed."""

    text: str
    place: DataPlace


class LearnedRecording(Protocol):
    """A recording as far as the requirements ask. `group` and `split` are "" where the data does not say them."""

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> Kind: ...
    @property
    def label(self) -> str: ...
    @property
    def group(self) -> str: ...
    @property
    def split(self) -> str: ...
    @property
    def digest(self) -> str: ...
    @property
    def positions(self) -> Positions | None: ...


def kind_problem(recordings: Sequence[LearnedRecording], kind: Kind, recipe: str) -> DataProblem | None:
    """The problem of data of which something is of another kind."""
    first = next((each for each in recordings if each.kind is not kind), None)
    if first is None:
        return None
    message = f"The recipe {recipe} learns from {_WORDS[kind]}, and {quoted(first.name)} is {_WORD[first.kind]}."
    return DataProblem(message, DataPlace.RECIPE)


def normal_problem(labels: Sequence[str], recipe: str) -> DataProblem | None:
    """The problem of data, with these labels, that does not say which recordings are normal."""
    if list(labels) == [ANOMALY]:
        advice = f"Add recordings of when all is well, in a folder named {NORMAL}."
        message = f"All recordings are of the label {ANOMALY}, and {recipe} learns what is normal. {advice}"
        return DataProblem(message, DataPlace.SAMPLES)
    if len(labels) > 1 and NORMAL not in labels:
        advice = f"Name the one of normal recordings {NORMAL}; all others are taken for anomalies."
        return DataProblem(f"The data has the labels {listed(labels)}. {advice}", DataPlace.LABELS)
    return None


def word_problem(labels: Sequence[str], recipe: str) -> DataProblem | None:
    """The problem of data, with these labels, that does not say which recordings are of the word."""
    if list(labels) == [OTHER]:
        advice = f"Add recordings of the word, in a folder named {WORD}."
        message = f"All recordings are of the label {OTHER}, and {recipe} learns a word. {advice}"
        return DataProblem(message, DataPlace.SAMPLES)
    if len(labels) > 1 and WORD not in labels:
        advice = f"Name the one of the word {WORD}; all others are taken for what is not the word."
        return DataProblem(f"The data has the labels {listed(labels)}. {advice}", DataPlace.LABELS)
    return None


def marks_problem(recordings: Sequence[LearnedRecording], recipe: str) -> DataProblem | None:
    """The problem of pictures of which too few were marked, or in which no object was."""
    advice = "Mark the middle of each object in the pictures of the data set."
    of_pictures = [each.positions for each in recordings if each.positions is not None]
    message = ""
    if not of_pictures:
        message = f"The recipe {recipe} learns from the positions of objects, and no picture has any."
    elif len(of_pictures) < MIN_PICTURES:
        pictures = f"{counted(len(of_pictures), 'picture')} of {len(recordings)}"
        message = f"The recipe {recipe} needs {MIN_PICTURES} pictures with positions, and {pictures} have been marked."
    elif not any(of_pictures):
        message = f"Nobody marked an object in the {len(of_pictures)} pictures, so there is nothing to count."
    return DataProblem(f"{message} {advice}", DataPlace.MARKS) if message else None


def amount_problem(
    recordings: Sequence[LearnedRecording], needed_labels: Sequence[str] | None = None, left_out: Sequence[str] = ()
) -> DataProblem | None:
    """The problem of data with one label or too many, or with too few people or recordings.

    `needed_labels` are the labels that need people and recordings; without them, there are several and all of them do.
    `left_out` are sentences about recordings that are not among these.
    """
    labels = sorted({each.label for each in recordings})
    if len(labels) == 1 and needed_labels is None:
        advice = "Add recordings of something else, in a folder of their own."
        return DataProblem(f"All recordings are of the label {quoted(labels[0])}. {advice}", DataPlace.SAMPLES)
    if len(labels) > MAX_LABELS:
        message = f"The data has {len(labels)} labels; at most {MAX_LABELS} are supported."
        return DataProblem(message, DataPlace.LABELS)
    if not _are_divided_here(recordings):
        return None
    lacking = list(_lacking(recordings, labels if needed_labels is None else needed_labels))
    return DataProblem(" ".join([*lacking, *left_out]), DataPlace.SAMPLES) if lacking else None


def _are_divided_here(recordings: Sequence[LearnedRecording]) -> bool:
    """Returns whether a run divides recordings by itself: the data names no split, or gives all to learn from and
    nobody."""
    splits = {each.split for each in recordings}
    return splits <= {""} or (splits == {Split.TRAIN.value} and not any(each.group for each in recordings))


def _lacking(recordings: Sequence[LearnedRecording], labels: Sequence[str]) -> Iterator[str]:
    groups: dict[str, set[str]] = defaultdict(set)
    counts: dict[str, int] = defaultdict(int)
    for each in recordings:
        counts[each.label] += 1
        # A recording without a group stands for itself, as it does when the data is divided.
        groups[each.label].add(each.group or each.digest)
    has_groups = any(each.group for each in recordings)
    for label in labels:
        people = len(groups[label])
        if has_groups and people < MIN_GROUPS:
            requirement = f"{MIN_GROUPS} are needed for a split by person"
            yield f"{label} has {counted(people, 'person', 'people')}; {requirement}."
        elif not has_groups and counts[label] < MIN_RECORDINGS:
            yield f"{label} has {counted(counts[label], 'recording')}; {MIN_RECORDINGS} are needed."


def splits_problem(
    recordings: Sequence[LearnedRecording],
    splits: Sequence[Split],
    needed_labels: Sequence[str] | None = None,
    left_out: Sequence[str] = (),
) -> DataProblem | None:
    """The problem of data of which a label has no recording to learn from or for validation: all labels, or
    `needed_labels`. `left_out` are sentences about recordings that are not among these."""
    present = {(each.label, split) for each, split in zip(recordings, splits, strict=True)}
    labels = sorted({each.label for each in recordings}) if needed_labels is None else needed_labels
    missing = [
        _without_recordings(lacking, split)
        for split in NEEDED_SPLITS
        if (lacking := [label for label in labels if (label, split) not in present])
    ]
    if not missing:
        return None
    advice = "Every label needs recordings to learn from, and others to choose the epoch by."
    if any(each.group for each in recordings):
        advice += f" Nobody is in two splits: record {MIN_GROUPS} people of each label."
    lacking_labels = {label for label in labels for split in NEEDED_SPLITS if (label, split) not in present}
    copies = _copies([each for each in recordings if each.label in lacking_labels])
    return DataProblem(" ".join([*missing, *left_out, *copies, advice]), DataPlace.SAMPLES)


def _copies(recordings: Sequence[LearnedRecording]) -> Iterator[str]:
    """A sentence about recordings with the bytes of others, which are in the split of these."""
    count = len(recordings) - len({each.digest for each in recordings})
    if count:
        labels = listed(sorted({each.label for each in recordings}))
        verb, pronoun = ("is a copy of another", "it counts") if count == 1 else ("are copies of others", "they count")
        yield f"{counted(count, 'recording')} of {labels} {verb}; {pronoun} as one with these, in one split."


def _without_recordings(labels: Sequence[str], split: Split) -> str:
    further = len(labels) - _MOST_NAMED
    names = listed([*labels[:_MOST_NAMED], *([counted(further, "other label")] if further > 0 else [])])
    return f"{names} {'has' if len(labels) == 1 else 'have'} no recordings in the split {split.value}."


@dataclass(frozen=True)
class DataRecording:
    """A recording of a data set, without its bytes. `milliseconds` is 0 where it has no length."""

    name: str
    kind: Kind
    label: str
    group: str
    split: str
    digest: str
    positions: Positions | None = None
    milliseconds: int = 0


def first_problem(
    recordings: Sequence[DataRecording],
    kind: Kind,
    learned_answer: LearnedAnswer,
    recipe: str,
    least_milliseconds: int = 0,
) -> DataProblem | None:
    """The first problem because of which a recipe cannot learn from these recordings, in the order in which a run meets
    them; None where the recordings may suffice. Bytes can have further ones, such as silence.

    A recording below `least_milliseconds` fills no window, so nothing is learned from it.
    """
    if problem := kind_problem(recordings, kind, recipe):
        return problem
    labels = sorted({each.label for each in recordings})
    needed_labels: Sequence[str] | None = None
    items = recordings
    if learned_answer is LearnedAnswer.NUMBER:
        items, needed_labels = [replace(each, label=_COLUMN) for each in recordings], [_COLUMN]
    elif learned_answer in (LearnedAnswer.NORMAL, LearnedAnswer.WORD):
        is_word = learned_answer is LearnedAnswer.WORD
        if problem := (word_problem if is_word else normal_problem)(labels, recipe):
            return problem
        own, other = (WORD, OTHER) if is_word else (NORMAL, ANOMALY)
        learned_label = labels[0] if len(labels) == 1 else own
        items = [each if each.label == learned_label else replace(each, label=other) for each in recordings]
        needed_labels = [learned_label]
    elif learned_answer is LearnedAnswer.OBJECTS:
        if problem := marks_problem(recordings, recipe):
            return problem
        items = [
            replace(each, label=label)
            for each in recordings
            for label in sorted({position.label for position in each.positions or ()})
        ]
        needed_labels = sorted({each.label for each in items})
    items = _of_one_person(items)
    if problem := amount_problem(items, needed_labels):
        return problem
    return _divided_problem(items, needed_labels, least_milliseconds)


def _of_one_person(recordings: Sequence[DataRecording]) -> Sequence[DataRecording]:
    """Recordings that are all of one person are divided one by one."""
    groups = {each.group for each in recordings}
    if len(groups) != 1 or "" in groups or not {each.split for each in recordings} <= {"", Split.TRAIN.value}:
        return recordings
    return [replace(each, group="", split="") for each in recordings]


def _divided_problem(
    recordings: Sequence[DataRecording],
    needed_labels: Sequence[str] | None,
    least_milliseconds: int,
) -> DataProblem | None:
    """The problem of recordings of which a split lacks a label. Splits that are not in the data are made by a run,
    which gives each label to each of them where there are people or recordings enough."""
    long_recordings = [each for each in recordings if each.milliseconds >= least_milliseconds]
    short = [each for each in recordings if each.milliseconds < least_milliseconds]
    notes = []
    if short:
        verb = "is shorter than a window and is" if len(short) == 1 else "are shorter than a window and are"
        of_labels = listed(sorted({each.label for each in short}))
        notes = [f"{counted(len(short), 'recording')} of {of_labels} {verb} left out."]
    if needed_labels is None:
        needed_labels = sorted({each.label for each in recordings})
    if not any(each.split for each in recordings):
        without = [label for label in needed_labels if label not in {each.label for each in long_recordings}]
        message = f"{listed(without)} {'has' if len(without) == 1 else 'have'} no recordings that fill a window."
        return DataProblem(" ".join([message, *notes]), DataPlace.SAMPLES) if without else None
    splits = [Split(each.split) for each in long_recordings]
    rows = list(zip(long_recordings, splits, strict=True))
    if Split.VALIDATION not in [Split(each.split) for each in recordings]:
        # A part of those to learn from is for validation then, by person.
        for label in needed_labels:
            of_label = [each for each, split in rows if each.label == label and split is Split.TRAIN]
            if len({each.group or each.digest for each in of_label}) > 1:
                rows.append((of_label[0], Split.VALIDATION))
    return splits_problem([each for each, _ in rows], [split for _, split in rows], needed_labels, notes)
