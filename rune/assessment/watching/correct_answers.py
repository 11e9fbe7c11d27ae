"""Counts the correct answers of the reference, by the bins of the labels."""

from __future__ import annotations

from rune.assessment.evaluation.labelled import LabelledSample, same_label
from rune.source.runefile.watch.classifier import Classifier
from rune.watch.counts import Counts
from rune.watch.layout import WatchLayout


class CorrectAnswers:
    """The number of answers that are the label of their sample, as long as that is known of each."""

    def __init__(self, classifier: Classifier | None, layout: WatchLayout) -> None:
        bins = layout.labels.bins if layout.labels is not None else ()
        words = classifier.labels if classifier is not None else ()
        self._bins = {same_label(word): place for word, place in zip(words, bins, strict=True)}
        self._shared_bins = {place for place in bins if bins.count(place) > 1}
        self._is_known = layout.confidence is not None
        self._count = 0

    def add(self, sample: LabelledSample, counts: Counts) -> None:
        """Adds the counts of a sample. Nothing is known any more after one of several windows, whose label is not that
        of each, and after an answer in the bin of several labels."""
        answers = sum(counts.labels)
        place = self._bins.get(same_label(sample.label))
        hits = 0 if place is None else counts.labels[place]
        if answers > 1 or sample.events is not None or (hits and place in self._shared_bins):
            self._is_known = False
        self._count += hits

    def count(self, reference: Counts) -> int | None:
        """Returns the count; None where it is not known, or nothing was answered."""
        return self._count if self._is_known and any(reference.confidence) else None
