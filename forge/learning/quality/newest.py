"""The quality of a project's newest model, as its overview, its data and the list of projects show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from forge.accounts.permissions import Verb
from forge.builds.evaluations.model_quality import quality_of_build
from forge.builds.models import Build, BuildQuerySet
from forge.core.actors import Actor
from forge.datasets.model_quality import ModelQuality, ProjectQuality, project_quality
from forge.learning.lab_jobs.states import LabJobState
from forge.learning.quality.reads import test_reads
from forge.learning.quality.runs import quality_of_run
from forge.learning.training.models import TrainingRun
from forge.projects.access import require
from forge.projects.hooks import CardQuality, card_qualities
from forge.projects.models import Project


def newest_quality(actor: Actor, project: Project) -> ModelQuality | None:
    """Returns the record of the newest build with a rune, on test samples; where it read none, of the newest finished
    run whose rune answers with labels, on validation. None where nothing was judged. Raises `Forbidden` or
    `NotFound`."""
    require(actor, Verb.READ, project)
    return qualities_of([project.pk]).get(project.pk)


@project_quality.register
def quality_of_project(actor: Actor, project: Project) -> ProjectQuality:
    """Returns that record, with how many builds read the test split. Raises `Forbidden` or `NotFound`."""
    return ProjectQuality(newest_quality(actor, project), test_reads(project))


def qualities_of(projects: Sequence[UUID]) -> Mapping[UUID, ModelQuality]:
    """Returns the records of some projects, which the caller found for someone. Two queries."""
    qualities = {run.project_id: quality_of_run(run) for run in _newest_runs(projects)}
    for build in _newest_builds(projects):
        qualities[build.project_id] = quality_of_build(build) or qualities.get(build.project_id)
    return {project: quality for project, quality in qualities.items() if quality is not None}


@card_qualities.register
def qualities_of_cards(projects: Sequence[UUID]) -> Mapping[UUID, CardQuality]:
    """Returns the quality of each project's newest model, for its card."""
    qualities = qualities_of(projects)
    return {project: CardQuality(each.percent, each.sentence) for project, each in qualities.items()}


def _newest_builds(projects: Sequence[UUID]) -> BuildQuerySet:
    """The newest successful build of each project."""
    rows = Build.objects.numbered().without_proposals().succeeded().filter(project__in=projects).exclude(artefact=None)
    newest = rows.filter(project=OuterRef("project")).order_by("-number").values("pk")[:1]
    return rows.filter(pk=Subquery(newest)).select_related("project__organisation")


def _newest_runs(projects: Sequence[UUID]) -> QuerySet[TrainingRun]:
    """The newest finished run of each project that was judged by labels."""
    rows = TrainingRun.objects.filter(project__in=projects, state=LabJobState.FINISHED)
    rows = rows.filter(report__judgements__validation__samples__gt=0)
    newest = rows.filter(project=OuterRef("project")).order_by("-number").values("pk")[:1]
    return rows.filter(pk=Subquery(newest)).select_related("project__organisation").defer("curves", "answers")
