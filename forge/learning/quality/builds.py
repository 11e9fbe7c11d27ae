"""The numbered builds that have the models of runs: how right they are on the test split, and what was published of
them. Runs never read that split."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import F
from django.db.models.fields.json import KeyTextTransform, KeyTransform

from forge.builds.evaluations.model_quality import quality_of_build
from forge.builds.models import Build
from forge.core.blobs.links import owner_kind
from forge.core.models import BlobLink
from forge.datasets.model_quality import ModelQuality, reads_text
from forge.learning.offers.stored_figures import main_file
from forge.learning.training.models import TrainingRun
from forge.projects.hooks import version_parts
from forge.projects.models import Project, Version


@dataclass(frozen=True)
class ModelBuilds:
    """The numbered builds with the model of a run. `quality` is that of the newest one that was judged on the test
    split, None where none was, and `test_reads` counts those that read it. `newest` is the number of the newest build,
    0 for none, and `tags` are those of the newest build that was published."""

    quality: ModelQuality | None = None
    test_reads: int = 0
    newest: int = 0
    tags: Sequence[str] = ()

    @property
    def reads(self) -> str:
        return reads_text(self.test_reads)


NO_BUILDS = ModelBuilds()


@dataclass(frozen=True)
class _BuildRow:
    """A build, the digests of the files that models have in it, by path, and how many test samples it read."""

    number: int
    version: UUID
    samples: int
    digests: Mapping[str, str | None]


def builds_of_runs(project: Project, runs: Sequence[TrainingRun]) -> Mapping[int, ModelBuilds]:
    """Returns the builds with the model of each run, by the run's number; nothing for a run whose model is in none.
    Four queries for any number of runs. The caller has found the project for someone."""
    models = {run.number: (path, run.files[path]) for run in runs if (path := main_file(run.files, run.model_path))}
    rows = _rows(project, models.values()) if models else []
    matches = {
        number: own
        for number, (path, digest) in models.items()
        if (own := [row for row in rows if row.digests[path] == digest])
    }
    tested_numbers = {row.number for own in matches.values() for row in own if row.samples}
    qualities = _qualities(project, tested_numbers) if tested_numbers else {}
    tags = _tags({row.version: None for own in matches.values() for row in own}) if matches else {}
    return {number: _model_builds(own, qualities, tags) for number, own in matches.items()}


def _model_builds(
    rows: Sequence[_BuildRow], qualities: Mapping[int, ModelQuality], tags: Mapping[UUID, Sequence[str]]
) -> ModelBuilds:
    return ModelBuilds(
        next((qualities[row.number] for row in rows if row.number in qualities), None),
        sum(row.samples > 0 for row in rows),
        rows[0].number,
        next((tags[row.version] for row in rows if row.version in tags), ()),
    )


def _rows(project: Project, models: Iterable[tuple[str, str]]) -> list[_BuildRow]:
    """The successful builds of versions that link one of the models, newest first."""
    paths = sorted({path for path, _ in models})
    digests = {digest for _, digest in models}
    versions = BlobLink.objects.filter(owner_kind=owner_kind(Version), blob_id__in=digests).values("owner_id")
    builds = Build.objects.numbered().succeeded().exclude(artefact=None).filter(project=project, version__in=versions)
    digest_columns = {
        f"digest_{place}": KeyTextTransform("digest", KeyTransform(path, "version__manifest"))
        for place, path in enumerate(paths)
    }
    columns = builds.annotate(samples_read=F("evaluation__samples"), **digest_columns).order_by("-number")
    return [
        _BuildRow(number, version, samples or 0, dict(zip(paths, own, strict=True)))
        for number, version, samples, *own in columns.values_list(
            "number", "version_id", "samples_read", *digest_columns
        )
    ]


def _qualities(project: Project, numbers: Iterable[int]) -> Mapping[int, ModelQuality]:
    """The records of builds that were judged on the test split."""
    builds = Build.objects.numbered().filter(project=project, number__in=numbers)
    rows = builds.select_related("project__organisation").defer("diagnostics", "judgements")
    return {build.number: quality for build in rows if build.number and (quality := quality_of_build(build))}


def _tags(versions: Iterable[UUID]) -> Mapping[UUID, Sequence[str]]:
    """The tags under which builds of versions are published."""
    answers = version_parts.call(list(versions))
    return {version: tags for answer in answers for version, parts in answer.items() if (tags := parts.get("tags"))}
