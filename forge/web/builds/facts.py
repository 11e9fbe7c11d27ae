"""The data of a build's pages: the shared part of all tabs, and the part of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest

from forge.accounts.permissions import Verb, can
from forge.accounts.principals import Principal, principal_of
from forge.builds.access import find_numbered
from forge.builds.evaluations.limits import judgements_of
from forge.builds.models import Build
from forge.builds.pages.memory_map import memory_picture
from forge.core.preconditions import etag_of
from forge.jobs.lists.pages import STATE_TAGS
from forge.learning.background.trials import background_of_build
from forge.projects.models import Project
from forge.projects.place import project_of
from forge.registry.models import Tag
from forge.registry.oci.manifests import is_tag
from forge.registry.tags.access import tags_of
from forge.registry.tags.etag_facets import build_facets
from forge.registry.tags.proposal import next_tag_of
from forge.reviews.gate.pages import gate_facts
from forge.reviews.models import Review, Verdict
from forge.reviews.reviewing.pages.rune_facts import compared_with, rune_facts, verdict_facts
from forge.reviews.rounds.access import awaited_reviews, is_reviewable, reviews_about, verdicts_on
from forge.reviews.threads.conversation import threads_on_build
from forge.reviews.threads.pages.conversation import ThreadFilter, talk_facts
from forge.web.builds.problems import problem_counts
from forge.web.builds.steps import BuildStanding, next_step, steps
from forge.web.builds.tabs import address_of, places_of
from rune.source.policy import LimitResult
from rune.source.policy.wording import limit_name


def build_of(request: HttpRequest, organisation: str, name: str, number: int) -> tuple[Project, Build]:
    """The project and the build of an address, for who reads them."""
    project = project_of(request, organisation, name, Verb.READ)
    return project, find_numbered(principal_of(request), project, number)


def tab_facts(principal: Principal, project: Project, build: Build, current: str) -> dict[str, Any]:
    """Returns the shared data of a build's tabs: the forms for a verdict and a comment."""
    verdicts = verdicts_on(principal, build)
    return {
        "project": project,
        "build": build,
        "overview": address_of(build),
        "talk_places": places_of(build),
        "talk_base": "" if current == "" else address_of(build),
        "respond": f"{address_of(build)}/respond",
        "may_build": can(principal, Verb.BUILD, project),
        "verdicts": verdicts,
        **verdict_facts(principal, build, verdicts),
    }


def overview_facts(principal: Principal, project: Project, build: Build, which: ThreadFilter) -> dict[str, Any]:
    """The overview: how far the build is, its figures beside the app, what changed, and what people say of it."""
    facts = {**tab_facts(principal, project, build, ""), **rune_facts(principal, build)}
    reviews = reviews_about(principal, build)
    published_tags = _published_tags(principal, project, build)
    standing = _standing(principal, project, build, facts, reviews, published_tags)
    return {
        **facts,
        **talk_of(principal, build, which, facts.get("before"), facts["verdicts"]),
        "look": STATE_TAGS[build.state],
        "log": list(build.log.all()) if build.is_over and not is_reviewable(build) else (),
        "problems": problem_counts(build.diagnostics),
        "may_ask": can(principal, Verb.ASK, project) and (is_reviewable(build) or not build.is_over),
        "may_publish": standing.may_publish,
        "awaited": awaited_reviews(principal, build),
        "reviews": reviews,
        "published": published_tags,
        "steps": steps(standing),
        "next_step": next_step(standing),
        "wrong_url": wrong_url(principal, build),
        "talk_url": f"{address_of(build)}/conversation",
    }


def conversation_facts(principal: Principal, build: Build, which: ThreadFilter) -> dict[str, Any]:
    """The conversation alone, for a page that is open."""
    before, _ = compared_with(principal, build)
    return talk_of(principal, build, which, before, verdicts_on(principal, build))


def talk_of(
    principal: Principal, build: Build, which: ThreadFilter, before: Build | None, verdicts: Sequence[Verdict]
) -> dict[str, Any]:
    """The conversation about a build, and what of the build it can be about. `before` is the build that it is compared
    with, and `verdicts` are those on its bytes."""
    return talk_facts(principal, build, before, threads_on_build(principal, build), verdicts, which)


