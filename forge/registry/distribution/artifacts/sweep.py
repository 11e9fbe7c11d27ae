"""Deletes what nobody comes back for: uploads that stopped or whose author may no longer push, blobs without a
manifest, and what is in the trash."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from forge.accounts.permissions import Verb, can
from forge.accounts.principals import acting_as
from forge.core.blobs.parts import delete_parts, delete_strays
from forge.core.database.wrong_clock import ahead
from forge.registry.distribution.artifacts.models import PushedBlob, Upload
from forge.registry.models import Manifest

UPLOADS_FOR = timedelta(days=7)
"""How long an upload may rest."""
BLOBS_FOR = timedelta(days=1)
"""How long a blob waits for the manifest that names it."""
TRASH_FOR = timedelta(days=30)
STRAYS_FOR = timedelta(hours=1)
MOST_AT_ONCE = 200
"""Manifests that are deleted in one transaction."""
SWEEP_EVERY = 3600.0
"""Seconds."""


def sweep(now: datetime | None = None) -> None:
    """Deletes what is too old. The sweep of blobs deletes the bytes that nothing links any more."""
    now = now or timezone.now()
    _date_anew(now)
    for upload in Upload.objects.select_related("repository__project__organisation", "author"):
        if upload.changed < now - UPLOADS_FOR or not _may_go_on(upload):
            _end(upload)
    known_parts = {name for parts in Upload.objects.values_list("parts", flat=True) for name, _size in parts}
    delete_strays(known_parts, now - STRAYS_FOR)
    PushedBlob.objects.filter(pushed__lt=now - BLOBS_FOR).delete()
    while _empty_trash(now - TRASH_FOR):
        pass


def _may_go_on(upload: Upload) -> bool:
    """Returns whether its author may still push. Otherwise it uses up storage of an organisation that cannot end it."""
    return can(acting_as(upload.author), Verb.PUSH, upload.repository.project)


def _end(upload: Upload) -> None:
    deleted_count, _ = Upload.objects.filter(pk=upload.pk, changed=upload.changed).delete()
    if deleted_count:
        delete_parts(name for name, _size in upload.parts)


def _date_anew(now: datetime) -> None:
    """Begins the time anew of what came while the clock was ahead: else it would stay for years."""
    Upload.objects.filter(ahead("changed", now)).update(changed=now)
    PushedBlob.objects.filter(ahead("pushed", now)).update(pushed=now)
    Manifest.objects.filter(ahead("trashed", now)).update(trashed=now)


@transaction.atomic
def _empty_trash(before: datetime) -> int:
    """Deletes manifests that were deleted before a time, a few at once; returns how many. A push that restores one at
    the same moment waits, and finds either the manifest or nothing."""
    old = Manifest.objects.filter(trashed__lt=before, tags=None, blocks=None, fixed=False)
    rows = Manifest.objects.select_for_update().filter(pk__in=list(old.values_list("pk", flat=True)[:MOST_AT_ONCE]))
    ids = [each.pk for each in rows if each.trashed is not None and each.trashed < before]
    Manifest.objects.filter(pk__in=ids).delete()
    return len(ids)
