"""Quotas of builds: the number that an organisation and a person requested in the last hour, and how long theirs ran in
the last day."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, cast

from django.db.models import (
    Case,
    Count,
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    Min,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from forge.accounts.models import Organisation, User
from forge.accounts.quotas.limits import QuotaResource, limits_of, locked
from forge.core.errors import TooOften
from forge.jobs.models import Job

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


KIND: Final = "build"
"""The kind of the jobs that make numbered builds."""
PACKAGE_KIND: Final = "package"
"""The kind of the jobs that make their packages, whose time counts as well."""
_KINDS: Final = (KIND, PACKAGE_KIND)


def builds_of_organisation(organisation: Organisation) -> QuerySet[Job]:
    """The jobs that make the builds of its projects, and their packages."""
    return Job.objects.filter(kind__in=_KINDS, organisation=organisation)


def builds_of_person(user: User) -> QuerySet[Job]:
    """The jobs that make the builds that a person asked for, and their packages."""
    return Job.objects.filter(kind__in=_KINDS, requested_by=user)


def count_builds(builds: QuerySet[Job]) -> dict[QuotaResource, int]:
    """Returns how many were requested or retried in the last hour, and the minutes that they ran in the last day."""
    now = timezone.now()
    begin = now - DAY
    last_attempt = ExpressionWrapper(
        Coalesce(F("finished"), Value(now, DateTimeField())) - Greatest(F("started"), Value(begin, DateTimeField())),
        output_field=DurationField(),
    )
    no_time = Value(timedelta(), DurationField())
    # One that began while the clock was ahead may have ended before that.
    attempt_time = Greatest(last_attempt, no_time)
    ran = F("spent") + Case(When(started__isnull=False, then=attempt_time), default=no_time)
    # A job is due when it is requested, and again when it is retried.
    in_hour, in_day = Q(due__gt=now - HOUR), Q(finished__isnull=True) | Q(finished__gt=begin)
    counts = builds.filter(in_hour | in_day).aggregate(
        builds=Count("pk", filter=in_hour & Q(kind=KIND)),
        # One that runs still counts up to now.
        time=Sum(ran, filter=in_day),
    )
    time = cast(timedelta | None, counts["time"]) or timedelta()
    return {QuotaResource.BUILDS: counts["builds"], QuotaResource.MINUTES: int(time / MINUTE)}


def require_another_build(organisation: Organisation, user: User | None) -> None:
    """Raises `TooOften` where the quota of builds is used up. Call it in the transaction that queues a build."""
    locked(organisation)
    _require("The organisation", builds_of_organisation(organisation), limits_of(organisation.stream))
    if user is not None:
        locked(user)
        _require("You", builds_of_person(user), limits_of(user.stream))


def _require(who: str, builds: QuerySet[Job], limits: dict[QuotaResource, int]) -> None:
    now, counts = timezone.now(), count_builds(builds)
    if counts[QuotaResource.BUILDS] >= limits[QuotaResource.BUILDS]:
        oldest = builds.filter(kind=KIND, due__gt=now - HOUR).aggregate(at=Min("due"))["at"]
        raise TooOften(
            f"{who} requested {limits[QuotaResource.BUILDS]} builds in the last hour, which is the limit. "
            "Try again later; previews keep working.",
            _seconds_until(oldest, HOUR, now),
        )
    if counts[QuotaResource.MINUTES] >= limits[QuotaResource.MINUTES]:
        oldest = builds.filter(finished__gt=now - DAY).aggregate(at=Min("finished"))["at"]
        raise TooOften(
            f"{who} used {limits[QuotaResource.MINUTES]} minutes of builds in the last day, which is the limit. "
            "Try again later; previews keep working.",
            _seconds_until(oldest, DAY, now),
        )


def _seconds_until(oldest: datetime | None, window: timedelta, now: datetime) -> int:
    """Returns the seconds until the oldest build that counts is out of the window; a minute where none has ended
    yet."""
    return 60 if oldest is None else max(1, int((oldest + window - now).total_seconds()) + 1)