def try_facts(principal: Principal, project: Project, build: Build) -> dict[str, Any]:
    """The app alone, beside what the build before answers, and on boards."""
    return {
        **tab_facts(principal, project, build, "try"),
        **rune_facts(principal, build),
        "wrong_url": wrong_url(principal, build),
    }


def accuracy_facts(principal: Principal, project: Project, build: Build) -> dict[str, Any]:
    """Returns the accuracy of the build, its errors, and the samples of the project."""
    facts = {**tab_facts(principal, project, build, "accuracy"), **rune_facts(principal, build)}
    return {**facts, **talk_of(principal, build, ThreadFilter.OPEN, facts.get("before"), facts["verdicts"])}


def files_facts(principal: Principal, project: Project, build: Build) -> dict[str, Any]:
    """Returns the changes of the files, line by line, and the blocks of other projects in the build."""
    before, _ = compared_with(principal, build)
    facts = tab_facts(principal, project, build, "files")
    return {
        **facts,
        **talk_of(principal, build, ThreadFilter.OPEN, before, facts["verdicts"]),
        "before": before,
        "blocks": () if build.artefact is None else build.artefact.report.get("blocks", ()),
    }


def memory_facts(principal: Principal, project: Project, build: Build) -> dict[str, Any]:
    """Returns the position and lifetime of each buffer in memory."""
    report = {} if build.artefact is None else build.artefact.report
    return {**tab_facts(principal, project, build, "memory"), "memory": memory_picture(report)}


def log_facts(principal: Principal, project: Project, build: Build) -> dict[str, Any]:
    """Returns the steps, and the duration of each."""
    return {**tab_facts(principal, project, build, "log"), "log": list(build.log.all())}


def publish_facts(principal: Principal, project: Project, build: Build, tag: str | None = None) -> dict[str, Any]:
    """The form that publishes a build. `tag` is the one that somebody tried to publish under."""
    next_tag = next_tag_of(principal, project)
    return {
        **tab_facts(principal, project, build, "publish"),
        "next_tag": next_tag,
        "background": background_of_build(build),
        "etag": etag_of(build_facets(build)),
        **gate_facts(principal, build, tag if tag and is_tag(tag) else next_tag),
    }


def wrong_url(principal: Principal, build: Build) -> str:
    """Returns the address to which a wrong result is sent; empty for a reader who may not send one."""
    may_send = can(principal, Verb.GIVE_SAMPLE, build.project)
    return f"/api/v1/builds/{build.pk}/wrong-results" if may_send else ""


def _published_tags(principal: Principal, project: Project, build: Build) -> list[Tag]:
    """The tags of this build; versions come before tags that move."""
    if not is_reviewable(build):
        return []
    ours = [tag for tag in tags_of(principal, project) if tag.build_id == build.pk]
    return sorted(ours, key=lambda tag: tag.moves)


def _standing(
    principal: Principal,
    project: Project,
    build: Build,
    facts: dict[str, Any],
    reviews: Sequence[Review],
    published_tags: Sequence[Tag],
) -> BuildStanding:
    is_publishable = is_reviewable(build) and build.change_request is None
    may_publish = is_publishable and can(principal, Verb.PUBLISH, project)
    next_tag = next_tag_of(principal, project) if may_publish else ""
    gate = gate_facts(principal, build, next_tag)["gate"] if may_publish else None
    newest = next(iter(reviews), None)
    return BuildStanding(
        address=address_of(build),
        state=build.state,
        review=facts["review_state"],
        approvals=facts["approvals"],
        review_number=None if newest is None else newest.number,
        review_address="" if newest is None else newest.get_absolute_url(),
        tags=tuple(tag.name for tag in published_tags),
        next_tag=next_tag,
        missed_limits=tuple(
            limit_name(each.limit) for each in judgements_of(build) if each.outcome is LimitResult.MISSED
        ),
        gate_is_open=gate is not None and not gate.missing,
        is_protected=gate is not None and gate.is_protected,
        may_edit=can(principal, Verb.EDIT, project),
        may_ask=can(principal, Verb.ASK, project) and is_reviewable(build),
        may_publish=may_publish,
        judges=facts["judges"] and facts["mine"] is None,
        change_request=build.change_request,
    )
