"""A person's projects as a list: one page of those that are asked for, and the choices beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.core.paginator import Paginator
from django.db.models import Count, Max, Q
from django.http import HttpRequest

from forge.accounts.principals import Principal
from forge.builds.pages.project_cards import ProjectCard, cards
from forge.core.http.paging import Pages
from forge.projects.access import with_favourites
from forge.projects.models import Project, ProjectQuerySet
from forge.web.projects.filters import SENSORS, STATES, VIEWS, WHOSE, ProjectFilter

ON_A_PAGE = 24
FEW = 12
"""How many projects are shown as cards, with their pipelines, where nobody chose; more are a list."""


@dataclass(frozen=True)
class FilterChoice:
    """A choice of several that exclude each other, as a link: its words, and its address."""

    words: str
    address: str
    is_chosen: bool
    count: int | None = None
    value: str = ""


@dataclass(frozen=True)
class FormSelect:
    """A choice of the form: its name, its label and its options, the first of which has no value."""

    name: str
    label: str
    value: str
    options: Mapping[str, str]


@dataclass(frozen=True)
class ProjectList:
    """The data of the list."""

    filter: ProjectFilter
    page: int
    cards: list[ProjectCard]
    above: list[ProjectCard]
    """The cards of the projects that the page shows above the list."""
    pages: Pages
    of_all: int
    """All projects of the person, here or in the one organisation that the list is of."""
    places: list[FilterChoice]
    """The organisations; empty where there is one."""
    selects: list[FormSelect]
    views: list[FilterChoice]
    view: str
    everything: str
    """The address without any filter."""
    last_created: Mapping[str, datetime]
    """The time when the person made a project last, by the name of each organisation where they did."""

    @property
    def place_count(self) -> int:
        """How many organisations the projects are in."""
        return max(1, len(self.places) - 1)

    @property
    def is_chosen(self) -> bool:
        """Whether the person asked for some of the projects, for an order or for a view."""
        return any(self.filter.values.values()) or self.page > 1

    @property
    def back(self) -> str:
        """The address of this very page, to come back to."""
        return _page_address(self.filter, self.page)


def project_list(
    request: HttpRequest, principal: Principal, organisation: str = "", above: Sequence[Project] = ()
) -> ProjectList:
    """Returns a page of a person's projects; of one organisation's where one is named.

    The projects above the list are read together with it: each query costs as much for few as for many.
    """
    filters = ProjectFilter(request.GET, principal, organisation)
    places = _places(principal, organisation)
    counts = {name: place.count for name, place in places.items()}
    paginator = Paginator(with_favourites(principal, cast("ProjectQuerySet", filters.qs)), ON_A_PAGE)
    of_all = sum(counts.values())
    if not filters.is_narrowed:
        paginator.count = of_all
    page = paginator.get_page(request.GET.get("page"))
    values = filters.values
    view = values["view"] or ("cards" if of_all <= FEW else "list")
    page_projects = list(page.object_list)
    cards_by_project = {
        card.project.pk: card for card in cards(list({each.pk: each for each in (*above, *page_projects)}.values()))
    }
    return ProjectList(
        filter=filters,
        page=page.number,
        cards=[cards_by_project[project.pk] for project in page_projects],
        above=[cards_by_project[project.pk] for project in above],
        pages=Pages(
            first=page.start_index(),
            last=page.end_index(),
            count=page.paginator.count,
            before=f"{_page_address(filters, page.number - 1)}#projects" if page.has_previous() else "",
            after=f"{_page_address(filters, page.number + 1)}#projects" if page.has_next() else "",
        ),
        of_all=of_all,
        places=[] if organisation or len(counts) < 2 else _choices(filters, counts),
        selects=_selects(filters),
        views=[
            FilterChoice(words, filters.address(view=name), name == view, value=name) for name, words in VIEWS.items()
        ],
        view=view,
        everything=filters.address(**{name: "" for name in values if name != "view"}),
        last_created={name: place.last_created for name, place in places.items() if place.last_created is not None},
    )


@dataclass(frozen=True)
class _ListedOrganisation:
    """An organisation of the list: how many projects there are, and when the person made one there last."""

    count: int
    last_created: datetime | None


def _places(principal: Principal, organisation: str) -> dict[str, _ListedOrganisation]:
    """The organisations by name, in one query for all that the page tells of them."""
    projects = Project.objects.of_member(principal).order_by("organisation__name")
    if organisation:
        projects = projects.filter(organisation__name=organisation)
    rows = projects.values_list("organisation__name").annotate(
        count=Count("pk"), last_created=Max("created", filter=Q(created_by=principal.pk))
    )
    return {name: _ListedOrganisation(count, last_created) for name, count, last_created in rows}


def _page_address(filters: ProjectFilter, number: int) -> str:
    return filters.address(page="" if number == 1 else str(number))


def _choices(filters: ProjectFilter, counts: Mapping[str, int]) -> list[FilterChoice]:
    organisation = filters.values["organisation"]
    every = FilterChoice("All", filters.address(organisation=""), not organisation, sum(counts.values()))
    return [
        every,
        *(
            FilterChoice(name, filters.address(organisation=name), organisation == name, count)
            for name, count in counts.items()
        ),
    ]


def _selects(filters: ProjectFilter) -> list[FormSelect]:
    values = filters.values
    return [
        FormSelect("sensor", "Sensor", values["sensor"], {"": "Any sensor", **SENSORS}),
        FormSelect("state", "State", values["state"], {"": "Any state", **STATES}),
        FormSelect("whose", "Whose", values["whose"], {"": "Mine and shared", **WHOSE}),
        FormSelect("sort", "Sort by", values["sort"], filters.sorts),
    ]
