"""Counts the training runs of earlier versions, whose model was tested on a project's data. Runs of today are not."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Count, Max

from forge.datasets.models import DataSet
from forge.datasets.versions.accuracy_uses import AccuracyUse, accuracy_uses
from forge.learning.lab_jobs.states import LabJobState
from forge.learning.training.models import TrainingRun
from rune.datasets.splits import Split


@accuracy_uses.register
def tested_runs(data_set: DataSet) -> Sequence[AccuracyUse]:
    """The runs that stored a judgement on test samples, by version."""
    rows_of_data = TrainingRun.objects.filter(data_version__data_set=data_set, state=LabJobState.FINISHED)
    tested_rows = rows_of_data.filter(report__judgements__has_key=Split.TEST.value)
    rows = tested_rows.order_by().values_list("data_version").annotate(count=Count("pk"), last=Max("created"))
    return [AccuracyUse("training run", version, count, last) for version, count, last in rows]
