"""The public page of a project: what it published, to try without an account, and how to use it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString

from forge.accounts.permissions import Verb, can
from forge.accounts.principals import VISITOR, Principal, principal_of
from forge.builds.access import packages_for_reading
from forge.builds.pages.rune_quality import boards_of, models_of, quality_of
from forge.comparison.inference_time import milliseconds, read_inference_time
from forge.core.blobs.links import is_linked
from forge.core.blobs.store import read_blob
from forge.core.errors import BytesDamaged, DomainError, NotFound
from forge.core.http.frontend_build import build_manifest
from forge.core.http.markdown import LIMIT
from forge.core.http.pages import show_again
from forge.core.preconditions import etag_of
from forge.deployments.snippets.interface import interface_of
from forge.deployments.snippets.published_runes import PublishedRune, snippets
from forge.player.pages.embed import script_integrity
from forge.projects.access import find_project, origin_of, popularity_of
from forge.projects.files.markdown_cache import cached_readme, cached_text
from forge.projects.models import Project, Version, Visibility
from forge.projects.place import project_of
from forge.registry.blocks.access import best_blocks_of
from forge.registry.discovery.standings.access import entries_of, table_for
from forge.registry.hooks import Clearance, clearances_of
from forge.registry.listings.picture import Faces, PictureFacts, picture_of
from forge.registry.listings.rows import licence_in
from forge.registry.models import Tag
from forge.registry.provenance.advisories.lists import known_vulnerabilities
from forge.registry.provenance.signing.proofs import signed_origin
from forge.registry.rebuilds.access import rebuild_of
from forge.registry.tags.access import default_tag, find_tag, tags_of, withdrawn_tags_of
from forge.registry.tags.etag_facets import version_facets
from forge.registry.tags.pulling.examples import examples_for
from forge.registry.tags.pulling.uses import uses_of
from forge.reviews.rounds.access import approvals_of
from forge.web.runes.trust_facts import trust_facts_of
from rune.wording import size_text

README = "README.md"


@dataclass(frozen=True)
class ClearanceTag:
    """The look of the clearance of a rune: its word, the tag's colour and its icon."""

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
    notes: SafeString | None


