"""Adding a sample to a project's data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count
from django.utils import timezone

from forge.accounts.permissions import Verb
from forge.accounts.quotas.limits import require_room
from forge.core.actors import Actor
from forge.core.blobs.store import put_bytes
from forge.core.errors import Invalid
from forge.core.models import Blob
from forge.datasets.actions import Change
from forge.datasets.consent.models import Consent
from forge.datasets.content.content import BadContent, Content
from forge.datasets.content.read import join_chunks, read_content
from forge.datasets.errors import ConsentOver, ContentRefused, SampleKnown, WrongSide
from forge.datasets.models import DataSet, Group, Sample
from forge.datasets.samples.models import SampleSource
from forge.datasets.splits.assignment import Split, split_of_new_group, split_of_single
from forge.projects.access import require
from forge.projects.files.storage import delete_on_failure, link_uploaded

SESSION = timedelta(hours=12)
"""How long recordings may be sent after their person agreed to the terms."""
WORD_LIMIT = 60
"""Characters of a label, a pseudonym and a device."""


@dataclass(frozen=True)
class Origin:
    """Where a recording comes from. An empty pseudonym means the person who agreed; `alone` that it is of nobody."""

    pseudonym: str = ""
    alone: bool = False
    device: str = ""
    source: SampleSource = SampleSource.UPLOAD


def checked_word(text: str, what: str) -> str:
    """Returns a label, pseudonym or device with single spaces, possibly "". Raises `Invalid`."""
    word = " ".join(text.split())
    if len(word) > WORD_LIMIT or not word.isprintable():
        raise Invalid(f"A {what} has at most {WORD_LIMIT} characters that can be printed.")
    return word


def add_sample(actor: Actor, consent: Consent, chunks: Iterable[bytes], *, label: str, origin: Origin) -> Sample:
    """Adds a recording under a consent of one's own. What tells of its maker is dropped before it is stored.

    Raises `ContentRefused`, `SampleKnown`, `ConsentOver`, `WrongSide`, `StorageQuotaReached`, `Invalid`, and
    `Forbidden` or `NotFound`.
    """
    project = consent.data_set.project
    require(actor, Verb.GIVE_SAMPLE, project)
    label = checked_word(label, "label")
    origin = Origin(
        checked_word(origin.pseudonym, "pseudonym"), origin.alone, checked_word(origin.device, "device"), origin.source
    )
    require_room(project.organisation_id)
    try:
        content = read_content(join_chunks(chunks))
    except BadContent as error:
        raise ContentRefused(str(error)) from None
    blob = put_bytes(content.data)
    with delete_on_failure([blob.digest]), (change := Change(consent.data_set_id)) as data_set:
        _require_in_force(actor, consent)
        sample = _store(data_set, consent, content, blob, label, origin, actor)
        link_uploaded(sample, [blob.digest], project)
        change.note(actor, "data.add", number=sample.number)
    return sample


def _require_in_force(actor: Actor, consent: Consent) -> None:
    """Raises `ConsentOver` unless this person may still send recordings under the consent. Its data set is locked."""
    now = timezone.now()
    is_valid = (
        Consent.objects.in_force(now).filter(pk=consent.pk, person=actor.person, agreed__gt=now - SESSION).exists()
    )
    if actor.person is None or not is_valid:
        raise ConsentOver("This consent does not cover further recordings. Read the terms and agree again.")


def _store(
    data_set: DataSet, consent: Consent, content: Content, blob: Blob, label: str, origin: Origin, actor: Actor
) -> Sample:
    """Creates the row of a sample. Raises `SampleKnown` and `WrongSide`."""
    if Sample.objects.available().filter(data_set=data_set, digest=blob.digest).exists():
        raise SampleKnown("The data set has a sample with the same bytes.")
    group = None if origin.alone else _group(data_set, consent, label, origin.pseudonym)
    if group is not None:
        split = Split(group.split)
    else:
        split = split_of_single(data_set.pk, blob.digest) if consent.for_training else Split.TEST
    if not (consent.for_tests if split == Split.TEST else consent.for_training):
        raise WrongSide(
            f"Samples of {group or 'this kind'} are for {split.value}, which the terms do not cover. "
            "Agree to terms for tests and for training."
        )
    data_set.last_number += 1
    return Sample.objects.create(
        data_set=data_set,
        number=data_set.last_number,
        kind=content.kind.value,
        media_type=content.media_type,
        digest=blob.digest,
        size=blob.size,
        milliseconds=content.milliseconds,
        drawing=dict(content.drawing),
        quality=content.quality.value,
        label=label,
        labelled_by=actor.person if label else None,
        split=split.value,
        group=group,
        device=origin.device,
        source=origin.source,
        consent=consent,
        revision=data_set.revision,
    )


def _group(data_set: DataSet, consent: Consent, label: str, pseudonym: str) -> Group:
    """Finds the group of a sample, or creates it with its split for ever."""
    named = {"pseudonym": pseudonym} if pseudonym else {"person": consent.person}
    group = Group.objects.filter(data_set=data_set, **named).first()
    if group is not None:
        return group
    data_set.last_group += 1
    return Group.objects.create(
        data_set=data_set, number=data_set.last_group, split=_split_of(data_set, consent, label).value, **named
    )


def _split_of(data_set: DataSet, consent: Consent, label: str) -> Split:
    """Chooses the split of a new group: tests where nothing may learn from it, training where no build is tested."""
    if not consent.for_training:
        return Split.TEST
    if not consent.for_tests:
        return Split.TRAIN
    counts: dict[Split, Counter[str]] = {split: Counter() for split in Split}
    stored = Sample.objects.available().filter(data_set=data_set, label=label).order_by()
    for split, count in stored.values_list("split").annotate(count=Count("pk")):
        counts[Split(split)][label] = count
    return split_of_new_group({label: 1}, counts)
