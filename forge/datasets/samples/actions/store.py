"""Creating the row of a sample: its group, and the split that the group has for ever."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from forge.accounts.permissions import Verb, can
from forge.core.actors import Actor
from forge.core.models import Blob
from forge.datasets.errors import LabelDiffers, SampleKnown, WrongSide
from forge.datasets.models import DataSet, Group, Sample
from forge.datasets.models.consents import Consent
from forge.datasets.models.samples import SampleSource
from forge.datasets.samples.rates import keep_rates, rate_of
from rune.datasets.content.content import Content
from rune.datasets.label_conflicts import contradicts
from rune.datasets.positions import Positions, positions_to_json
from rune.datasets.splits import Counts, Split, split_of_new_group, split_of_single


@dataclass(frozen=True)
class SampleOrigin:
    """The origin of a recording. An empty pseudonym means the person who agreed; `alone` that it is of nobody."""

    pseudonym: str = ""
    alone: bool = False
    device: str = ""
    source: SampleSource = SampleSource.UPLOAD


def store_sample(
    data_set: DataSet,
    consent: Consent,
    content: Content,
    blob: Blob,
    label: str,
    origin: SampleOrigin,
    actor: Actor,
    *,
    wanted_split: Split | None = None,
    events: Sequence[Mapping[str, Any]] | None = None,
    positions: Positions | None = None,
) -> Sample:
    """Creates the row of a sample, whose blob the caller links. The data set is locked.

    `wanted_split` is the split of a new group, and of a sample of nobody, where the consent covers it. `events` are the
    marked places of a long recording, and `positions` where objects are in a picture. Raises `SampleKnown`
    (`LabelDiffers` where the stored label is another one), `WrongSide` and `RateDiffers`.
    """
    _require_unknown(data_set, blob.digest, label, actor)
    group = None if origin.alone else _group(data_set, consent, label, origin.pseudonym, wanted_split)
    if group is not None:
        split = Split(group.split)
    else:
        split = split_of_nobody(data_set, consent, blob.digest, wanted_split)
    if not consent.covers(split):
        raise WrongSide(
            f"Samples of {group} are for {split.value}, which the terms do not cover. "
            "Agree to terms for tests and for training."
        )
    keep_rates(data_set, rate_of(content))
    sample = new_row(data_set, consent, content, blob, label, split, group, origin, actor, events)
    sample.positions = None if positions is None else positions_to_json(positions)
    sample.save(force_insert=True)
    return sample


def _require_unknown(data_set: DataSet, digest: str, label: str, actor: Actor) -> None:
    """Raises `SampleKnown` where a sample has the same bytes; `LabelDiffers` where its label is another one, and the
    actor may read it."""
    stored_samples = Sample.objects.available().filter(data_set=data_set, digest=digest)
    stored_sample = stored_samples.only("number", "label").first()
    if stored_sample is None:
        return
    if contradicts(stored_sample.label, label) and can(actor, Verb.READ, data_set.project):
        raise LabelDiffers(digest, stored_sample.number, stored_sample.label, label)
    raise SampleKnown("The data set has a sample with the same bytes.", digest)


def new_row(
    data_set: DataSet,
    consent: Consent,
    content: Content,
    blob: Blob,
    label: str,
    split: Split,
    group: Group | None,
    origin: SampleOrigin,
    actor: Actor,
    events: Sequence[Mapping[str, Any]] | None,
) -> Sample:
    """Returns the row of a sample with the next number, which the caller stores."""
    data_set.last_number += 1
    return Sample(
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
        events=events,
        labelled_by=actor.person if label else None,
        split=split.value,
        group=group,
        device=origin.device,
        source=origin.source,
        consent=consent,
        revision=data_set.revision,
    )


def split_of_nobody(data_set: DataSet, consent: Consent, digest: str, wanted_split: Split | None) -> Split:
    """Chooses the split of a sample of nobody, which the consent covers: the one that is wanted, if it does."""
    for split in (wanted_split, split_of_single(data_set.pk, digest)):
        if split is not None and consent.covers(split):
            return split
    return Split.TRAIN if consent.for_training else Split.TEST


def _group(data_set: DataSet, consent: Consent, label: str, pseudonym: str, wanted_split: Split | None) -> Group:
    """Finds the group of a sample, or creates it with its split for ever."""
    identity = {"pseudonym": pseudonym} if pseudonym else {"person": consent.person}
    group = Group.objects.filter(data_set=data_set, **identity).first()
    if group is not None:
        return group
    split = split_of_group(consent, label, wanted_split, lambda: _label_counts(data_set, label))
    data_set.last_group += 1
    return Group.objects.create(data_set=data_set, number=data_set.last_group, split=split.value, **identity)


def split_of_group(
    consent: Consent, label: str, wanted_split: Split | None, label_counts: Callable[[], Mapping[Split, Counts]]
) -> Split:
    """Chooses the split of a new group: the one that is wanted, if the consent covers it; else tests where nothing may
    learn from it, training where no build is tested. `label_counts` counts the samples of the label by split."""
    if wanted_split is not None and consent.covers(wanted_split):
        return wanted_split
    if not consent.for_training:
        return Split.TEST
    if not consent.for_tests:
        return Split.TRAIN
    return split_of_new_group({label: 1}, label_counts())


def _label_counts(data_set: DataSet, label: str) -> Mapping[Split, Counts]:
    counts: dict[Split, Counter[str]] = {split: Counter() for split in Split}
    stored_samples = Sample.objects.available().filter(data_set=data_set, label=label).order_by()
    for split, count in stored_samples.values_list("split").annotate(count=Count("pk")):
        counts[Split(split)][label] = count
    return counts
