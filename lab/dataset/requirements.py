"""The requirements of a classifier on data, and the sentences about data that lacks them. Pure functions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from lab.dataset.recordings import MAX_LABELS, Recording
from lab.dataset.silence import is_silence_label
from lab.refusal import Reason, Refused
from rune.datasets.content.content import Kind, Quality
from rune.datasets.splits import Split
from rune.wording import counted, listed, quoted

MIN_GROUPS = 5
"""People of each label: with fewer, a split by person leaves nobody to test with, or hardly anybody to learn from."""
MIN_RECORDINGS = 10
"""Recordings of each label, where the data set does not say who was recorded."""
NEEDED_SPLITS = (Split.TRAIN, Split.VALIDATION)
"""The splits in which a label needs recordings. The test split is not read."""
MOST_NAMED = 5
"""Labels that a refusal names."""
_WORDS = {**{kind: kind.value for kind in Kind}, Kind.PICTURE: "pictures", Kind.TABLE: "tables"}
_WORD = {**_WORDS, Kind.PICTURE: "a picture", Kind.TABLE: "a table"}
_WEAK = {
    Quality.QUIET: ("quiet, below 2 % of full scale", "Remove what cannot be heard, or record it again, louder."),
    Quality.CLIPPED: ("clipped", "Record what the model confuses again with less gain."),
    Quality.STILL: ("without any change", "Check the sensor; remove what it did not measure, or record it again."),
}


def require_kind(recordings: Sequence[Recording], kind: Kind, recipe: str) -> None:
    """Raises `Refused` for data of another kind."""
    others = [each for each in recordings if each.kind is not kind]
    if others:
        first = others[0]
        message = f"The recipe {recipe} learns from {_WORDS[kind]}, and {quoted(first.name)} is {_WORD[first.kind]}."
        raise Refused(Reason.DATA, message)


def require_recordings(
    recordings: Sequence[Recording],
    kind: Kind,
    recipe: str,
    needed_labels: Sequence[str] | None = None,
    left_out: Sequence[str] = (),
) -> None:
    """Raises `Refused` for data of another kind, of one label or too many, or of too few people or recordings.

    `needed_labels` are the labels that need people and recordings; without them, there are several and all of them do.
    `left_out` are sentences about recordings that are not among these, for the refusal.
    """
    require_kind(recordings, kind, recipe)
    labels = sorted({each.label for each in recordings})
    if len(labels) == 1 and needed_labels is None:
        advice = "Add recordings of something else, in a folder of their own."
        raise Refused(Reason.DATA, f"All recordings are of the label {quoted(labels[0])}. {advice}")
    if len(labels) > MAX_LABELS:
        raise Refused(Reason.DATA, f"The data has {len(labels)} labels; at most {MAX_LABELS} are supported.")
    if _are_divided_here(recordings):
        lacking = list(_lacking(recordings, labels if needed_labels is None else needed_labels))
        if lacking:
            raise Refused(Reason.DATA, " ".join([*lacking, *left_out]))


def _are_divided_here(recordings: Sequence[Recording]) -> bool:
    """Whether a run divides recordings by itself: the data names no split, or gives all to learn from and nobody."""
    splits = {each.split for each in recordings}
    return splits <= {""} or (splits == {Split.TRAIN.value} and not any(each.group for each in recordings))


def _lacking(recordings: Sequence[Recording], labels: Sequence[str]) -> Iterator[str]:
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


def require_splits(
    recordings: Sequence[Recording],
    splits: Sequence[Split],
    needed_labels: Sequence[str] | None = None,
    left_out: Sequence[str] = (),
) -> None:
    """Raises `Refused` where a label has no recording to learn from or for validation: all labels, or `needed_labels`.
    `left_out` are sentences about recordings that are not among these, for the refusal."""
    present = {(each.label, split) for each, split in zip(recordings, splits, strict=True)}
    labels = sorted({each.label for each in recordings}) if needed_labels is None else needed_labels
    missing = [
        _without_recordings(lacking, split)
        for split in NEEDED_SPLITS
        if (lacking := [label for label in labels if (label, split) not in present])
    ]
    if missing:
        advice = "Every label needs recordings to learn from, and others to choose the epoch by."
        if any(each.group for each in recordings):
            advice += f" Nobody is in two splits: record {MIN_GROUPS} people of each label."
        lacking_labels = {label for label in labels for split in NEEDED_SPLITS if (label, split) not in present}
        copies = _copies([each for each in recordings if each.label in lacking_labels])
        raise Refused(Reason.DATA, " ".join([*missing, *left_out, *copies, advice]))


def _copies(recordings: Sequence[Recording]) -> Iterator[str]:
    """A sentence about recordings with the bytes of others, which are in the split of these."""
    count = len(recordings) - len({each.digest for each in recordings})
    if count:
        labels = listed(sorted({each.label for each in recordings}))
        verb, pronoun = ("is a copy of another", "it counts") if count == 1 else ("are copies of others", "they count")
        yield f"{counted(count, 'recording')} of {labels} {verb}; {pronoun} as one with these, in one split."


def _without_recordings(labels: Sequence[str], split: Split) -> str:
    further = len(labels) - MOST_NAMED
    names = listed([*labels[:MOST_NAMED], *([counted(further, "other label")] if further > 0 else [])])
    return f"{names} {'has' if len(labels) == 1 else 'have'} no recordings in the split {split.value}."


def warnings(recordings: Sequence[Recording]) -> Iterator[str]:
    """Sentences about data that is weak, and from which a model learns nevertheless."""
    for quality, (word, advice) in _WEAK.items():
        weak = [each for each in recordings if each.quality is quality]
        if quality is Quality.QUIET:
            weak = [each for each in weak if not is_silence_label(each.label)]
        if weak:
            labels = listed(sorted({each.label for each in weak}))
            verb, pronoun = ("is", "It is") if len(weak) == 1 else ("are", "They are")
            note = f"{pronoun} learned like the others."
            yield f"{counted(len(weak), 'recording')} of {labels} {verb} {word}. {note} {advice}"


def unnamed_people(recordings: Sequence[Recording]) -> Iterator[str]:
    """A sentence about data that neither says who was recorded nor what a recording is for."""
    if not any(each.group for each in recordings) and not any(each.split for each in recordings):
        yield (
            "The data does not say who was recorded, so one person's recordings may be on two sides, and the accuracy "
            "for people whom the model does not know may be lower. Name people in the column group of a metadata.csv."
        )
