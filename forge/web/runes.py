"""The public page of a project: what it published, to try without an account, and how to get it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString

from forge.accounts.permissions import Verb, can
from forge.accounts.principals import principal_of
from forge.comparison.inference_time import milliseconds, read_inference_time
from forge.core.blob_links import is_linked
from forge.core.blobs import read_blob
from forge.core.errors import Damaged, NotFound
from forge.moderation.access import can_report, standing
from forge.projects.access import origin_of
from forge.projects.models import Project, Version
from forge.registry.access import default_tag, find_tag, tags_of
from forge.registry.hooks import Clearance, clearances_of
from forge.registry.listings import licence_in
from forge.registry.models import Tag
from forge.reviews.access import approvals_of
from forge.web.markdown import LIMIT, render_readme
from forge.web.project import project_of

README = "README.md"


@dataclass(frozen=True)
class ClearanceTag:
    """How what is said of a rune looks: its word, the tag's colour and its icon."""

    word: str
    colour: str
    icon: str


# The front end's build finds the icons that it must draw by `icon="…"`.
CLEARANCE_TAGS = {
    Clearance.APPROVED: ClearanceTag("Approved", "ok", icon="check"),
    Clearance.OBJECTED: ClearanceTag("Changes requested", "warn", icon="message-square"),
}


@dataclass(frozen=True)
class VersionRow:
    """A tag on the page; `look` is None of a rune that nobody judged."""

    tag: Tag
    look: ClearanceTag | None


def rune_page(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """What a project published; one that published nothing leads its members to the studio."""
    project = project_of(request, organisation, name, Verb.SEE)
    is_member = can(principal_of(request), Verb.READ, project)
    tags = tags_of(principal_of(request), project)
    if not tags and is_member and project.taken_down is None:
        return redirect(f"{project.get_absolute_url()}/studio")
    context = {
        "project": project,
        "is_member": is_member,
        "may_describe": can(principal_of(request), Verb.DESCRIBE, project),
        "tags": tags,
        "origin": origin_of(principal_of(request), project),
        "about": project.description or f"A rune of {project.organisation.name}: it runs in your browser.",
    }
    context |= {
        "may_report": not is_member and request.user.is_authenticated and can_report(principal_of(request), project),
        "down": standing(project) if project.taken_down is not None else None,
        "may_appeal": can(principal_of(request), Verb.MANAGE, project),
    }
    wanted = request.GET.get("tag")
    # Who names no tag gets the newest that is approved, and not what somebody wants changed.
    tag = find_tag(principal_of(request), project, wanted) if tags and wanted else default_tag(tags)
    if tag is not None:
        approvals = approvals_of(tag.build)
        context |= {
            "tag": tag,
            "versions": _versions(project, tags),
            "rune_url": f"/api/v1/projects/{project.full_name}/tags/{tag.name}/rune",
            "memory": tag.build.artefact.planned_memory if tag.build.artefact else None,
            "time": milliseconds(time.median) if (time := read_inference_time(tag.build.measurement)) else None,
            "approvals": approvals,
            "readme": _readme(project, tag.build.source),
            "licence": licence_in(tag.build.source),
        }
    return render(request, "runes/rune.html", context)


def _versions(project: Project, tags: Sequence[Tag]) -> list[VersionRow]:
    """The tags, each with what is said of its rune."""
    digests = {tag.build.artefact.digest for tag in tags if tag.build.artefact is not None}
    said = clearances_of(project, digests)
    return [
        VersionRow(tag, CLEARANCE_TAGS.get(said[tag.build.artefact.digest]) if tag.build.artefact else None)
        for tag in tags
    ]


def _readme(project: Project, version: Version) -> SafeString | None:
    """The README of the files that were built, if there is one that can be read.

    It is kept by its digest: a README can be made to take a second to read, and anyone may ask for the page. Each
    organisation has its own, so that the time of an answer tells nobody what others wrote.
    """
    entry = version.manifest.get(README)
    if entry is None or entry["size"] > 4 * LIMIT or not is_linked(version, entry["digest"]):
        return None
    key = f"readme:{project.organisation_id}:{entry['digest']}"
    kept: SafeString | None = caches["process"].get(key)
    if kept is None:
        try:
            kept = render_readme(read_blob(entry["digest"]).decode("utf-8", "replace"))
        except (NotFound, Damaged):
            return None
        caches["process"].set(key, kept)
    return kept
