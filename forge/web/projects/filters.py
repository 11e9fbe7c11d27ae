"""Which projects of a list are shown, and how: what the address of the page asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from urllib.parse import urlencode

from django.db.models import Q

from forge.accounts.principals import Principal
from forge.builds.contents import projects_in_trouble, projects_with_sensor
from forge.projects.access import favourites_of
from forge.projects.models import Project, ProjectQuerySet
from forge.registry.models import Tag
from forge.reviews.models import Review
from rune.capabilities import CAPABILITIES


def _sensors() -> dict[str, str]:
    """The capabilities by name, with their labels, sensors first; of those that share a label the first."""
    names: dict[str, str] = {}
    for capability in sorted(CAPABILITIES.values(), key=lambda each: each.sensor is None):
        names.setdefault(capability.label, capability.name)
    return {name: label for label, name in names.items()}


SENSORS = _sensors()
STATES = {"review": "In review", "trouble": "Needs a fix", "published": "Published", "draft": "Draft"}
WHOSE = {"mine": "Created by me", "favourites": "My favourites"}
SORTS = {"name": "Name", "created": "Newest"}
"""Beside the usual order: what changed last comes first."""
VIEWS = {"list": "List", "cards": "Cards"}

_ORDERS = {"": ("-changed",), "name": ("name", "organisation__name"), "created": ("-created",)}
_MOST_WORDS = 6
_LONGEST = 100
"""Characters of what is searched for."""


@dataclass(frozen=True)
class ProjectFilter:
    """The filter; "" for any. Unknown choices are ignored."""

    q: str = ""
    organisation: str = ""
    sensor: str = ""
    state: str = ""
    whose: str = ""
    sort: str = ""
    view: str = ""
    """"" lets the page choose."""
    page: int = 1

    @classmethod
    def of(cls, query: Mapping[str, str]) -> ProjectFilter:
        """Returns the filter of an address's query."""

        def one_of(name: str, choices: Mapping[str, str]) -> str:
            value = query.get(name, "")
            return value if value in choices else ""

        page = query.get("page", "1")
        return cls(
            q=" ".join(query.get("q", "").replace("\0", "").split())[:_LONGEST],
            organisation=query.get("organisation", "").replace("\0", ""),
            sensor=one_of("sensor", SENSORS),
            state=one_of("state", STATES),
            whose=one_of("whose", WHOSE),
            sort=one_of("sort", SORTS),
            view=one_of("view", VIEWS),
            page=int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 1,
        )

    @property
    def is_narrowed(self) -> bool:
        """Whether it leaves anything out."""
        return any((self.q, self.organisation, self.sensor, self.state, self.whose))

    def address(self, **changes: str | int) -> str:
        """The query of the page with something else chosen: its first page, unless another is named."""
        chosen = asdict(replace(self, **{"page": 1, **changes}))  # type: ignore[arg-type]
        query = {name: value for name, value in chosen.items() if value and (name, value) != ("page", 1)}
        return f"?{urlencode(query)}"

    def projects(self, principal: Principal) -> ProjectQuerySet:
        """Those of the person's projects that are asked for, in order."""
        projects = Project.objects.of_member(principal).select_related("organisation", "created_by")
        for word in self.q.split()[:_MOST_WORDS]:
            projects = projects.filter(
                Q(name__icontains=word) | Q(description__icontains=word) | Q(organisation__name__icontains=word)
            )
        if self.organisation:
            projects = projects.filter(organisation__name=self.organisation)
        if self.sensor:
            projects = projects.filter(pk__in=projects_with_sensor(principal, self.sensor).values("pk"))
        if self.whose == "mine":
            projects = projects.filter(created_by=principal.pk)
        elif self.whose == "favourites":
            projects = projects.filter(pk__in=favourites_of(principal).values("pk"))
        return _in_state(projects, principal, self.state).order_by(*_ORDERS[self.sort])


def _in_state(projects: ProjectQuerySet, principal: Principal, state: str) -> ProjectQuerySet:
    under_review = Review.objects.visible_to(principal).filter(closed=None).values("project")
    published = Tag.objects.visible_to(principal).values("repository__project")
    match state:
        case "review":
            return projects.filter(pk__in=under_review)
        case "trouble":
            return projects.filter(pk__in=projects_in_trouble(principal).values("pk"))
        case "published":
            return projects.filter(pk__in=published)
        case "draft":
            return projects.exclude(pk__in=under_review).exclude(pk__in=published)
        case _:
            return projects
