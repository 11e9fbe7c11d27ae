"""Refuses data from which nothing can be learned (`rune.datasets.learnable`), and writes sentences about weak data.
Pure functions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lab.dataset.recording import Recording
from lab.dataset.silence import is_silence_label
from lab.refusal import Reason, Refused
from rune.datasets.content.content import Kind, Quality
from rune.datasets.learnable import DataProblem, amount_problem, kind_problem, splits_problem
from rune.datasets.splits import Split
from rune.wording import counted, listed

_WEAK = {
    Quality.QUIET: ("quiet, below 2 % of full scale", "Remove what cannot be heard, or record it again, louder."),
    Quality.CLIPPED: ("clipped", "Record what the model confuses again with less gain."),
    Quality.STILL: ("without any change", "Check the sensor; remove what it did not measure, or record it again."),
}


def require_kind(recordings: Sequence[Recording], kind: Kind, recipe: str) -> None:
    """Raises `Refused` for data of another kind."""
    refuse(kind_problem(recordings, kind, recipe))


def require_recordings(
    recordings: Sequence[Recording],
    kind: Kind,
    recipe: str,
    needed_labels: Sequence[str] | None = None,
    left_out: Sequence[str] = (),
) -> None:
    """Raises `Refused` for data of another kind, of one label or too many, or of too few people or recordings.

    The arguments are those of `amount_problem`."""
    require_kind(recordings, kind, recipe)
    refuse(amount_problem(recordings, needed_labels, left_out))


def require_splits(
    recordings: Sequence[Recording],
    splits: Sequence[Split],
    needed_labels: Sequence[str] | None = None,
    left_out: Sequence[str] = (),
) -> None:
    """Raises `Refused` where a label has no recording to learn from or for validation, as `splits_problem` finds it."""
    refuse(splits_problem(recordings, splits, needed_labels, left_out))


def refuse(problem: DataProblem | None) -> None:
    """Raises `Refused` for a problem of the data, if there is one."""
    if problem is not None:
        raise Refused(Reason.DATA, problem.text)


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
