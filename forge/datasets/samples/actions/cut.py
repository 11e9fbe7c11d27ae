"""Cutting a long recording: its parts become samples of their own, and it is excluded from further versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from forge.accounts.permissions import Verb
from forge.accounts.quotas.limits import require_fits, require_room
from forge.core.actors import Actor
from forge.core.blobs.links import link_owned
from forge.core.blobs.store import put_batch, read_blob
from forge.core.blobs.sweep import delete_if_unlinked
from forge.core.errors import Invalid, Stale
from forge.core.models import Blob
from forge.datasets.actions import DataSetChange
from forge.datasets.errors import ConsentOver, ContentRefused
from forge.datasets.models import Consent, DataSet, Sample
from forge.datasets.models.samples import SampleSource
from forge.datasets.playing import require_play
from forge.datasets.samples.actions.add import checked_word
from forge.datasets.samples.actions.mark import PreviousMarks, SampleMark
from forge.datasets.samples.actions.store import SampleOrigin, new_row
from forge.projects.access import require
from forge.projects.files.storage import delete_on_failure
from rune.datasets.content.content import BadContent, Content
from rune.datasets.content.read import read_content
from rune.datasets.parts.cutting import cut, length_of
from rune.datasets.parts.search import Part, PartSearch, find_parts
from rune.datasets.splits import Split

MAX_CUT = 200
"""Parts of one cut."""


@dataclass(frozen=True)
class LabelledPart:
    """A part of a recording with its label, "" without one."""

    part: Part
    label: str


@dataclass(frozen=True)
class ProposedParts:
    """The places in a recording where something happens. `length` is in the positions of parts."""

    length: int
    parts: Sequence[Part]


def propose_parts(actor: Actor, sample: Sample, search: PartSearch) -> ProposedParts:
    """Returns the places in a sound or motion where something happens.

    Raises `PlayingRefused`, and `ContentRefused` for a picture.
    """
    require_play(actor, sample)
    try:
        data = read_blob(sample.digest)
        return ProposedParts(length_of(data), find_parts(data, search))
    except BadContent as error:
        raise ContentRefused(str(error)) from None


def cut_sample(actor: Actor, sample: Sample, parts: Sequence[LabelledPart], revision: int) -> PreviousMarks:
    """Adds each part as a sample with the person, split, consent and device of the whole, which is excluded from
    further versions. A part that the data set has already is not added again.

    The answer undoes it, sent to `mark_samples`: it includes the whole again and excludes the parts. Raises `Stale`
    where the sample changed since `revision`, `ConsentOver`, `ContentRefused`, `Invalid`, `StorageQuotaReached`,
    `PlayingRefused`, and `Forbidden`: test samples that a saved version has are changed by owners alone.
    """
    project = sample.data_set.project
    require(actor, Verb.EDIT, project)
    require_play(actor, sample)
    if not 0 < len(parts) <= MAX_CUT:
        raise Invalid(f"Choose 1 to {MAX_CUT} parts.")
    require_room(project.organisation_id)
    contents = _contents(sample, parts)
    with put_batch() as put:
        blobs = [put(content.data) for content in contents]
    digests = sorted({blob.digest for blob in blobs})
    with delete_on_failure(digests), (change := DataSetChange(sample.data_set_id)) as data_set:
        whole = _current(actor, sample, revision)
        new_samples = _store(actor, data_set, whole, contents, blobs, parts)
        if link_owned([(each, each.digest) for each in new_samples], project.organisation_id):
            require_fits(project.organisation_id)
        before = [SampleMark(whole.number, whole.label, whole.is_excluded)]
        before += [SampleMark(each.number, each.label, is_excluded=True) for each in new_samples]
        Sample.objects.filter(pk=whole.pk).update(is_excluded=True, revision=data_set.revision)
        change.note(actor, "data.cut", number=whole.number, count=len(new_samples))
    delete_if_unlinked(sorted(set(digests) - {each.digest for each in new_samples}))
    return PreviousMarks(data_set.revision, before)


def _contents(sample: Sample, parts: Sequence[LabelledPart]) -> list[Content]:
    try:
        data = read_blob(sample.digest)
        length = length_of(data)
        for each in parts:
            if not 0 <= each.part.start < each.part.end <= length:
                raise Invalid(f"A part begins before it ends, within 0 to {length}.")
        return [read_content(cut(data, each.part.start, each.part.end)) for each in parts]
    except BadContent as error:
        raise ContentRefused(str(error)) from None


def _current(actor: Actor, sample: Sample, revision: int) -> Sample:
    """The sample as it is now; its data set is locked."""
    whole = Sample.objects.available().select_related("group", "consent").filter(pk=sample.pk).first()
    if whole is None or whole.revision > revision:
        raise Stale(f"Sample {sample.number} changed since you read the data. Nothing was changed. Check it again.")
    if whole.tested_since is not None:
        # Figures of earlier versions were computed on it.
        require(actor, Verb.CHANGE_TESTS, sample.data_set.project)
    if not Consent.objects.in_force().filter(pk=whole.consent_id).exists():
        raise ConsentOver("The consent for this sample was withdrawn or has ended.")
    return whole


def _store(
    actor: Actor,
    data_set: DataSet,
    whole: Sample,
    contents: Sequence[Content],
    blobs: Sequence[Blob],
    parts: Sequence[LabelledPart],
) -> list[Sample]:
    present = Sample.objects.available().filter(data_set=data_set, digest__in=[blob.digest for blob in blobs])
    known_digests = set(present.values_list("digest", flat=True))
    origin = SampleOrigin(device=whole.device, source=SampleSource(whole.source))
    rows: list[Sample] = []
    for content, blob, each in zip(contents, blobs, parts, strict=True):
        if blob.digest in known_digests:
            continue
        known_digests.add(blob.digest)
        label = checked_word(each.label, "label")
        split = Split(whole.split)
        rows.append(new_row(data_set, whole.consent, content, blob, label, split, whole.group, origin, actor, None))
    if not rows:
        raise Invalid("The data has all of these parts already.")
    return Sample.objects.bulk_create(rows)
