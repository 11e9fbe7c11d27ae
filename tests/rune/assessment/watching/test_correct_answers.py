"""The correct answers of a reference: first what makes their number unknown, then the number."""

from __future__ import annotations

from dataclasses import replace

from rune.assessment.evaluation.labelled import LabelledSample, RecordedEvent
from rune.assessment.watching.correct_answers import CorrectAnswers
from rune.port import Port
from rune.source.runefile.watch.classifier import Classifier, label_bins
from rune.tensor import ElementType, TensorType
from rune.watch.counts import Counts
from rune.watch.layout import ConfidenceBins, WatchLayout

WORDS = ("nothing", "speech", "knock")
LAYOUT = WatchLayout(label_bins(WORDS), ConfidenceBins((0.5,)))
ALL = Counts((4, 2, 1), (1, 6), answers=7)


def classifier(words: tuple[str, ...]) -> Classifier:
    return Classifier(Port("label", 0), TensorType(ElementType.F32, (len(words),)), words, 1.0, 0.0)


def sample(label: str) -> LabelledSample:
    return LabelledSample("sample.wav", label, lambda: b"")


def answer(place: int, count: int = 1, labels: int = 3) -> Counts:
    counts = tuple(count if number == place else 0 for number in range(labels))
    return Counts(counts, (0, count), answers=count)


def test_a_sample_of_several_windows_or_with_marks_makes_it_unknown() -> None:
    windows = CorrectAnswers(classifier(WORDS), LAYOUT)
    windows.add(sample("knock"), answer(2, 2))
    assert windows.count(ALL) is None
    recording = CorrectAnswers(classifier(WORDS), LAYOUT)
    recording.add(replace(sample("knock"), events=(RecordedEvent("knock", 0.1, 0.2),)), answer(2))
    assert recording.count(ALL) is None


def test_an_answer_in_the_bin_of_several_labels_makes_it_unknown() -> None:
    words = tuple(f"label {number}" for number in range(14))
    layout = WatchLayout(label_bins(words), ConfidenceBins((0.5,)))
    right = CorrectAnswers(classifier(words), layout)
    right.add(sample("label 13"), answer(2, labels=12))
    assert right.count(ALL) == 0
    right.add(sample("label 13"), answer(11, labels=12))
    assert right.count(ALL) is None


def test_correct_answers_are_counted_in_any_spelling_and_silence_is_none() -> None:
    right = CorrectAnswers(classifier(WORDS), LAYOUT)
    for label, place in (("Knock ", 2), ("knock", 0), ("speech", 1), ("glass", 0)):
        right.add(sample(label), answer(place))
    right.add(sample("knock"), answer(0, 0))
    assert right.count(ALL) == 2


def test_without_scores_or_answers_there_is_no_number() -> None:
    assert CorrectAnswers(classifier(WORDS), replace(LAYOUT, confidence=None)).count(Counts((1, 0, 0))) is None
    assert CorrectAnswers(classifier(WORDS), LAYOUT).count(Counts.empty(LAYOUT)) is None
    assert CorrectAnswers(None, WatchLayout(None, None)).count(Counts()) is None
