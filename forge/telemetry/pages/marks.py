"""The marks of the page Watch: releases of the deployment, and reviews and data versions of its project."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from forge.core.actors import Actor
from forge.datasets.models import DataVersion
from forge.deployments.access import releases_between
from forge.deployments.models import Deployment
from forge.reviews.models import Verdict, VerdictChoice
from forge.telemetry.watch.marks import MarkKind, WatchMark
from rune.wording import counted

MOST_MARKS: Final = 100
"""Marks of each kind, the newest ones."""
_VERDICTS: Final = {VerdictChoice.APPROVE: "approved", VerdictChoice.CHANGES: "changes requested"}


def marks_between(actor: Actor, deployment: Deployment, first: date, last: date) -> Sequence[WatchMark]:
    """Returns the marks of days in UTC, of what the person may see. The caller has found the deployment."""
    start = datetime.combine(first, time(), UTC)
    end = datetime.combine(last + timedelta(days=1), time(), UTC)
    return [
        *_releases(deployment, start, end),
        *_reviews(actor, deployment, start, end),
        *_data_versions(actor, deployment, start, end),
    ]


def _releases(deployment: Deployment, start: datetime, end: datetime) -> Iterator[WatchMark]:
    rows = releases_between(deployment, start, end)
    for number, version, started in rows.values_list("number", "version", "started")[:MOST_MARKS]:
        text = f"Release {number}: {version}"
        yield WatchMark(_day(started), MarkKind.VERSION, text, f"{deployment.get_absolute_url()}?tab=history", version)


def _reviews(actor: Actor, deployment: Deployment, start: datetime, end: datetime) -> Iterator[WatchMark]:
    """Yields a mark for each verdict of a day on a review: how many members gave it is in the text."""
    address = deployment.project.get_absolute_url()
    rows = Verdict.objects.visible_to(actor).standing().filter(project=deployment.project)
    rows = rows.filter(created__gte=start, created__lt=end).order_by("-created")
    columns = ("created", "verdict", "build__number", "build__rounds__review__number")
    people: dict[tuple[date, str, str, Any], int] = {}
    for created, verdict, build, review in rows.values_list(*columns)[:MOST_MARKS]:
        title, page = (f"Review {review}", f"reviews/{review}") if review else (f"Build {build}", f"builds/{build}")
        key = (_day(created), title, page, verdict)
        people[key] = people.get(key, 0) + 1
    for (day, title, page, verdict), count in people.items():
        by = f" by {counted(count, 'member')}" if count > 1 else ""
        yield WatchMark(day, MarkKind.REVIEW, f"{title} {_VERDICTS[VerdictChoice(verdict)]}{by}", f"{address}/{page}")


def _data_versions(actor: Actor, deployment: Deployment, start: datetime, end: datetime) -> Iterator[WatchMark]:
    address = deployment.project.get_absolute_url()
    rows = DataVersion.objects.visible_to(actor).filter(data_set__project=deployment.project)
    rows = rows.filter(created__gte=start, created__lt=end).order_by("-number")
    for number, created in rows.values_list("number", "created")[:MOST_MARKS]:
        yield WatchMark(_day(created), MarkKind.DATA, f"Data version {number}", f"{address}/data/versions/{number}")


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()
