"""The rate of each input of a project's data: the interval between rows, which are stored without their times."""

from __future__ import annotations

from forge.datasets.errors import RateDiffers
from forge.datasets.models import DataSet, Sample
from forge.datasets.models.samples import SampleKind
from forge.projects.models import Project
from rune.datasets.content.content import Content
from rune.datasets.content.row_rate import NO_RATES, RowInterval, RowRates, rates_of_json, rates_to_json


def stored_rates(data_set: DataSet) -> RowRates:
    """Returns the rates of a data set; none where all its rows were deleted, so that others may come in."""
    if not data_set.row_rates:
        return NO_RATES
    rows = Sample.objects.available().filter(data_set=data_set, kind__in=(SampleKind.MOTION, SampleKind.TABLE))
    return rates_of_json(data_set.row_rates) if rows.exists() else NO_RATES


def rates_of_project(project: Project) -> RowRates:
    """Returns the rates of a project's data, none where it has no data yet."""
    data_set = DataSet.objects.filter(project=project).first()
    return NO_RATES if data_set is None else stored_rates(data_set)


def rate_of(content: Content) -> RowRates:
    """Returns the rate that a recording says for its input, none where it says none."""
    return {content.input: content.interval} if content.input and content.interval is not None else NO_RATES


def keep_rates(data_set: DataSet, rates: RowRates) -> None:
    """Makes these rates of recordings that come in those of the locked data set, which the caller saves. Raises
    `RateDiffers` where an input has another one."""
    known_rates = rates_of_json(data_set.row_rates)
    if all(known_rates.get(name) == interval for name, interval in rates.items()):
        return
    known_rates = stored_rates(data_set)
    require_rates(known_rates, rates)
    data_set.row_rates = rates_to_json({**rates, **known_rates})


def require_rates(known_rates: RowRates, rates: RowRates) -> None:
    """Raises `RateDiffers` for rates of which one is another than its input has."""
    for name, interval in rates.items():
        if (known_interval := known_rates.get(name)) is not None and is_other_rate(interval, known_interval):
            raise RateDiffers(str(interval), str(known_interval))


def is_other_rate(interval: RowInterval, known_interval: RowInterval) -> bool:
    """Returns whether an interval is of another rate than a known one. One in an unknown unit may be of any rate."""
    return known_interval.ratio_to(interval) is not None and not interval.is_same_as(known_interval)
