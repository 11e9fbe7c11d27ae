"""The hooks that builds registers with lower floors, for previews and for a project's state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TypedDict
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.utils import timezone

from forge.accounts.models import Organisation, User
from forge.accounts.quotas.usage import Counts, organisation_counts, person_counts
from forge.builds.access import builds_of, preview_of
from forge.builds.bins import stopping as stopping
from forge.builds.bins.job import BINS
from forge.builds.choices import choices_of
from forge.builds.contents import recording_of_project
from forge.builds.evaluations import counting as counting
from forge.builds.evaluations import removing as removing
from forge.builds.evaluations.limits import judgements_of
from forge.builds.models import Build, BuildTrigger, Preview
from forge.builds.packages.firmware import FIRMWARE
from forge.builds.packages.making import PACKAGE
from forge.builds.previews.notify import previews
from forge.builds.previews.refresh import resume_previews
from forge.builds.runs import withdrawn_samples as withdrawn_samples
from forge.builds.runs.building import BUILD
from forge.builds.runs.quotas import builds_of_organisation, builds_of_person, count_builds
from forge.builds.serializers.builds import BuildJson, build_to_json, build_url
from forge.builds.serializers.previews import PreviewJson, preview_to_json
from forge.core.actors import Actor
from forge.core.processes.periodic import PeriodicTask, RunsIn, register
from forge.datasets.analysis.hooks import CurrentRune, current_rune
from forge.datasets.collecting.hooks import recorded_format
from forge.jobs.kinds import register as register_kind
from forge.jobs.models import UNFINISHED_STATES, JobState
from forge.projects.hooks import (
    CardFacts,
    PendingItem,
    PendingItems,
    VersionBuildJson,
    VersionPartsJson,
    card_facts,
    document_changed,
    pending_items,
    state_parts,
    version_parts,
)
from forge.projects.models import Project
from rune.source.policy import LimitResult
from rune.source.policy.wording import judgement_sentence
from rune.wording import counted

SHOWN_BUILDS = 10
"""Builds in a project's state, and of each kind on a home page."""
LOOKED_AT_FOR = timedelta(days=14)
"""How long a build that failed waits for the person who requested it."""
LOOKED_AT = 50
"""The newest builds of a person that are looked at for limits that they missed."""
_LARGE = ("measurement", "samples", "evaluation", "diagnostics")
"""The large fields of a build that lists do not show."""
LONGEST_REASON = 200
"""Characters of a build's error that a home page tells."""


def follow_document(sender: object, project_id: UUID, **_: object) -> None:
    """An edit was stored: the preview is made anew once typing pauses."""
    previews.touch(project_id)


class BuildsStateJson(TypedDict):
    """The part of a project's state that builds tell. `targets` are those that later builds make packages for."""

    preview: PreviewJson
    builds: list[BuildJson]
    targets: list[str]


@state_parts.register
def builds_state(project: Project, actor: Actor) -> BuildsStateJson:
    """The parts `preview`, `builds` and `targets` of a project's state."""
    newest = builds_of(actor, project)[:SHOWN_BUILDS]
    return {
        "preview": preview_to_json(preview_of(project)),
        "builds": [build_to_json(build) for build in newest],
        "targets": list(choices_of(project).targets),
    }


@card_facts.register
def pipelines(project_ids: Sequence[UUID]) -> Mapping[UUID, CardFacts]:
    """The drawn pipeline of each project, as its preview saw it last, and how its last build ended."""
    last = Build.objects.numbered().without_proposals().filter(project_id=OuterRef("project_id")).order_by("-number")
    good = last.filter(job__state=JobState.SUCCEEDED)
    rows = (
        Preview.objects.plain()
        .filter(project_id__in=project_ids)
        .annotate(
            last_number=Subquery(last.values("number")[:1]),
            last_state=Subquery(last.values("job__state")[:1]),
            size=Subquery(good.values("artefact__size")[:1]),
        )
        .values_list(*("project_id", "outline", "diagnostics", "state", "last_number", "last_state", "size"))
    )
    facts = {}
    for project_id, outline, diagnostics, preview_state, number, build_state, size in rows:
        errors = sum(one["severity"] == "error" for one in diagnostics)
        tag, kind = _tag(preview_state, errors, number, build_state)
        warnings = 0 if errors else len(diagnostics)
        facts[project_id] = CardFacts(tag, kind, warnings, outline or {}, size)
    return facts


def _tag(preview_state: str, errors: int, number: int | None, build_state: str | None) -> tuple[str, str]:
    """The status on a project's card: its current problems, else its last build."""
    if preview_state == "broken":
        return counted(max(1, errors), "error"), "bad"
    if number is None:
        return "", ""
    if build_state == JobState.SUCCEEDED:
        return f"Build {number}", "ok"
    if build_state in (JobState.FAILED, JobState.LOST):
        return f"Build {number} failed", "bad"
    if build_state == JobState.CANCELLED:
        return f"Build {number} cancelled", ""
    return f"Build {number} in progress", "info"


