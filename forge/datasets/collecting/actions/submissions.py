"""Submissions of guests and devices: stored apart from samples until a member accepts or refuses them. Senders may
delete them.

Bytes that were refused or deleted go from the disk at once, or with the next periodic run a minute later.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from forge.accounts.permissions import Verb
from forge.accounts.principals import INSTALLATION
from forge.accounts.quotas.limits import require_room
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.blobs.links import link_blobs, links_of_all
from forge.core.blobs.store import put_bytes
from forge.core.blobs.sweep import erase
from forge.core.errors import Invalid, QuotaReached
from forge.core.models import Blob
from forge.datasets.actions import DataSetChange
from forge.datasets.collecting.access import principal_of_collector
from forge.datasets.errors import ConsentOver, ContentRefused, RateDiffers, SampleKnown, WrongSide
from forge.datasets.models import Collector, Consent, DataSet, Sample, Submission, SubmissionQuerySet
from forge.datasets.models.collecting import CollectingAudience, SubmissionState
from forge.datasets.models.removals import RemovalReason
from forge.datasets.models.samples import SampleSource
from forge.datasets.playing import require_play
from forge.datasets.removals.actions import erase_removed, remove_samples
from forge.datasets.removals.deletion_list import list_deleted
from forge.datasets.samples.actions import SampleOrigin
from forge.datasets.samples.actions.add import accepts_recordings, checked_word
from forge.datasets.samples.actions.store import store_sample
from forge.datasets.samples.content import checked_content
from forge.projects.access import require
from forge.projects.files.storage import delete_on_failure, link_uploaded
from forge.projects.models import Project
from rune.datasets.content.content import Content, Kind, Quality

MAX_WAITING = 1000
"""Recordings of one link that wait."""
MAX_WAITING_BYTES = 200 * 1024 * 1024
WAITING_DAYS = 14
"""Days after which a recording that nobody looked at is deleted."""
AT_ONCE = 200
"""Recordings of one act."""
_SOURCES: Final = {
    CollectingAudience.DEVICES.value: SampleSource.DEVICE,
    CollectingAudience.PAGES.value: SampleSource.PAGE,
}
"""The sources of the samples that are sent for a link; those of all others are of guests."""


def submit(collector: Collector, chunks: Iterable[bytes], *, device: str) -> Submission:
    """Stores a recording of a guest, which waits for a member. It has the label that the link asks for.

    Raises `ConsentOver`, `ContentRefused`, `SampleKnown`, `QuotaReached`, `StorageQuotaReached` and `Invalid`.
    """

    def require_consent() -> Consent:
        if collector.consent is None or not accepts_recordings(collector.consent, None):
            raise ConsentOver("Read the terms and agree to them before you send recordings.")
        return collector.consent

    return submit_under(collector, chunks, device=device, require_consent=require_consent)


def submit_under(
    collector: Collector, chunks: Iterable[bytes], *, device: str, require_consent: Callable[[], Consent]
) -> Submission:
    """Stores a recording under the consent that `require_consent` returns, or raises what it does where there is none.
    It is called before the recording is read, and again in the transaction that stores it.

    Raises what `submit` does.
    """
    link = collector.link
    device = checked_word(device, "device")
    consent = require_consent()
    require_room(link.project.organisation_id)
    content = checked_content(link.project.organisation_id, chunks)
    if content.kind.value != link.kind:
        raise ContentRefused(f"This link asks for {link.get_kind_display().lower()} and nothing else.")
    blob = put_bytes(content.data)
    with delete_on_failure([blob.digest]), (change := DataSetChange(consent.data_set_id)):
        consent = require_consent()
        _require_room_of_link(collector, blob.size)
        if Submission.objects.filter(collector=collector, digest=blob.digest).exists():
            raise SampleKnown("This recording was already sent.", blob.digest)
        submission = _store(collector, consent, content, blob, device)
        link_uploaded(submission, [blob.digest], link.project)
        change.note(principal_of_collector(collector), "data.submit", guest=collector.pseudonym)
    return submission


def accept_submissions(actor: Actor, project: Project, ids: Collection[UUID]) -> int:
    """Makes samples of waiting recordings, and returns how many. One whose bytes are a sample already is refused, and
    one of a guest whose earlier samples are for what the later terms do not cover.

    Raises `Invalid`, `PlayingRefused` for somebody who may not play them, and `Forbidden` or `NotFound`.
    """
    require(actor, Verb.EDIT, project)
    _require_few(ids)
    data_set = DataSet.objects.filter(project=project).first()
    if data_set is None:
        return 0
    with (change := DataSetChange(data_set.pk)) as locked_data_set:
        rows = _waiting(actor, project, ids)
        _require_play_of_all(actor, rows)
        count = sum(_accept(actor, locked_data_set, each, project) for each in rows)
        change.note(actor, "data.accept", count=count)
    erase_submissions(project.pk)
    return count


def refuse_submissions(actor: Actor, project: Project, ids: Collection[UUID]) -> int:
    """Deletes waiting recordings, and returns how many. Raises `Invalid`, `PlayingRefused`, and `Forbidden` or
    `NotFound`."""
    require(actor, Verb.EDIT, project)
    _require_few(ids)
    data_set = DataSet.objects.filter(project=project).first()
    if data_set is None:
        return 0
    with (change := DataSetChange(data_set.pk)):
        rows = _waiting(actor, project, ids)
        _require_play_of_all(actor, rows)
        count = _drop(rows, SubmissionState.REFUSED)
        change.note(actor, "data.refuse", count=count)
    erase_submissions(project.pk)
    return count


def withdraw_as_guest(collector: Collector) -> int:
    """Deletes all that a guest or a device sent, whatever became of it, and ends their consents. Returns how many
    recordings that were."""
    project = collector.link.project
    data_set = DataSet.objects.filter(project=project).first()
    if data_set is None:
        return 0
    principal = principal_of_collector(collector)
    with (change := DataSetChange(data_set.pk)) as locked_data_set:
        submissions = Submission.objects.filter(collector=collector)
        consents = Consent.objects.filter(pk__in=[*submissions.values_list("consent", flat=True), collector.consent_id])
        count = submissions.exclude(state__in=(SubmissionState.REFUSED, SubmissionState.DELETED)).count()
        remove_samples(locked_data_set, Sample.objects.filter(consent__in=consents), RemovalReason.WITHDRAWN, principal)
        _drop(submissions.filter(state=SubmissionState.WAITING), SubmissionState.DELETED)
        submissions.filter(state=SubmissionState.ACCEPTED).update(
            state=SubmissionState.DELETED, drawing={}, erased=timezone.now()
        )
        list_deleted(consents=list(consents.values_list("pk", flat=True)))
        consents.filter(withdrawn=None).update(withdrawn=timezone.now())
        change.note(principal, "data.withdraw", count=count, guest=collector.pseudonym)
    erase_submissions(project.pk)
    erase_removed(locked_data_set, most=AT_ONCE)
    return count


def sweep_submissions(now: datetime | None = None) -> None:
    """Deletes recordings whose consent ended or that nobody looked at in time, and bytes that a crash left."""
    now = now or timezone.now()
    waiting = Submission.objects.filter(state=SubmissionState.WAITING)
    late = waiting.filter(created__lte=now - timedelta(days=WAITING_DAYS))
    for rows in (late, waiting.filter(consent__ends__lte=now), waiting.filter(consent__withdrawn__isnull=False)):
        for project in Project.objects.filter(collecting_links__collectors__submissions__in=rows).distinct():
            _end(project, rows.filter(collector__link__project=project))
    erase_submissions()


def erase_submissions(project_id: UUID | None = None) -> None:
    """Deletes the bytes of refused and deleted recordings from the disk, unless something else has the same bytes."""
    rows = Submission.objects.filter(state__in=(SubmissionState.REFUSED, SubmissionState.DELETED), erased=None)
    rows = rows if project_id is None else rows.filter(collector__link__project=project_id)
    for pk, digest, created in list(rows.values_list("pk", "digest", "created")[:AT_ONCE]):
        if erase(digest, created):
            Submission.objects.filter(pk=pk).update(erased=timezone.now())


@transaction.atomic
def _end(project: Project, rows: SubmissionQuerySet) -> None:
    if count := _drop(rows, SubmissionState.DELETED):
        write_entry(INSTALLATION, "data.submissions-end", project.stream, project.place, count=count)


def _require_play_of_all(actor: Actor, rows: Iterable[Submission]) -> None:
    """Requires that the person who decides about recordings has heard or seen them."""
    for row in rows:
        require_play(actor, row)


def _require_few(ids: Collection[UUID]) -> None:
    if not 0 < len(ids) <= AT_ONCE:
        raise Invalid(f"Select 1 to {AT_ONCE} recordings.")


def _require_room_of_link(collector: Collector, size: int) -> None:
    waiting = Submission.objects.waiting().filter(collector__link=collector.link_id).values_list("size", flat=True)
    sizes = list(waiting)
    if len(sizes) >= MAX_WAITING or sum(sizes) + size > MAX_WAITING_BYTES:
        raise QuotaReached("Too many recordings of this link are waiting. Ask a member of the project to review them.")


def _waiting(actor: Actor, project: Project, ids: Collection[UUID]) -> SubmissionQuerySet:
    waiting = Submission.objects.visible_to(actor).waiting().filter(collector__link__project=project, pk__in=ids)
    return waiting.select_related("collector", "consent__data_set__project")


def _store(collector: Collector, consent: Consent, content: Content, blob: Blob, device: str) -> Submission:
    return Submission.objects.create(
        collector=collector,
        consent=consent,
        kind=content.kind.value,
        media_type=content.media_type,
        digest=blob.digest,
        size=blob.size,
        milliseconds=content.milliseconds,
        drawing=dict(content.drawing),
        quality=content.quality.value,
        label=collector.link.label,
        device=device,
    )


def _accept(actor: Actor, data_set: DataSet, row: Submission, project: Project) -> bool:
    """Makes a sample of a recording. The data set is locked. Returns False where it is refused."""
    link = row.collector.link
    content = Content(Kind(row.kind), row.media_type, b"", Quality(row.quality), row.milliseconds, row.drawing)
    content = replace(content, interval=link.row_interval)
    is_of_things = link.is_of_things
    # Recordings of things are of nobody, and are not named after the guest either.
    pseudonym = "" if is_of_things else row.collector.pseudonym
    source = _SOURCES.get(link.audience, SampleSource.GUEST)
    origin = SampleOrigin(pseudonym, alone=is_of_things, device=row.device, source=source)
    blob = Blob.objects.get(pk=row.digest)
    try:
        sample = store_sample(data_set, row.consent, content, blob, row.label, origin, actor)
    except (SampleKnown, WrongSide, RateDiffers):
        _drop(Submission.objects.filter(pk=row.pk), SubmissionState.REFUSED)
        return False
    link_blobs(sample, [row.digest], project.organisation_id)
    links_of_all(Submission.objects.filter(pk=row.pk)).delete()
    Submission.objects.filter(pk=row.pk).update(state=SubmissionState.ACCEPTED, sample=sample, drawing={})
    return True


def _drop(rows: SubmissionQuerySet, state: SubmissionState) -> int:
    """Unlinks the bytes of recordings and clears what was made from them."""
    ids = list(rows.values_list("pk", flat=True))
    submissions = Submission.objects.filter(pk__in=ids)
    links_of_all(submissions).delete()
    return submissions.update(state=state, drawing={})
