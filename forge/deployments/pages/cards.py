"""Deployments as their pages show them: what each serves and served, its calls a day, and keys that nobody uses."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from forge.core.preconditions import etag_of
from forge.deployments.access import calls_since, withdrawn_of
from forge.deployments.bound_devices import assignments_of
from forge.deployments.build_remarks import BuildRemarks, standings_of_releases
from forge.deployments.etag_facets import facets_with_group
from forge.deployments.models import Deployment, DeploymentKind, Release
from forge.deployments.pages.calls_chart import SHOWN_DAYS, CallsChart, chart_of
from forge.fleet.groups.models import Assignment
from forge.registry.models import Tag


@dataclass(frozen=True)
class KindMark:
    """The look of a kind of deployment."""

    icon: str


# The front end's build finds the icons that it must draw by `icon="…"`.
KIND_MARKS = {
    DeploymentKind.WEB: KindMark(icon="globe"),
    DeploymentKind.APP: KindMark(icon="smartphone"),
    DeploymentKind.DEVICES: KindMark(icon="cpu"),
}

PLACES = {
    DeploymentKind.WEB: "runs in the visitor’s page",
    DeploymentKind.APP: "loads when the app starts",
    DeploymentKind.DEVICES: "runs on devices",
}
SHOWN_ROWS = 3
"""The number of the history, on the page of all deployments."""
UNUSED_DAYS = 60
"""After so many days without use, a key is shown as unused."""


@dataclass(frozen=True)
class HistoryRow:
    """A release in the history, and whether one press goes back to it."""

    release: Release
    is_now: bool
    days: int
    """How long it was served."""
    can_return: bool
    advice: str
    """The reason against going back to it, or "" if nothing speaks against it."""
    remark: str
    """A remark that it was published past its gate, or that somebody wants it changed; "" where neither is so."""


@dataclass(frozen=True)
class Card:
    """A deployment as the page of all shows it."""

    deployment: Deployment
    icon: str
    now: Release
    history: Sequence[HistoryRow]
    etag: str
    url: str
    origins: str
    """The pages that may use it, one a line."""
    unused_keys: int
    """Keys that nobody has used for 60 days."""
    calls: CallsChart
    is_withdrawn: bool
    """The project took back what it serves: apps get an error until another version is chosen."""
    standing: BuildRemarks
    """The remarks on the version that it serves."""
    offered_remark: str
    """The remark on the version that promoting it would serve; "" where nothing speaks against it."""

    @property
    def is_healthy(self) -> bool:
        """Nothing here needs somebody."""
        return not (self.is_withdrawn or self.unused_keys or self.deployment.blocked_digest)

    @property
    def offered_release(self) -> Release | None:
        """The release that promoting it would serve, with another rune than now; None where there is none."""
        source = self.deployment.promoted_from
        release = source.releases.all()[0] if source else None
        return release if release and release.digest != self.now.digest else None

    @property
    def newest(self) -> Sequence[HistoryRow]:
        """The rows of the history that the page of all shows."""
        return self.history[:SHOWN_ROWS]

    @property
    def runs(self) -> str:
        """The place where the rune runs."""
        return PLACES[DeploymentKind(self.deployment.kind)]

    @property
    def hint(self) -> str:
        """The beginning and the end of the newest key, by which its owner recognises it; "" if there is no key."""
        living = [key.hint for key in self.deployment.keys.all() if not key.has_ended]
        return living[-1] if living else ""

    @property
    def address(self) -> str:
        """The address of its own lines on the page of all deployments."""
        return f"{self.deployment.project.get_absolute_url()}/deployments?use={self.deployment.name}"


def cards_of(deployments: Sequence[Deployment], tags: Sequence[Tag]) -> list[Card]:
    """The cards of deployments that `forge.deployments.access` returned, in their order."""
    today = timezone.now().date()
    calls = calls_since(deployments, today - timedelta(days=SHOWN_DAYS - 1))
    withdrawn_digests = withdrawn_of(deployments)
    standings = standings_of_releases(deployments)
    assignments = assignments_of(deployments)
    return [
        _card(
            each, tags, chart_of(calls.get(each.pk, ()), today), withdrawn_digests, standings, assignments.get(each.pk)
        )
        for each in deployments
    ]


def _card(
    deployment: Deployment,
    tags: Sequence[Tag],
    calls: CallsChart,
    withdrawn_digests: Collection[str],
    standings: Mapping[UUID, BuildRemarks],
    assignment: Assignment | None,
) -> Card:
    releases = list(deployment.releases.all())
    now = releases[0]
    source = deployment.promoted_from
    return Card(
        deployment,
        KIND_MARKS[DeploymentKind(deployment.kind)].icon,
        now,
        _history(releases, tags, standings),
        etag_of(facets_with_group(deployment, assignment)),
        f"{settings.PUBLIC_URL}{deployment.served_path}",
        "\n".join(deployment.origins),
        sum(is_unused(each.last_used or each.created) for each in deployment.keys.all() if not each.has_ended),
        calls,
        now.digest in withdrawn_digests,
        standings[now.pk],
        standings[source.releases.all()[0].pk].remark if source else "",
    )


def _history(
    releases: Sequence[Release], tags: Sequence[Tag], standings: Mapping[UUID, BuildRemarks]
) -> list[HistoryRow]:
    """The releases as rows. One that tags advise against, or that no tag names any more, says so."""
    advice = {tag.manifest.blob_id: tag.advice for tag in reversed(tags)}
    now = releases[0]
    return [
        HistoryRow(
            each,
            each is now,
            ((each.ended or timezone.now()) - each.started).days,
            each.digest != now.digest and not advice.get(each.digest, ""),
            advice.get(each.digest, ""),
            standings[each.pk].remark,
        )
        for each in releases
    ]


def is_unused(last: datetime) -> bool:
    """Returns whether a key that was last used at a moment should be revoked, because that is so long ago."""
    return last < timezone.now() - timedelta(days=UNUSED_DAYS)
