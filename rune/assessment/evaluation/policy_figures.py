"""The figures of an evaluation that a policy limits: accuracy, recall of each label, false alarms an hour."""

from __future__ import annotations

from dataclasses import replace

from rune.assessment.evaluation.evaluation import Evaluation
from rune.source.policy import Figure, MeasuredFigures
from rune.statistics.intervals import Share


def with_evaluation(figures: MeasuredFigures, evaluation: Evaluation) -> MeasuredFigures:
    """The figures with those of an evaluation."""
    share, stream = evaluation.accuracy, evaluation.stream
    rate = None if stream is None else stream.false_alarms
    return replace(
        figures,
        accuracy=None if share is None else _figure(share, len(evaluation.pairs)),
        recall={
            each.label: _figure(each.recall, each.samples)
            for each in evaluation.label_figures
            if each.recall is not None
        },
        false_alarms=None
        if stream is None or rate is None
        else Figure(rate.value, rate.low, rate.high, stream.recordings),
    )


def _figure(share: Share, count: int) -> Figure:
    return Figure(share.value, share.low, share.high, count)
