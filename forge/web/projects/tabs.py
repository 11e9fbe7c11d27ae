"""The tabs of a project, the same on each of its pages. Each tab is declared here once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest

from forge.accounts.permissions import Verb, can
from forge.accounts.principals import Principal, principal_of
from forge.deployments.models import Deployment
from forge.learning.lab_jobs.states import UNFINISHED
from forge.learning.training.models import TrainingRun
from forge.projects.models import Project
from forge.registry.models import BlockVersion, Tag
from forge.reviews.changes.models import ChangeRequest, ChangeState
from forge.reviews.models import Review
from forge.reviews.rounds.access import ongoing


def _open_reviews(principal: Principal) -> QuerySet[Any]:
    return ongoing(Review.objects.visible_to(principal))


def _open_change_requests(principal: Principal) -> QuerySet[Any]:
    return ChangeRequest.objects.visible_to(principal).filter(state=ChangeState.OPEN)


def _open_training(principal: Principal) -> QuerySet[Any]:
    return TrainingRun.objects.visible_to(principal).filter(state__in=UNFINISHED)


def _deployments(principal: Principal) -> QuerySet[Any]:
    return Deployment.objects.visible_to(principal)


@dataclass(frozen=True)
class Tab:
    """A tab of a project."""

    words: str
    path: str
    """Below the project's address: the first word of the addresses that belong to the tab."""
    also: tuple[str, ...] = ()
    """First words of other addresses that belong to it."""
    verb: Verb = Verb.READ
    """The verb that is needed to see it."""
    things: Callable[[Principal], QuerySet[Any]] | None = None
    """Returns what its number counts, in all projects that a person reads."""
    if_published: bool = False
    """Whether only a project that published something has it."""


TABS = (
    Tab("Overview", ""),
    Tab("Studio", "studio"),
    Tab("Data", "data"),
    Tab("Training", "training", also=("searches",), things=_open_training),
    Tab("Models", "models"),
    Tab("Builds", "builds", also=("boards",)),
    Tab("Reviews", "reviews", also=("suggestions",), things=_open_reviews),
    Tab("Change requests", "change-requests", also=("offer", "drafts"), things=_open_change_requests),
    Tab("Deployments", "deployments", things=_deployments),
    Tab("Published", "published", also=("tags", "blocks"), if_published=True),
    Tab("Settings", "settings", also=("share", "push"), verb=Verb.DESCRIBE),
)


@dataclass(frozen=True)
class ShownTab:
    """A tab as a page shows it."""

    words: str
    address: str
    is_current: bool
    count: int


def tabs_of(request: HttpRequest, project: Project) -> tuple[ShownTab, ...]:
    """The tabs for who asks; none for somebody who does not read the project."""
    principal = principal_of(request)
    facts = _facts(principal, project)
    if facts is None:
        return ()
    current = current_word(request)
    return tuple(
        ShownTab(
            tab.words,
            f"{project.get_absolute_url()}/{tab.path}".rstrip("/"),
            current == tab.path or current in tab.also,
            facts.get(_name(tab), 0),
        )
        for tab in TABS
        if can(principal, tab.verb, project) and (facts["has_published"] or not tab.if_published)
    )


def current_word(request: HttpRequest) -> str:
    """The first word below the project's address; a page of one published version is one of those published."""
    match = request.resolver_match
    words = match.route.split("/")[2:] if match is not None else []
    if not words:
        return "published" if "tag" in request.GET else ""
    return words[0]


def _facts(principal: Principal, project: Project) -> Mapping[str, Any] | None:
    """Returns the numbers of the tabs, in one query; None for somebody who may not read the project."""
    counts = {_name(tab): _count(tab.things(principal)) for tab in TABS if tab.things is not None}
    publication_exists = Exists(Tag.objects.visible_to(principal).filter(repository__project=OuterRef("pk"))) | Exists(
        BlockVersion.objects.visible_to(principal).filter(repository__project=OuterRef("pk"))
    )
    readable = Project.objects.of_member(principal).filter(pk=project.pk)
    facts: Mapping[str, Any] | None = (
        readable.annotate(has_published=publication_exists, **counts).values("has_published", *counts).first()
    )
    return facts


def _name(tab: Tab) -> str:
    return f"{tab.path.replace('-', '_')}_count"


def _count(things: QuerySet[Any]) -> Coalesce:
    of_project = things.filter(project=OuterRef("pk")).order_by().values("project")
    return Coalesce(Subquery(of_project.annotate(many=Count("pk")).values("many")), 0)
