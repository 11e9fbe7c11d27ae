"""A person's projects as a list: one page of those that are asked for, and the choices beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.core.paginator import Paginator
from django.db.models import Count, Max, Q

from forge.accounts.principals import Principal
from forge.core.http.paging import Pages
from forge.projects.access import with_favourites
from forge.projects.models import Project
from forge.web.projects.cards import ProjectCard, cards
from forge.web.projects.filters import SENSORS, SORTS, STATES, VIEWS, WHOSE, ProjectFilter

ON_A_PAGE = 24
FEW = 12
"""How many projects are shown as cards, with their pipelines, where nobody chose; more are a list."""


@dataclass(frozen=True)
class FilterChoice:
    """One of several that exclude each other, as a link: its words, the address that chooses it."""

    words: str
    address: str
    is_chosen: bool
    count: int | None = None
    value: str = ""


@dataclass(frozen=True)
class FormSelect:
    """A choice of the form: its name, its label, what nothing is called, and its options."""

    name: str
    label: str
    nothing: str
    chosen: str
    options: Mapping[str, str]


@dataclass(frozen=True)
class ProjectList:
    """The data of the list."""

    filter: ProjectFilter
    cards: list[ProjectCard]
    above: list[ProjectCard]
    """Of the projects that the page shows above the list."""
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
    """When the person made a project last, by the name of each organisation where they did."""

    @property
    def place_count(self) -> int:
        """How many organisations the projects are in."""
        return max(1, len(self.places) - 1)

    @property
    def back(self) -> str:
        """The address of this very page, to come back to."""
        return self.filter.address(page=self.filter.page)


def project_list(
    principal: Principal, filters: ProjectFilter, organisation: str = "", above: Sequence[Project] = ()
) -> ProjectList:
    """One page of a person's projects; of one organisation's where one is named.

    What stands above the list is asked about together with it: each question costs as much for few as for many.
    """
    wanted = replace(filters, organisation=organisation or filters.organisation)
    places = _places(principal, organisation)
    counts = {name: place.count for name, place in places.items()}
    paginator = Paginator(with_favourites(principal, wanted.projects(principal)), ON_A_PAGE)
    if not replace(wanted, organisation="").is_narrowed:
        paginator.count = counts.get(wanted.organisation, 0) if wanted.organisation else sum(counts.values())
    page = paginator.get_page(wanted.page)
    current = replace(filters, organisation="" if organisation else filters.organisation)
    of_all = sum(counts.values())
    view = filters.view or ("cards" if of_all <= FEW else "list")
    listed = list(page.object_list)
    cards_by_project = {
        card.project.pk: card for card in cards(list({each.pk: each for each in (*above, *listed)}.values()))
    }
    return ProjectList(
        filter=current,
        cards=[cards_by_project[project.pk] for project in listed],
        above=[cards_by_project[project.pk] for project in above],
        pages=Pages(
            first=page.start_index(),
            last=page.end_index(),
            count=page.paginator.count,
            before=f"{current.address(page=page.number - 1)}#projects" if page.has_previous() else "",
            after=f"{current.address(page=page.number + 1)}#projects" if page.has_next() else "",
        ),
        of_all=of_all,
        places=[] if organisation or len(counts) < 2 else _choices(current, counts),
        selects=_selects(current),
        views=[
            FilterChoice(words, current.address(view=name), name == view, value=name) for name, words in VIEWS.items()
        ],
        view=view,
        everything=ProjectFilter(view=filters.view).address(),
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


def _choices(current: ProjectFilter, counts: Mapping[str, int]) -> list[FilterChoice]:
    every = FilterChoice("All", current.address(organisation=""), not current.organisation, sum(counts.values()))
    return [
        every,
        *(
            FilterChoice(name, current.address(organisation=name), current.organisation == name, count)
            for name, count in counts.items()
        ),
    ]


def _selects(current: ProjectFilter) -> list[FormSelect]:
    return [
        FormSelect("sensor", "Sensor", "Any sensor", current.sensor, SENSORS),
        FormSelect("state", "State", "Any state", current.state, STATES),
        FormSelect("whose", "Whose", "Mine and shared", current.whose, WHOSE),
        FormSelect("sort", "Sort by", "Last change", current.sort, SORTS),
    ]
