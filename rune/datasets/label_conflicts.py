"""The same bytes under two labels: which recordings of an import contradict each other or what is stored, and the
label that a person chose for each. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated, Any, Final, TypedDict

OTHER_LABEL_TITLE: Final = "This recording has another label"
"""The title of a server's refusal of bytes that are stored under another label. The command reads it."""


class ConflictChoice(StrEnum):
    """A choice that settles all conflicts at once."""

    STORED = "stored"
    """The label that is stored."""
    IMPORT = "import"
    """The label of the import, where it has one alone."""
    LEAVE_OUT = "leave-out"
    """Neither label: the recording does not come in, and a stored sample is left out of further versions."""


@dataclass(frozen=True)
class RecordingLabel:
    """A recording of an import. `digest` is that of its bytes as they would be stored; `label` is "" where it has
    none."""

    digest: str
    label: str
    path: str


@dataclass(frozen=True)
class StoredLabel:
    """The sample that is stored with the same bytes."""

    number: int
    label: str


@dataclass(frozen=True)
class LabelSource:
    """A label that an import gives to bytes: the first file that has it, and how many recordings do."""

    label: str
    path: str
    count: int = 1


@dataclass(frozen=True)
class LabelConflict:
    """Bytes with several labels. `sources` has one entry for each label of the import, in its order."""

    digest: str
    stored: StoredLabel | None
    sources: Sequence[LabelSource]

    @property
    def labels(self) -> Sequence[str]:
        """The labels that a person may choose, the stored one first."""
        stored_labels = [] if self.stored is None else [self.stored.label]
        return list(dict.fromkeys([*stored_labels, *(source.label for source in self.sources)]))


@dataclass(frozen=True)
class LabelComparison:
    """The recordings of an import compared with each other and with the stored samples."""

    conflicts: Sequence[LabelConflict]
    repeated_count: int
    """Recordings that are in the import before under the same label."""
    known_count: int
    """Recordings that are stored already, and contradict nothing."""


@dataclass(frozen=True)
class LabelSettlement:
    """The labels that were chosen, by digest (None: both are left out), and the conflicts that wait for a choice."""

    labels: Mapping[str, str | None]
    unsettled: Sequence[LabelConflict]


class UnknownSettlement(ValueError):
    """A choice for bytes that have no conflict, or of a label that they do not have. The message is a sentence."""


class LabelSourceJson(TypedDict):
    """A label that an import gives to a recording."""

    label: str
    path: Annotated[str, "the first file with this label"]
    count: Annotated[int, "how many recordings with the same bytes have it"]


class StoredLabelJson(TypedDict):
    """The sample of the data with the same bytes."""

    number: int
    label: str


class LabelConflictJson(TypedDict):
    """A recording with several labels."""

    digest: Annotated[str, "of its bytes as they are stored"]
    stored: StoredLabelJson | None
    sources: list[LabelSourceJson]


def conflict_to_json(conflict: LabelConflict) -> LabelConflictJson:
    """Returns a conflict as previews have it."""
    sample = conflict.stored
    return {
        "digest": conflict.digest,
        "stored": None if sample is None else {"number": sample.number, "label": sample.label},
        "sources": [{"label": each.label, "path": each.path, "count": each.count} for each in conflict.sources],
    }


def conflict_of_json(row: Mapping[str, Any]) -> LabelConflict:
    """Returns the conflict that `conflict_to_json` wrote."""
    sample = row["stored"]
    sources = tuple(LabelSource(str(each["label"]), str(each["path"]), int(each["count"])) for each in row["sources"])
    stored_label = None if sample is None else StoredLabel(int(sample["number"]), str(sample["label"]))
    return LabelConflict(str(row["digest"]), stored_label, sources)


def compare_labels(recordings: Iterable[RecordingLabel], samples: Mapping[str, StoredLabel]) -> LabelComparison:
    """Compares recordings with each other, and with the stored samples by digest."""
    recordings_by_digest: dict[str, list[RecordingLabel]] = defaultdict(list)
    for recording in recordings:
        recordings_by_digest[recording.digest].append(recording)
    conflicts: list[LabelConflict] = []
    repeated_count = known_count = 0
    for digest, same_bytes in recordings_by_digest.items():
        conflict = LabelConflict(digest, samples.get(digest), _sources(same_bytes))
        if is_conflict(conflict):
            conflicts.append(conflict)
        elif digest in samples:
            known_count += len(same_bytes)
        else:
            repeated_count += len(same_bytes) - 1
    return LabelComparison(tuple(conflicts), repeated_count, known_count)


def is_conflict(conflict: LabelConflict) -> bool:
    """Returns whether the labels contradict each other. A recording without a label contradicts no stored sample."""
    if conflict.stored is None:
        return len(conflict.labels) > 1
    return any(contradicts(conflict.stored.label, source.label) for source in conflict.sources)


def contradicts(stored_label: str, label: str) -> bool:
    """Returns whether a recording with this label contradicts the sample with the same bytes. One without a label
    does not."""
    return label not in ("", stored_label)


def with_labels(conflicts: Iterable[LabelConflict], labels: Collection[str] | None) -> Sequence[LabelConflict]:
    """Returns the conflicts that remain where only recordings with these labels come in; None stands for all."""
    if labels is None:
        return tuple(conflicts)
    narrowed = (
        replace(each, sources=tuple(source for source in each.sources if source.label in labels)) for each in conflicts
    )
    return tuple(each for each in narrowed if is_conflict(each))


def settle(
    conflicts: Sequence[LabelConflict], choice: ConflictChoice | None, labels: Mapping[str, str | None]
) -> LabelSettlement:
    """Settles conflicts by one choice for all, before which `labels` by digest come (None: leave both out).

    Raises `UnknownSettlement`.
    """
    known_labels = {each.digest: each.labels for each in conflicts}
    for digest, label in labels.items():
        if digest not in known_labels:
            raise UnknownSettlement(f"No recording with the digest {digest} has two labels.")
        if label is not None and label not in known_labels[digest]:
            raise UnknownSettlement(f"The recording with the digest {digest} does not have the label {quoted(label)}.")
    labels_by_digest: dict[str, str | None] = {}
    unsettled: list[LabelConflict] = []
    for each in conflicts:
        if each.digest in labels:
            labels_by_digest[each.digest] = labels[each.digest]
        elif choice is ConflictChoice.LEAVE_OUT:
            labels_by_digest[each.digest] = None
        elif choice is ConflictChoice.STORED and each.stored is not None:
            labels_by_digest[each.digest] = each.stored.label
        elif choice is ConflictChoice.IMPORT and len(each.sources) == 1:
            labels_by_digest[each.digest] = each.sources[0].label
        else:
            unsettled.append(each)
    return LabelSettlement(labels_by_digest, tuple(unsettled))


def quoted(label: str) -> str:
    """Returns a label as a sentence names it."""
    return f"“{label}”" if label else "without a label"


def conflict_text(conflict: LabelConflict) -> str:
    """Returns the names of the files and all labels, such as `a.wav is “knock”, sample 3 is “glass”`."""
    parts = [f"{source.path} is {quoted(source.label)}" for source in conflict.sources]
    if conflict.stored is not None:
        parts.append(f"sample {conflict.stored.number} is {quoted(conflict.stored.label)}")
    return ", ".join(parts)


def _sources(recordings: Sequence[RecordingLabel]) -> Sequence[LabelSource]:
    counts = Counter(recording.label for recording in recordings)
    paths = {recording.label: recording.path for recording in reversed(recordings)}
    return tuple(LabelSource(label, paths[label], count) for label, count in counts.items())
