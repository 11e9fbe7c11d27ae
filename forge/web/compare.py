"""Two runes side by side, of any projects that one can see: figures, words, pipeline and how often each is right.

A side is `organisation/project@7`, a build for those who read the project, or `organisation/project:1.0`, what it
published, or the project alone for the version that a visitor gets. Of a project that one does not read nothing is
shown but what its page shows; to run both on samples happens in the browser.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from forge.accounts.permissions import Verb, can
from forge.accounts.principals import Principal, principal_of
from forge.builds.access import builds_of, find_numbered
from forge.builds.artefacts.comparison_source import figures_of, side_of
from forge.builds.evaluations.outcomes import evaluation_of
from forge.builds.models import Build
from forge.builds.pages.changes import change_sentences
from forge.builds.pages.evaluation import ShownEvaluation, shown_evaluation
from forge.builds.pages.pipeline_picture import DrawnPipeline, drawn_pipeline, marks_of, with_removed
from forge.builds.serializers.builds import rune_url
from forge.comparison.changes import compare
from forge.comparison.figures import figure_rows
from forge.core.errors import AddressChanged, Invalid, NotFound
from forge.core.http.pages import show_again
from forge.datasets.playing import listed_samples
from forge.datasets.recordings.access import labelled_samples
from forge.projects.access import find_project
from forge.projects.models import Project
from forge.registry.tags.access import default_tag, find_tag, tags_of
from forge.web.comparable import ComparableRune, comparable_runes
from forge.web.runes.trust_facts import TrustFacts, trust_facts_of

SAMPLES_SHOWN = 60
_REFERENCE = re.compile(r"\s*/?([a-z0-9._-]+)/([a-z0-9._-]+)(?:@(\d{1,9})|:([A-Za-z0-9_][\w.-]{0,127}))?\s*")


@dataclass(frozen=True)
class RuneSide:
    """A rune that is compared. `reads` says whether its files and samples may be told as well."""

    reference: str
    name: str
    project: Project
    build: Build
    rune_url: str
    address: str
    reads: bool
    trust: TrustFacts | None = None
    """The facts about a rune of others, which the page shows before it runs; None for what the person reads."""


@dataclass(frozen=True)
class SampleChoice:
    """The samples of a project, on which both may be run."""

    project: Project
    address: str
    is_chosen: bool


def compare_page(request: HttpRequest) -> HttpResponse:
    """The form, and what two runes have and lack."""
    principal = principal_of(request)
    one, other = request.GET.get("one", ""), request.GET.get("other", "")
    if not one and not other:
        return render(request, "compare.html", {"groups": comparable_runes(principal)})
    try:
        first = find_side(principal, one) if one else None
        second = find_side(principal, other) if other else None
    except Invalid as error:
        return show_again(request, "compare.html", {"groups": comparable_runes(principal)}, error)
    selection = [ComparableRune(side.reference, side.name) for side in (first, second) if side is not None]
    context = {"first": first, "second": second, "groups": comparable_runes(principal, selection)}
    if first is not None and second is not None:
        context |= _comparison(principal, first, second, request.GET.get("samples", ""))
    return render(request, "compare.html", context)


def find_side(principal: Principal, reference: str) -> RuneSide:
    """A side by what was typed. Raises `Invalid`, `NotFound`, `SignInNeeded` and `NoSuchTag`."""
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise Invalid(f"{reference[:80]} names no rune. Write organisation/project, with @ and a build or : and a tag.")
    organisation, name, number, tag_name = match.groups()
    try:
        project = find_project(principal, organisation, name, Verb.READ if number else Verb.SEE)
    except AddressChanged as moved:
        moved_to = str(moved.location).strip("/").split("/")
        project = find_project(principal, moved_to[0], moved_to[1], Verb.READ if number else Verb.SEE)
    reads = can(principal, Verb.READ, project)
    if number:
        return _of_build(find_numbered(principal, project, int(number)))
    tags = tags_of(principal, project)
    tag = find_tag(principal, project, tag_name) if tag_name else default_tag(tags)
    if tag is None:
        newest = builds_of(principal, project).without_proposals().succeeded().first() if reads else None
        if newest is None:
            raise NotFound(f"{project.full_name} has no rune yet.")
        return _of_build(newest)
    if tag.build.artefact is None:
        raise NotFound(f"The rune of {tag.name} no longer exists.")
    name = f"{project.full_name}:{tag.name}"
    address = f"{project.get_absolute_url()}?tag={quote(tag.name)}"
    rune = f"/api/v1/projects/{project.full_name}/tags/{tag.name}/rune"
    return RuneSide(name, name, project, tag.build, rune, address, reads, trust_facts_of(principal, tag))


def _of_build(build: Build) -> RuneSide:
    if build.artefact is None:
        raise NotFound(f"Build {build.number} of {build.project.full_name} has no rune.")
    project = build.project
    address = f"{project.get_absolute_url()}/builds/{build.number}"
    reference = f"{project.full_name}@{build.number}"
    return RuneSide(reference, f"{project.full_name}, {build.title}", project, build, rune_url(build), address, True)


def _comparison(principal: Principal, one: RuneSide, other: RuneSide, samples_of: str) -> dict[str, Any]:
    reads = one.reads and other.reads
    same = one.build.artefact is not None and one.build.artefact == other.build.artefact
    context: dict[str, Any] = {
        "figures": figure_rows(figures_of(other.build), figures_of(one.build)),
        "is_same": same or figures_of(one.build).digest == figures_of(other.build).digest,
        "reads_both": reads,
        "outside": [side for side in (one, other) if side.trust is not None],
        **_samples(principal, one, other, samples_of),
    }
    if not reads:
        return context
    change = compare(side_of(one.build), side_of(other.build))
    report = other.build.artefact.report["pipeline"] if other.build.artefact is not None else {}
    pipeline: DrawnPipeline | None = drawn_pipeline(with_removed(report, change.pipeline), marks_of(change.pipeline))
    evaluation: ShownEvaluation | None = None
    if evaluation_of(one.build) is not None:
        evaluation = shown_evaluation(principal, other.build, one.build)
    sentences = change_sentences(change, figures_of(other.build), figures_of(one.build))
    return context | {"sentences": sentences, "pipeline": pipeline, "evaluation": evaluation}


def _samples(principal: Principal, one: RuneSide, other: RuneSide, samples_of: str) -> dict[str, Any]:
    """The recordings of one of the projects that the person reads, the one that was chosen or the first with any."""
    projects = {side.project.full_name: side.project for side in (one, other) if side.reads}
    if samples_of not in projects:
        having = (name for name, project in projects.items() if labelled_samples(principal, project).exists())
        samples_of = next(having, next(iter(projects), ""))
    references = {"one": one.reference, "other": other.reference}
    choices = [
        SampleChoice(project, "?" + urlencode(references | {"samples": name}) + "#samples", name == samples_of)
        for name, project in projects.items()
    ]
    samples = list(labelled_samples(principal, projects[samples_of])[:SAMPLES_SHOWN]) if samples_of else []
    return {"sample_choices": choices if len(choices) > 1 else [], "samples": listed_samples(principal, samples)}
