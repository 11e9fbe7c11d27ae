"""Telemetry of a deployment as its page shows it: whether it counts, and byte for byte what would leave a device."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from forge.accounts.permissions import Verb, can
from forge.core.actors import Actor
from forge.deployments.models import Deployment, DeploymentKind
from forge.deployments.pages.calls_chart import SHOWN_DAYS
from forge.telemetry.app_reports.access import reports_since
from forge.telemetry.intake.runes import record_of
from forge.telemetry.retention import TOTALS_MAX_AGE
from forge.telemetry.switch.access import switch_of
from forge.telemetry.switch.models import DeploymentTelemetry
from hmrd.protocol.counts import DOCUMENT_SIZE
from hmrd.protocol.document_fields import NEVER, DocumentField, document_fields, pairs_fields
from rune.watch.layout import WatchLayout
from rune.watch.pairs import PairBins


@dataclass(frozen=True)
class TelemetryCard:
    """The card of a deployment."""

    is_for_devices: bool
    switch: DeploymentTelemetry | None
    """The last decision; None of a deployment that never counted."""
    may_change: bool
    fields: Sequence[DocumentField]
    """The bytes of a document about the rune that it serves; none of a deployment for websites or apps."""
    pairs: Sequence[DocumentField]
    """The bytes of a document of pairs, with the labels of a version that has the same ones."""
    reports: Sequence[Mapping[str, Any]]
    """The reports of apps, where it counts."""

    size = DOCUMENT_SIZE
    never = NEVER

    @property
    def is_on(self) -> bool:
        """True if it counts."""
        return self.switch is not None and self.switch.is_on

    @property
    def days(self) -> int:
        """Days for which documents of single devices are kept."""
        return int(settings.TELEMETRY_DAYS)

    @property
    def total_days(self) -> int:
        """Days for which totals are kept."""
        return TOTALS_MAX_AGE.days


def card_of(actor: Actor, deployment: Deployment) -> TelemetryCard:
    """Returns the card of a deployment that the caller has found with its releases."""
    is_for_devices = deployment.kind == DeploymentKind.DEVICES
    switch = switch_of(deployment)
    is_on = switch is not None and switch.is_on
    layout = record_of(deployment.releases.all()[0].rune).layout if is_for_devices else None
    since = timezone.now().date() - timedelta(days=SHOWN_DAYS - 1)
    return TelemetryCard(
        is_for_devices,
        switch,
        can(actor, Verb.DEPLOY, deployment.project),
        document_fields(layout) if layout else (),
        _pairs_of(layout) if layout else (),
        reports_since(deployment, since) if is_on and not is_for_devices else (),
    )


def _pairs_of(layout: WatchLayout) -> Sequence[DocumentField]:
    """Returns the bytes of pairs of a rune and one with the same labels; none of one that counts no labels."""
    return () if layout.labels is None else pairs_fields(PairBins.of(layout.labels, layout.labels))
