"""Errors of alerts, for people."""

from __future__ import annotations

from forge.core.errors import Conflict, NotFound


class AlertNotFound(NotFound):
    """The deployment has no such alert."""

    title = "No such alert"


class AlertClosed(Conflict):
    """The alert closed, so that nobody needs to look after it."""

    title = "The alert has closed"
