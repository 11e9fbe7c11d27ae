"""Adding a sample to a project's data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from unicodedata import normalize

from django.utils import timezone

from forge.accounts.models import User
from forge.accounts.permissions import Verb
from forge.accounts.quotas.limits import require_room
from forge.core.actors import Actor
from forge.core.blobs.store import put_bytes
from forge.core.errors import Invalid
from forge.datasets.actions import DataSetChange
from forge.datasets.errors import ConsentOver
from forge.datasets.models import Sample
from forge.datasets.models.consents import Consent
from forge.datasets.samples.actions.store import SampleOrigin, store_sample
from forge.datasets.samples.content import checked_content
from forge.projects.access import require
from forge.projects.files.storage import delete_on_failure, link_uploaded
from rune.datasets.content.content import Kind
from rune.datasets.content.row_rate import RowInterval
from rune.datasets.label_names import WORD_LIMIT

SESSION = timedelta(hours=12)
"""How long recordings may be sent after their person agreed to the terms."""


def checked_word(text: str, what: str) -> str:
    """Returns a label, pseudonym or device with single spaces, composed (NFC), possibly "". Raises `Invalid`."""
    word = " ".join(normalize("NFC", text).split())
    if len(word) > WORD_LIMIT or not word.isprintable():
        raise Invalid(f"A {what} has at most {WORD_LIMIT} printable characters.")
    return word


def add_sample(
    actor: Actor,
    consent: Consent,
    chunks: Iterable[bytes],
    *,
    label: str,
    origin: SampleOrigin,
    interval: RowInterval | None = None,
) -> Sample:
    """Adds a recording under a consent of one's own. What tells of its maker is dropped before it is stored. `interval`
    is how far apart the rows of motion are, where a program that recorded them knows it.

    Raises `ContentRefused` (`RateDiffers` where the data has another rate), `SampleKnown`, `ConsentOver`, `WrongSide`,
    `StorageQuotaReached`, `Invalid`, and `Forbidden` or `NotFound`.
    """
    project = consent.data_set.project
    require(actor, Verb.GIVE_SAMPLE, project)
    label = checked_word(label, "label")
    origin = SampleOrigin(
        checked_word(origin.pseudonym, "pseudonym"), origin.alone, checked_word(origin.device, "device"), origin.source
    )
    require_room(project.organisation_id)
    content = checked_content(project.organisation_id, chunks)
    if interval is not None and content.kind is Kind.MOTION:
        content = replace(content, interval=interval)
    blob = put_bytes(content.data)
    with delete_on_failure([blob.digest]), (change := DataSetChange(consent.data_set_id)) as data_set:
        _require_in_force(actor, consent)
        sample = store_sample(data_set, consent, content, blob, label, origin, actor)
        link_uploaded(sample, [blob.digest], project)
        change.note(actor, "data.add", number=sample.number)
    return sample


def accepts_recordings(consent: Consent, person: User | None) -> bool:
    """Returns whether this person, or the guest who agreed where it is None, may still send recordings under the
    consent."""
    now = timezone.now()
    return Consent.objects.in_force(now).filter(pk=consent.pk, person=person, agreed__gt=now - SESSION).exists()


def _require_in_force(actor: Actor, consent: Consent) -> None:
    """Raises `ConsentOver` unless this person may still send recordings under the consent. Its data set is locked."""
    if actor.person is None or not accepts_recordings(consent, actor.person):
        raise ConsentOver("This consent does not cover further recordings. Read the terms and agree again.")
