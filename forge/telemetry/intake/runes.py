"""The runes that deployments served, with what each counts. The layout is read from the bytes of the rune, once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from forge.core.blobs.store import read_blob
from forge.core.errors import DomainError
from forge.deployments.models import Deployment, Release
from forge.fleet.models import Device, DeviceEntry
from forge.telemetry.intake.models import WatchedRune
from hmrd.protocol.counts import rune_key
from hmrd.protocol.reports import EventKind
from rune.running.container import ContainerError, read_watch
from rune.watch.layout import WatchLayout
from rune.watch.record import WatchRecord

_NOTHING = WatchRecord(WatchLayout(None, None))


def watched_runes(device: Device, keys: Collection[str]) -> Mapping[str, WatchedRune]:
    """Returns the runes of documents of a device by their keys: those that the deployment served that it belongs to
    now, or another one of its organisation that it said it had installed."""
    deployment = None if device.assignment is None else device.assignment.deployment
    runes = _known(keys, deployment) if deployment is not None else {}
    missing = set(keys) - runes.keys()
    if missing and deployment is not None:
        runes |= _first_time(Release.objects.filter(deployment=deployment), missing)
    for key in set(keys) - runes.keys():
        installed = DeviceEntry.objects.filter(device=device, kind=EventKind.INSTALLED, rune=OuterRef("rune"))
        runes |= _first_time(
            Release.objects.filter(
                Exists(installed),
                deployment__project__organisation=device.organisation_id,
                deployment__telemetry_switch__is_on=True,
            ),
            {key},
        )
    return runes


def watched_rune_with_key(deployment: Deployment, key: str) -> WatchedRune | None:
    """Returns the rune that a deployment served whose digest begins with a key of 16 digits; None without one."""
    stored_rune = _known([key], deployment.pk).get(key)
    return stored_rune or _first_time(Release.objects.filter(deployment=deployment), {key}).get(key)


def watched_rune_of(release: Release) -> WatchedRune:
    """Returns the rune of a release with what it counts, for pages. The caller has found the release."""
    key = rune_key(release.rune).hex()
    return _known([key], release.deployment_id).get(key) or _of_release(release)


def _known(keys: Collection[str], deployment: UUID) -> dict[str, WatchedRune]:
    return {each.key: each for each in WatchedRune.objects.filter(deployment=deployment, key__in=keys)}


def _first_time(releases: QuerySet[Release], keys: Collection[str]) -> dict[str, WatchedRune]:
    """Returns runes that nothing was counted of before."""
    runes = {}
    for key in keys:
        release = releases.filter(rune__startswith=f"sha256:{key}").order_by("-number").first()
        if release is not None:
            runes[key] = watched_rune_of(release)
    return runes


def _of_release(release: Release) -> WatchedRune:
    first = Release.objects.filter(deployment=release.deployment_id, rune=release.rune).order_by("number").first()
    return watch_rune(release.deployment_id, release.rune, (first or release).version)


def watch_rune(deployment: UUID, rune: str, version: str) -> WatchedRune:
    """Returns a rune of a deployment with what it counts, which its devices may send from now on: also one that runs
    beside what is served, before it is a release. The caller has found the deployment and the rune."""
    record = record_of(rune)
    row, _ = WatchedRune.objects.get_or_create(
        deployment_id=deployment,
        key=rune_key(rune).hex(),
        defaults={
            "rune": rune,
            "version": version,
            "layout_json": record.layout.to_json(),
            "reference": record.to_json().get("reference"),
            "right": record.right,
        },
    )
    return row


def record_of(rune: str) -> WatchRecord:
    """Returns what the rune of a digest says that it counts: nothing, where it says so or cannot be read. The caller
    has found a release with it."""
    try:
        return _record(rune)
    except (ContainerError, DomainError):
        return _NOTHING


@lru_cache(maxsize=64)
def _record(rune: str) -> WatchRecord:
    return read_watch(read_blob(rune)) or _NOTHING
