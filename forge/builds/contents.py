"""The searchable contents of projects beside their names: their sensors and files."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from forge.builds.models import Build, Preview, PreviewState, ProjectContents
from forge.core.actors import Actor
from forge.jobs.models import JobState
from forge.projects.models import Project, ProjectQuerySet
from rune.capabilities import CAPABILITIES
from rune.capabilities.capability import RecordingFormat

LONGEST_PATHS = 20_000
"""Characters of a project's paths that are kept; files after that are not found by their names."""


def sensors_of(outline: Mapping[str, Any]) -> list[str]:
    """The capabilities of an outline (`SOUND`, `IMAGE`, ...) that there are, each once, sorted."""
    nodes: Sequence[Mapping[str, Any]] = outline.get("nodes", ())
    # A node says "SOUND 16 kHz".
    names = {str(node["detail"]).partition(" ")[0] for node in nodes if node["kind"] == "capability"}
    return sorted(names & CAPABILITIES.keys())


def keep_contents(project: UUID, outline: Mapping[str, Any], paths: Collection[str]) -> None:
    """Remembers what a project holds now. Most edits change neither, and then nothing is written."""
    words = " ".join(sensors_of(outline))
    values = {"sensors": f" {words} " if words else "", "paths": _lines(paths)}
    there = ProjectContents.objects.filter(project=project).values("sensors", "paths").first()
    if there != values:
        ProjectContents.objects.update_or_create(project_id=project, defaults=values)


def recording_of_project(project: Project) -> RecordingFormat | None:
    """The recordings that the first sensor of the project's pipeline reads; None where it reads none, or was not
    previewed yet."""
    words = ProjectContents.objects.filter(project=project).values_list("sensors", flat=True).first() or ""
    formats = (CAPABILITIES[word].recording for word in words.split() if word in CAPABILITIES)
    return next((each for each in formats if each is not None), None)


def _lines(paths: Collection[str]) -> str:
    """Whole paths, as many as are kept."""
    text = "\n".join(sorted(paths))
    return text if len(text) <= LONGEST_PATHS else text[:LONGEST_PATHS].rpartition("\n")[0]


def projects_with_sensor(actor: Actor, sensor: str) -> ProjectQuerySet:
    """The person's projects whose pipeline reads a capability."""
    return Project.objects.of_member(actor).filter(contents__sensors__contains=f" {sensor} ")


def projects_in_trouble(actor: Actor) -> ProjectQuerySet:
    """The person's projects whose Runefile has an error, or whose last build failed."""
    last = (
        Build.objects.numbered()
        .without_proposals()
        .filter(project=OuterRef("pk"))
        .order_by("-number")
        .values("job__state")
    )
    broken_previews = Preview.objects.plain().filter(project=OuterRef("pk"), state=PreviewState.BROKEN)
    projects = Project.objects.of_member(actor).annotate(last_state=Subquery(last[:1]))
    return projects.filter(Exists(broken_previews) | Q(last_state__in=(JobState.FAILED, JobState.LOST)))


def contents_with(actor: Actor, words: Sequence[str]) -> QuerySet[ProjectContents]:
    """Returns the contents of the person's projects that have, or may have, a path with all of these words."""
    contents = ProjectContents.objects.filter(project__in=Project.objects.of_member(actor))
    for word in words:
        contents = contents.filter(paths__icontains=word)
    return contents.select_related("project__organisation").order_by("-project__changed")
