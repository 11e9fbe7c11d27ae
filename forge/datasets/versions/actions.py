"""Saving a version of a project's data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

from rest_framework.fields import CharField, IntegerField

from forge.accounts.permissions import Verb
from forge.accounts.principals import INSTALLATION
from forge.core.actors import Actor
from forge.core.api.acts import act
from forge.core.api.states import COMPARES
from forge.core.blobs.links import link_blobs
from forge.core.blobs.store import put_bytes
from forge.core.errors import Conflict, Invalid, Stale
from forge.datasets.actions import DataSetChange
from forge.datasets.errors import NothingToSave
from forge.datasets.models import DataSet, DataVersion, Sample
from forge.datasets.sample_uses import SampleUse
from forge.datasets.versions.contents import current_entries, deleted_numbers, entries_of
from forge.datasets.versions.manifest import Entry, compare, figures_of, manifest_bytes, sentences_of
from forge.datasets.versions.serializers import SAVED
from forge.projects.files.storage import delete_on_failure
from forge.projects.models import Project
from forge.projects.place import PROJECT
from rune.digests import digest_of
from rune.gc_paused import uncollected

MESSAGE_LIMIT = 200


@act(
    "POST",
    PROJECT,
    "data/versions",
    "data_versions_save",
    verb=Verb.EDIT,
    state=COMPARES,
    answer=SAVED,
    raises=(Conflict, Stale),
)
def save_version(
    actor: Actor,
    project: Project,
    *,
    revision: Annotated[
        int, IntegerField(min_value=0, max_value=2**53, help_text="the revision of the data that is saved")
    ],
    message: Annotated[str, CharField(max_length=MESSAGE_LIMIT, allow_blank=True)] = "",
) -> DataVersion:
    """Saves the labelled samples as a version that never changes. Data that did not change is the version that there
    is."""
    message = " ".join(message.split())
    if len(message) > MESSAGE_LIMIT:
        raise Invalid(f"A message has at most {MESSAGE_LIMIT} characters.")
    row = DataSet.objects.visible_to(actor).filter(project=project).first()
    if row is None:
        raise NothingToSave("The project has no samples.")
    new_digests: list[str] = []
    with delete_on_failure(new_digests), (change := DataSetChange(row.pk)) as data_set, uncollected():
        if data_set.revision - 1 != revision:
            raise Stale("The data changed since you read it. Nothing was saved. Check it again.")
        entries = current_entries(data_set)
        if not entries:
            raise NothingToSave("No sample has a label and a consent that covers its split.")
        return _store(change, entries, actor, message, new_digests)


def save_for_build(project: Project) -> DataVersion | None:
    """The data as it is now as a version, for a build that is tested on it; None where there is nothing to test on.

    Data that did not change since a version was saved is that version.
    """
    testable = Sample.objects.for_use(SampleUse.EVALUATION).included().filter(data_set__project=project)
    row = DataSet.objects.filter(project=project).first()
    if row is None or not testable.exists():
        return None
    new_digests: list[str] = []
    with delete_on_failure(new_digests), (change := DataSetChange(row.pk)) as data_set, uncollected():
        entries = current_entries(data_set)
        return _store(change, entries, INSTALLATION, "Saved for a build.", new_digests) if entries else None


def _store(
    change: DataSetChange, entries: Sequence[Entry], actor: Actor, message: str, new_digests: list[str]
) -> DataVersion:
    """Stores the samples as a version, or returns the earlier one that has the same. `new_digests` gets the digest of
    what is new in the store."""
    data_set = change.data_set
    data = manifest_bytes(entries)
    if (same := DataVersion.objects.filter(data_set=data_set, digest=digest_of(data)).first()) is not None:
        return same
    blob = put_bytes(data)
    new_digests.append(blob.digest)
    last = DataVersion.objects.filter(data_set=data_set).order_by("-number").first()
    version = DataVersion.objects.create(
        data_set=data_set,
        number=last.number + 1 if last else 1,
        digest=blob.digest,
        message=message,
        saved_by=actor.person,
        figures=asdict(figures_of(entries)),
        changes=_changes(last, entries),
    )
    link_blobs(version, [blob.digest], data_set.project.organisation_id)
    tests = Sample.objects.for_use(SampleUse.EVALUATION).included().filter(data_set=data_set, tested_since=None)
    Sample.objects.filter(pk__in=tests.values("pk")).update(tested_since=version.number)
    change.note(actor, "data.version", number=version.number)
    return version


def _changes(last: DataVersion | None, entries: Sequence[Entry]) -> list[str]:
    if last is None:
        return []
    return sentences_of(compare(entries_of(last), entries, deleted_numbers(last.data_set_id)))
