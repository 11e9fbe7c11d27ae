"""Telemetry of a deployment as its page shows it: whether it counts, and byte for byte what would leave a device or a
web page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from forge.accounts.permissions import Verb, can
from forge.core.actors import Actor
from forge.deployments.models import Deployment, DeploymentKind
from forge.deployments.pages.calls_chart import SHOWN_DAYS
from forge.fleet.models import Device
from forge.telemetry.app_reports.access import reports_since
from forge.telemetry.app_reports.documents import NEVER_OF_PAGES, PAGE_DOCUMENT_SIZE, PageField, page_fields
from forge.telemetry.intake.access import document_of_day
from forge.telemetry.intake.runes import record_of
from forge.telemetry.retention import TOTALS_MAX_AGE
from forge.telemetry.switch.access import switch_of
from forge.telemetry.switch.models import DeploymentTelemetry
from forge.telemetry.totals.access import newest_total_day
from hmrd.protocol.counts import DOCUMENT_SIZE
from hmrd.protocol.document_fields import NEVER, DocumentField, document_fields, pairs_fields
from rune.watch.layout import WatchLayout
from rune.watch.pairs import PairBins


@dataclass(frozen=True)
class ExampleDocument:
    """A document of a day that a device sent; the device's page shows it."""

    day: date
    device: Device
    is_of_yesterday: bool


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
    page_fields: Sequence[PageField]
    """The bytes of a document of a web page; none where no page may use the deployment, or its rune counts nothing."""
    reports: Sequence[Mapping[str, Any]]
    """The reports of apps, where it counts."""
    example: ExampleDocument | None
    """The newest document of a device, for a reader who can see the devices."""

    size = DOCUMENT_SIZE
    never = NEVER
    page_size = PAGE_DOCUMENT_SIZE
    never_of_pages = NEVER_OF_PAGES

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
    since = timezone.now().date() - timedelta(days=SHOWN_DAYS - 1)
    layout = record_of(deployment.releases.all()[0].rune).layout
    has_pages = any(layout.sizes) and (bool(deployment.origins) or not is_for_devices)
    return TelemetryCard(
        is_for_devices,
        switch,
        can(actor, Verb.DEPLOY, deployment.project),
        document_fields(layout) if is_for_devices else (),
        _pairs_of(layout) if is_for_devices else (),
        page_fields(layout) if has_pages else (),
        reports_since(deployment, since) if is_on and not is_for_devices else (),
        _example(actor, deployment) if is_for_devices else None,
    )


def _pairs_of(layout: WatchLayout) -> Sequence[DocumentField]:
    """Returns the bytes of pairs of a rune and one with the same labels; none of one that counts no labels."""
    return () if layout.labels is None else pairs_fields(PairBins.of(layout.labels, layout.labels))


def _example(actor: Actor, deployment: Deployment) -> ExampleDocument | None:
    if not can(actor, Verb.SEE_ORGANISATION, deployment.project.organisation):
        return None
    day = newest_total_day(deployment)
    row = document_of_day(deployment, day) if day else None
    yesterday = timezone.now().date() - timedelta(days=1)
    return ExampleDocument(row.day, row.device, row.day == yesterday) if row else None
