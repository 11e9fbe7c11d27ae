"""Example recordings on the page of examples: added to data that has none of one's own, and removed together."""

from __future__ import annotations

import io
import zipfile

from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.core.errors import Conflict
from forge.datasets.consent_terms import UNTIL_DELETED
from forge.datasets.models import Sample, SampleQuerySet
from forge.datasets.models.samples import SampleKind, SampleSource
from forge.datasets.recordings.actions import import_samples
from forge.datasets.removals.actions import delete_samples
from forge.datasets.samples.actions.store import SampleOrigin
from forge.projects.access import require
from forge.projects.models import Project
from rune.datasets.content.content import Kind
from rune.datasets.examples import ORIGIN, example_recordings
from rune.datasets.splits import Split

_FOLDERS = {Split.TRAIN: "train", Split.VALIDATION: "holdout", Split.TEST: "test"}
"""The folders of an archive for each split."""
_ORIGIN = SampleOrigin(alone=True, device=ORIGIN, source=SampleSource.EXAMPLE)


def add_examples(actor: Actor, project: Project, kind: SampleKind, consent: str) -> int:
    """Adds example recordings of a kind to data without recordings, and returns how many. `consent` is the text of the
    terms that the person read. Raises `Conflict` and what `import_samples` raises."""
    require(actor, Verb.EDIT, project)
    if Sample.objects.available().filter(data_set__project=project).exists():
        raise Conflict("Examples are for data without recordings, so that nobody mixes them with their own.")
    archive = _archive(kind)
    result = import_samples(actor, project, [archive], days=UNTIL_DELETED, consent=consent, origin=_ORIGIN)
    return len(result.samples)


def remove_examples(actor: Actor, project: Project) -> int:
    """Deletes the example recordings of a project, and returns how many. Raises what `delete_samples` raises."""
    require(actor, Verb.EDIT, project)
    numbers = list(examples_of(project).values_list("number", flat=True))
    return delete_samples(actor, project, numbers) if numbers else 0


def examples_of(project: Project) -> SampleQuerySet:
    """The example recordings of a project. The caller has found the project for someone."""
    return Sample.objects.available().filter(data_set__project=project, source=SampleSource.EXAMPLE)


def _archive(kind: SampleKind) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for each in example_recordings(Kind(kind.value)):
            archive.writestr(f"{_FOLDERS[each.split]}/{each.label}/{each.name}", each.data)
    return target.getvalue()
