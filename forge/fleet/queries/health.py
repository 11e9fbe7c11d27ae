"""The states of devices by which queries, the overview and notices judge their health."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from forge.fleet.devices.releases import runs_its_release
from hmrd.protocol.reports import SelfTestOutcome

AWAY_AFTER = timedelta(days=1)
"""A device that was not seen for so long is away."""
RESTARTS_OFTEN = 3
"""A device whose runes restarted so many times today restarts often."""


def unseen(since: datetime) -> Q:
    """Returns the condition of devices that were not seen since a time, or never."""
    return Q(seen=None) | Q(seen__lt=since)


def away(now: datetime) -> Q:
    """Returns the condition of devices that are away."""
    return unseen(now - AWAY_AFTER)


def restarted(times: int, now: datetime) -> Q:
    """Returns the condition of devices whose runes restarted at least `times`, from 1 on, since midnight in UTC."""
    return Q(restarts__gte=times, restarts_day=now.date())


def locked_out(now: datetime) -> Q:
    """Returns the condition of devices whose keys are refused for now."""
    return Q(locked_out__isnull=False)


def retired(now: datetime) -> Q:
    """Returns the condition of devices that were retired."""
    return Q(retired__isnull=False)


def as_wanted(now: datetime) -> Q:
    """Returns the condition of devices that run what is wanted."""
    return runs_its_release()


def not_as_wanted(now: datetime) -> Q:
    """Returns the condition of devices that run something else than what is wanted. Where the wanted version was
    withdrawn, nothing is wanted."""
    return Q(assignment__isnull=False) & ~Q(assignment__rune="") & ~runs_its_release()


def waiting(now: datetime) -> Q:
    """Returns the condition of devices that get what is wanted when they come back."""
    return not_as_wanted(now) & away(now)


def healthy(now: datetime) -> Q:
    """Returns the condition of devices in service that work as they should."""
    return (
        Q(retired=None, locked_out=None, problem="", seen__gte=now - AWAY_AFTER)
        & ~Q(self_test=SelfTestOutcome.FAILED)
        & ~restarted(RESTARTS_OFTEN, now)
    )
