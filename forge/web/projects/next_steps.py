"""Projects as rows that end in their next step: from an idea to recordings, a build, a version and a deployment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from forge.accounts.permissions import Verb, can
from forge.accounts.principals import Principal
from forge.builds.models import Build
from forge.builds.pages.project_cards import ProjectCard
from forge.datasets.models.samples import Sample
from forge.deployments.models import Deployment
from forge.jobs.models import UNFINISHED_STATES, JobState
from forge.projects.creating.own_examples import start_address
from forge.projects.models import Project
from forge.registry.models import Tag
from rune.wording import counted


@dataclass(frozen=True)
class ProjectProgress:
    """The progress of a project: its pipeline, recordings, newest build, versions and deployments."""

    has_pipeline: bool
    samples: int
    build_number: int | None
    build_state: str | None
    is_build_published: bool
    is_deployed: bool


@dataclass(frozen=True)
class ProjectStep:
    """A link to what comes next."""

    words: str
    address: str


@dataclass(frozen=True)
class ProjectRow:
    """A project's card, what it has where it has no build, and its next step."""

    card: ProjectCard
    progress: ProjectProgress
    step: ProjectStep

    @property
    def contents(self) -> str:
        """The contents before the first build, in words; "" for a project that has one."""
        if self.progress.build_number is not None:
            return ""
        recordings = counted(self.progress.samples, "recording")
        if self.progress.has_pipeline:
            return "not built"
        return f"{recordings}, no model" if self.progress.samples else "empty"


def rows_with_steps(principal: Principal, cards: Sequence[ProjectCard]) -> list[ProjectRow]:
    """Returns a row for each card; all are asked about in one query."""
    facts = {row["pk"]: row for row in _facts(principal, [card.project for card in cards])}
    rows = []
    for card in cards:
        progress = _progress(card, facts[card.project.pk])
        rows.append(ProjectRow(card, progress, next_step(principal, card.project, progress)))
    return rows


def next_step(principal: Principal, project: Project, progress: ProjectProgress) -> ProjectStep:
    """Returns the one step that brings a project on, of those that this person may take."""
    page = project.get_absolute_url()
    number, build_page = progress.build_number, f"{page}/builds/{progress.build_number}"
    if number is None:
        if not can(principal, Verb.EDIT, project):
            return ProjectStep("Look at it", page)
        if progress.has_pipeline:
            return ProjectStep("Build it", f"{page}/studio")
        return (
            ProjectStep("Go on recording", start_address(project)) if progress.samples else ProjectStep("Begin", page)
        )
    if progress.build_state in UNFINISHED_STATES:
        return ProjectStep("Watch the build", build_page)
    if progress.build_state != JobState.SUCCEEDED:
        return ProjectStep("See why it failed", build_page)
    if not progress.is_build_published:
        words, verb, address = "Publish", Verb.PUBLISH, f"{build_page}/publish"
    elif not progress.is_deployed:
        words, verb, address = "Deploy", Verb.DEPLOY, f"{page}/deployments"
    else:
        words, verb, address = "Open studio", Verb.EDIT, f"{page}/studio"
    return ProjectStep(words, address) if can(principal, verb, project) else ProjectStep("Look at it", page)


def _progress(card: ProjectCard, row: dict[str, Any]) -> ProjectProgress:
    return ProjectProgress(
        # A project of a template that nobody opened has no outline yet.
        has_pipeline=bool(card.facts.outline.get("nodes") or card.project.template),
        samples=row["sample_count"],
        build_number=row["build_number"],
        build_state=row["build_state"],
        is_build_published=row["is_build_published"],
        is_deployed=row["is_deployed"],
    )


def _facts(principal: Principal, projects: Sequence[Project]) -> QuerySet[Project, dict[str, Any]]:
    numbered = Build.objects.visible_to(principal).numbered().without_proposals()
    builds = numbered.filter(project=OuterRef("pk")).order_by("-number")
    samples = Sample.objects.visible_to(principal).filter(data_set__project=OuterRef("pk"), removed=None)
    count = samples.order_by().values("data_set__project").annotate(many=Count("pk")).values("many")
    facts = (
        Project.objects.of_member(principal)
        .filter(pk__in=[project.pk for project in projects])
        .annotate(
            newest_build=Subquery(builds.values("pk")[:1]),
            build_number=Subquery(builds.values("number")[:1]),
            build_state=Subquery(builds.values("job__state")[:1]),
            is_build_published=Exists(Tag.objects.visible_to(principal).filter(build=OuterRef("newest_build"))),
            is_deployed=Exists(Deployment.objects.visible_to(principal).filter(project=OuterRef("pk"))),
            sample_count=Coalesce(Subquery(count), 0),
        )
    )
    return facts.values("pk", "build_number", "build_state", "is_build_published", "is_deployed", "sample_count")
