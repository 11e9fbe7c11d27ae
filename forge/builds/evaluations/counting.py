"""Counts the builds that were tested on a project's data."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Count, Max

from forge.builds.models import Build
from forge.datasets.models import DataSet
from forge.datasets.versions.accuracy_uses import AccuracyUse, accuracy_uses


@accuracy_uses.register
def tested_builds(data_set: DataSet) -> Sequence[AccuracyUse]:
    """The builds that have an accuracy, by the version that they were tested on."""
    builds = Build.objects.filter(data_version__data_set=data_set, evaluation__samples__gt=0)
    rows = builds.order_by().values_list("data_version").annotate(count=Count("pk"), last=Max("created"))
    return [AccuracyUse("build", version, count, last) for version, count, last in rows]