@pending_items.register
def builds_that_wait(actor: Actor) -> PendingItems:
    """Builds that the person asked for: those under way, and those that failed or missed a limit, each the last of its
    project. One query."""
    is_of_same = Q(version__is_proposed=False) | Q(version__proposed_in=OuterRef("version__proposed_in"))
    later = Build.objects.filter(is_of_same, project=OuterRef("project"), number__gt=OuterRef("number"))
    is_failed = Q(job__state__in=(JobState.FAILED, JobState.LOST))
    misses_limit = Q(job__state=JobState.SUCCEEDED) & ~Q(judgements=[])
    is_recent_problem = (
        Q(job__finished__gte=timezone.now() - LOOKED_AT_FOR) & (is_failed | misses_limit) & ~Exists(later)
    )
    mine = Build.objects.visible_to(actor).numbered().requested_by(actor.pk)
    builds = mine.filter(Q(job__state__in=UNFINISHED_STATES) | is_recent_problem).select_related(
        "project__organisation", "version"
    )
    newest = list(
        builds.defer(*_LARGE).order_by(F("job__finished").desc(nulls_first=True), F("created").desc())[: 2 * LOOKED_AT]
    )
    problems = [(build, reason) for build in newest if build.is_over and (reason := _to_look_at(build))]
    under_way = [build for build in newest if not build.is_over]
    return PendingItems(
        for_me=[_failure(build, what, why) for build, (what, why) in problems[:SHOWN_BUILDS]],
        for_others=[_progress(build) for build in under_way[:SHOWN_BUILDS]],
    )


def _to_look_at(build: Build) -> tuple[str, str] | None:
    """Returns the problem of a build and its reason; None if there is none."""
    if build.state != JobState.SUCCEEDED:
        return "failed", build.error.partition("\n")[0][:LONGEST_REASON] or "It gives no reason"
    missed_limits = [each for each in judgements_of(build) if each.outcome is LimitResult.MISSED]
    return ("missed a limit", judgement_sentence(missed_limits[0])) if missed_limits else None


def _failure(build: Build, what: str, why: str) -> PendingItem:
    return PendingItem(
        title=f"{build.project.full_name}: {build.title} {what}",
        detail=why,
        url=build_url(build) or "",
        action="See why",
        icon="triangle-exclamation-point",
        since=build.finished or build.created,
    )


def _progress(build: Build) -> PendingItem:
    return PendingItem(
        title=f"{build.project.full_name}: {build.title}",
        detail="Building" if build.state == JobState.RUNNING else "Waiting for a worker",
        url=build_url(build) or "",
        action="Open",
        icon="loader" if build.state == JobState.RUNNING else "clock",
        since=build.created,
    )


@version_parts.register
def builds_of_versions(version_ids: Sequence[UUID]) -> Mapping[UUID, VersionPartsJson]:
    """The numbered builds of versions, the newest first."""
    builds_by_version: dict[UUID, list[VersionBuildJson]] = {}
    rows = (
        Build.objects.filter(version_id__in=version_ids, kind=BuildTrigger.NUMBERED)
        .select_related("project__organisation")
        .order_by("-number")
    )
    for build in rows:
        url = build_url(build)
        if build.version_id is not None and build.number is not None and url is not None:
            entry: VersionBuildJson = {"id": str(build.pk), "number": build.number, "state": build.state, "url": url}
            builds_by_version.setdefault(build.version_id, []).append(entry)
    return {version: {"builds": builds} for version, builds in builds_by_version.items()}


@organisation_counts.register
def builds_of_an_organisation(organisation: Organisation) -> Counts:
    """Returns the builds of an organisation."""
    return count_builds(builds_of_organisation(organisation))


@person_counts.register
def builds_of_a_person(user: User) -> Counts:
    """Returns the builds of a person."""
    return count_builds(builds_of_person(user))


@recorded_format.register
def format_of_pipeline(project: Project) -> str | None:
    """The recordings that the first sensor of the project's pipeline reads."""
    recording = recording_of_project(project)
    return None if recording is None else recording.value


@current_rune.register
def rune_of_newest_build(project: Project) -> CurrentRune | None:
    """The rune of the newest numbered build of the project's files that succeeded."""
    good = Build.objects.numbered().without_proposals().succeeded()
    builds = good.filter(project=project, artefact__isnull=False)
    build = builds.select_related("project__organisation", "artefact").order_by("-number").first()
    if build is None or build.artefact is None:
        return None
    return CurrentRune(build.artefact.digest, f"build {build.number}", build_url(build) or "")


register_kind(BINS)
register_kind(BUILD)
register_kind(PACKAGE)
register_kind(FIRMWARE)
document_changed.connect(follow_document, dispatch_uid="builds.follow_document")
register(PeriodicTask("previews", 10, RunsIn.ONE_WORKER, "resumes interrupted previews", resume_previews))
