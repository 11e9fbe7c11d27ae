"""Counts the training runs whose model was tested on a project's data."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Count, Max

from forge.datasets.models import DataSet
from forge.datasets.versions.accuracy_uses import AccuracyUse, accuracy_uses
from forge.learning.training.models import TrainingRun, TrainingState


@accuracy_uses.register
def tested_runs(data_set: DataSet) -> Sequence[AccuracyUse]:
    """The finished runs, by version: each runs its rune on the test samples at its end."""
    finished_runs = TrainingRun.objects.filter(data_version__data_set=data_set, state=TrainingState.FINISHED)
    rows = finished_runs.order_by().values_list("data_version").annotate(count=Count("pk"), last=Max("created"))
    return [AccuracyUse("training run", version, count, last) for version, count, last in rows]