def rune_page(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """Shows the publications of a project."""
    project = project_of(request, organisation, name, Verb.SEE)
    return show_rune(request, project, request.GET.get("tag"))


def show_rune(
    request: HttpRequest, project: Project, tag_name: str | None, error: DomainError | None = None
) -> HttpResponse:
    """The page of a project that somebody may see, at one of its tags; with what was wrong in one of its forms."""
    principal = principal_of(request)
    is_member = can(principal, Verb.READ, project)
    tags = tags_of(principal, project)
    context = {
        "project": project,
        "is_member": is_member,
        "may_describe": can(principal, Verb.DESCRIBE, project),
        "may_copy": project.shares_files or is_member,
        "may_deploy": can(principal, Verb.DEPLOY, project),
        "may_publish": can(principal, Verb.PUBLISH, project),
        "may_push": can(principal, Verb.PUSH, project),
        "may_manage": can(principal, Verb.MANAGE, project),
        "tags": tags,
        "withdrawn": [(each, etag_of(version_facets(each))) for each in withdrawn_tags_of(principal, project)],
        "blocks": best_blocks_of(principal, project),
        "origin": origin_of(principal, project),
        "popularity": popularity_of(principal, project),
        "about": _about(project),
    }
    # Who names no tag gets the newest that is approved, and not what somebody wants changed.
    tag = find_tag(principal, project, tag_name) if tag_name else default_tag(tags)
    if tag is not None:
        context |= _of_tag(principal, project, tag, tags)
    if error is not None:
        return show_again(request, "runes/rune.html", context, error)
    return render(request, "runes/rune.html", context)


def picture(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """Returns the picture for links in chats: for public projects only, and the same for everyone."""
    project = find_project(VISITOR, organisation, name, Verb.SEE)
    facts = _picture_facts(project, default_tag(tags_of(VISITOR, project)))
    response = HttpResponse(picture_of(facts, Faces(_face(400), _face(600))), content_type="image/png")
    response.headers["ETag"] = f'"{facts.digest}"'
    response.headers["Cache-Control"] = "public, max-age=3600"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _face(weight: int) -> Path:
    source = f"node_modules/@fontsource/ibm-plex-sans/files/ibm-plex-sans-latin-{weight}-normal.woff2"
    file: str = build_manifest()[source]["file"]
    return Path(settings.STATIC_ROOT, "build", file)


def _about(project: Project) -> str:
    return project.description or f"A rune of {project.organisation.name}: it runs in your browser."


def _picture_facts(project: Project, tag: Tag | None) -> PictureFacts:
    """Returns the picture's facts of a project, at one of its tags."""
    figures: tuple[str, ...] = ()
    if tag is not None and tag.build.artefact is not None:
        artefact = tag.build.artefact
        figures = (size_text(artefact.size), f"{size_text(artefact.planned_memory)} of memory")
    return PictureFacts(project.organisation.name, project.name, tag.name if tag else "", _about(project), figures)


def _of_tag(principal: Principal, project: Project, tag: Tag, tags: Sequence[Tag]) -> dict[str, Any]:
    """Returns the page's data of the current tag, and of the others."""
    artefact = tag.build.artefact
    packages = list(packages_for_reading().filter(build=tag.build))
    published_rune = PublishedRune(
        settings.PUBLIC_URL, project.full_name, tag.name, script_integrity(), project.visibility == Visibility.PUBLIC
    )
    interface = interface_of(artefact.report.get("pipeline", {})) if artefact else None
    default = default_tag(tags)
    return {
        "tag": tag,
        "is_default": default is not None and default.pk == tag.pk,
        "notes": cached_text(tag.repository.project, tag.notes),
        "etag": etag_of(version_facets(tag)),
        "versions": _versions(project, tags),
        "successors": [each.name for each in tags if each.pk != tag.pk and not each.is_deprecated],
        "rune_url": f"/api/v1/projects/{project.full_name}/tags/{tag.name}/rune",
        "examples": examples_for(principal, project, tag),
        "packages_url": f"/api/v1/projects/{project.full_name}/tags/{tag.name}/packages",
        "packages": [each for each in packages if each.artefact is not None],
        "boards": boards_of(tag.build, packages),
        "quality": quality_of(tag.build),
        "models": models_of(artefact.report) if artefact else (),
        "memory": artefact.planned_memory if artefact else None,
        "time": milliseconds(time.median) if (time := read_inference_time(tag.build.measurement)) else None,
        "approvals": approvals_of(tag.build),
        "signed": signed_origin(principal, tag),
        "trust": trust_facts_of(principal, tag),
        "rebuild": rebuild_of(tag),
        "known": known_vulnerabilities(tag),
        "exposure_url": _exposure_url(principal, project),
        "readme": _readme(project, tag.build.source),
        "licence": licence_in(tag.build.source),
        "standings": entries_of(tag),
        "standing_table": table_for(tag.build),
        "uses": uses_of(tag.repository),
        "ways": snippets(published_rune, interface, any(each.artefact for each in packages)) if interface else [],
        "picture": _picture_facts(project, default).digest,
    }


def _exposure_url(principal: Principal, project: Project) -> str:
    """Returns the page that says which devices have a vulnerability, for members; "" for others."""
    organisation = project.organisation
    return f"/{organisation.name}/devices/exposure" if can(principal, Verb.SEE_ORGANISATION, organisation) else ""


def _versions(project: Project, tags: Sequence[Tag]) -> list[VersionRow]:
    """The tags, each with what is said of its rune."""
    digests = {tag.build.artefact.digest for tag in tags if tag.build.artefact is not None}
    clearances = clearances_of(project, digests)
    return [
        VersionRow(
            tag,
            CLEARANCE_TAGS.get(clearances[tag.build.artefact.digest]) if tag.build.artefact else None,
            cached_text(project, tag.notes),
        )
        for tag in tags
    ]


def _readme(project: Project, version: Version) -> SafeString | None:
    """The README of the files that were built, if there is one that can be read."""
    entry = version.manifest.get(README)
    if entry is None or entry["size"] > 4 * LIMIT or not is_linked(version, entry["digest"]):
        return None
    try:
        return cached_readme(project, entry["digest"], lambda: read_blob(entry["digest"]).decode("utf-8", "replace"))
    except (NotFound, BytesDamaged):
        return None
