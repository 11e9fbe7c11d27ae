"""Alerts of deployments, without the days of counts that they come from."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from forge.deployments.models import Deployment
from forge.telemetry.models import WatchAlert, WatchedRune
from rune.assessment.drift.alerts import DriftComparison
from rune.assessment.drift.figures import Aspect
from tests.support.watch import LAYOUT

SUBJECT = "change|labels|share|knock||"


def watched_rune(deployment: Deployment) -> WatchedRune:
    """Returns a rune that a deployment serves and whose counts it took."""
    values = {"rune": f"sha256:{'0' * 64}", "version": "1.0", "layout_json": LAYOUT.to_json()}
    return WatchedRune.objects.get_or_create(deployment=deployment, key="0" * 16, defaults=values)[0]


def watch_alert(rune: WatchedRune, **values: Any) -> WatchAlert:
    """Returns an alert that is open: its devices answer "knock" more than before. `values` are other columns."""
    day = timezone.now().date()
    columns = {
        "subject": SUBJECT,
        "comparison": DriftComparison.FLEET,
        "feature": "labels",
        "aspect": Aspect.SHARE,
        "label": "knock",
        "value": 0.05,
        "low": 0.04,
        "high": 0.06,
        "p": 1e-6,
        "devices": 9,
        "first_day": day,
        "last_day": day,
        "opened": timezone.now(),
    }
    return WatchAlert.objects.create(deployment=rune.deployment, watched=rune, **{**columns, **values})
