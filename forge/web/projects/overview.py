"""A project's overview: its app, running, its accuracy, pending decisions, published versions and recent changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from forge.accounts.permissions import Verb, can
from forge.accounts.principals import Principal, principal_of
from forge.activity.access import activity_of, complete
from forge.activity.rows import activity_rows
from forge.builds.access import builds_of, preview_of
from forge.builds.evaluations.limits import judgements_of
from forge.builds.models import Build
from forge.builds.pages.pipeline_picture import drawn_pipeline
from forge.builds.pages.project_cards import cards
from forge.builds.pages.rune_quality import quality_of
from forge.builds.previews.stages import stage_wires
from forge.builds.sample_inputs import inputs_for_reader
from forge.builds.serializers.builds import rune_url
from forge.deployments.access import deployments_of
from forge.deployments.pages.cards import cards_of
from forge.learning.quality import quality_of_build, quality_of_project
from forge.notices.pages import watch_menu
from forge.projects.access import is_favourite, origin_of
from forge.projects.creating.empty import is_empty
from forge.projects.creating.own_examples import EXAMPLE_KINDS, ExampleKind, start_address
from forge.projects.creating.template_runes import live_templates
from forge.projects.hooks import PendingItem, pending_items
from forge.projects.models import Project
from forge.projects.place import project_of
from forge.registry.models import Tag
from forge.registry.tags.access import default_tag, tags_of
from forge.web.projects.accuracy_trend import MeasuredBuild, trend_of
from forge.web.projects.pending_items import newest_first
from forge.web.runes.page import show_rune
from rune.source.policy import LimitKind

CHANGES_SHOWN = 8
LEAST_BESIDE = 3
"""Changes that stand below the pending things, beside a longer column; fewer stand below both columns."""
BUILDS_SHOWN = 10
"""Builds in the picture of the accuracy."""
VERSIONS_SHOWN = 4


def project_page(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """The overview, for who reads the project; for everyone else, and at a tag, what it published."""
    project = project_of(request, organisation, name, Verb.SEE)
    principal = principal_of(request)
    tag_name = request.GET.get("tag")
    if tag_name is not None or not can(principal, Verb.READ, project):
        return show_rune(request, project, tag_name)
    context = _context(principal, project)
    # The document of a project with a build or a pipeline is not read.
    is_begun = context["has_builds"] or context["card"].facts.outline.get("nodes")
    if not is_begun and is_empty(project):
        may_invite = can(principal, Verb.MANAGE, project)
        context |= {"kinds": _kinds(project), "templates": live_templates(), "may_invite": may_invite}
        return render(request, "project/empty.html", context)
    return render(request, "project/overview.html", context)


def _kinds(project: Project) -> list[tuple[ExampleKind, str]]:
    """Returns the kinds of examples, each with the page that takes them."""
    return [(kind, start_address(project, kind)) for kind in EXAMPLE_KINDS]


def _context(principal: Principal, project: Project) -> dict[str, Any]:
    builds = list(builds_of(principal, project).without_proposals()[:BUILDS_SHOWN])
    tags = tags_of(principal, project)
    newest = next((build for build in builds if build.artefact is not None), None) or _preview(project)
    waiting = pending_items.call(principal)
    project.is_favourite = is_favourite(principal, project)
    for_me = _of_project(project, (each for answer in waiting for each in answer.for_me))
    for_others = _of_project(project, (each for answer in waiting for each in answer.for_others))
    running = [build for build in builds if not build.is_over]
    published_tags, live = _published_tags(tags), cards_of(list(deployments_of(principal, project)), tags)
    beside = changes_beside(len(for_me), len(for_others), [len(live), len(published_tags) or 1, len(running)])
    activity_count = beside or CHANGES_SHOWN
    return {
        "project": project,
        "card": cards([project])[0],
        "origin": origin_of(principal, project),
        "may_build": can(principal, Verb.BUILD, project),
        "may_edit": can(principal, Verb.EDIT, project),
        "may_give": can(principal, Verb.GIVE_SAMPLE, project),
        "watch": watch_menu(principal, project),
        "waiting": for_me,
        "waited": for_others,
        "activity": activity_rows(principal, complete(activity_of(principal).filter(project=project)[:activity_count])),
        "is_activity_beside": beside > 0,
        "running": running,
        "has_builds": bool(builds),
        "published": published_tags,
        "live": live,
        "usual": default_tag(tags),
        "newest": newest,
        "judged": quality_of_project(principal, project),
        **({} if newest is None else _of_build(principal, newest, builds, tags)),
    }


def changes_beside(waiting: int, for_others: int, lists: Sequence[int]) -> int:
    """Changes that have room below the pending things, beside these lists with titles; 0 where it is too small."""
    right = sum(length + 1 for length in lists if length)
    room = right - (max(waiting, 1) + 1) - for_others
    return min(room, CHANGES_SHOWN) if room >= LEAST_BESIDE else 0


def _preview(project: Project) -> Build | None:
    """Returns the studio's preview of the text, for a project without a build."""
    preview = preview_of(project)
    build = None if preview is None else preview.build
    return build if build is not None and build.artefact is not None else None


def _of_build(principal: Principal, newest: Build, builds: Sequence[Build], tags: Sequence[Tag]) -> Mapping[str, Any]:
    """Returns the purpose and the accuracy of the newest build with a rune."""
    names = {tag.build_id: tag.name for tag in reversed(tags) if not tag.moves}
    limits = {
        judgement.limit.bound for judgement in judgements_of(newest) if judgement.limit.kind is LimitKind.ACCURACY
    }
    limit = max(limits, default=None)
    return {
        "build": newest,
        "rune_url": rune_url(newest),
        "shows_stages": bool(stage_wires(newest)),
        "examples": inputs_for_reader(principal, newest),
        "pipeline": None if newest.artefact is None else drawn_pipeline(newest.artefact.report["pipeline"]),
        "quality": quality_of(newest),
        "summary": newest.evaluation,
        "accuracy_limit": None if limit is None else f"{limit * 100:.3g} %",
        "trend": trend_of(_measured_builds(builds, names), limit),
    }


def _measured_builds(builds: Iterable[Build], names: Mapping[Any, str]) -> list[MeasuredBuild]:
    """Returns the builds that were run on test samples, the oldest first."""
    return [
        MeasuredBuild(build.number or 0, quality.share, quality.low, quality.high, names.get(build.pk, ""))
        for build in reversed(list(builds))
        if (quality := quality_of_build(build)) is not None
    ]


def _published_tags(tags: Sequence[Tag]) -> list[Tag]:
    """Returns the published tags: those that move first, then the newest versions."""
    return [*(tag for tag in tags if tag.moves), *(tag for tag in tags if not tag.moves)][:VERSIONS_SHOWN]


def _of_project(project: Project, things: Iterable[PendingItem]) -> list[PendingItem]:
    """Returns the builds of one project, the newest first, without its name: their pages are below its address."""
    return [
        replace(each, title=_beginning(each.title.removeprefix(f"{project.full_name}: ")))
        for each in newest_first(things)
        if each.url.startswith(f"{project.get_absolute_url()}/")
    ]


def _beginning(words: str) -> str:
    return words[:1].upper() + words[1:]
