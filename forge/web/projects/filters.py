"""The filters of a person's projects, their orders, and the two ways to show them."""

from __future__ import annotations

from django.http import QueryDict
from django_filters import CharFilter, ChoiceFilter

from forge.accounts.principals import Principal
from forge.builds.contents import projects_in_trouble, projects_with_sensor
from forge.core.http.filters import ListFilter, SortFilter, ViewFilter, WordsFilter
from forge.projects.access import favourites_of
from forge.projects.models import Project, ProjectQuerySet
from forge.registry.models import Tag
from forge.reviews.models import Review
from forge.reviews.rounds.access import ongoing
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
VIEWS = {"list": "List", "cards": "Cards"}
MAX_WORDS = 6


class ProjectFilter(ListFilter):
    """A person's projects: those of all their organisations, or of the one that a page is about."""

    q = WordsFilter("name", "description", "organisation__name", max_words=MAX_WORDS)
    organisation = CharFilter("organisation__name")
    sensor = ChoiceFilter(choices=list(SENSORS.items()), method="with_sensor")
    state = ChoiceFilter(choices=list(STATES.items()), method="in_state")
    whose = ChoiceFilter(choices=list(WHOSE.items()), method="of_person")
    sort = SortFilter(
        {
            "": ("Last change", ("-changed",)),
            "name": ("Name", ("name", "organisation__name")),
            "created": ("Newest", ("-created",)),
        }
    )
    view = ViewFilter(choices=list(VIEWS.items()))

    def __init__(self, query: QueryDict, principal: Principal, within: str = "") -> None:
        projects = Project.objects.of_member(principal).select_related("organisation", "created_by")
        super().__init__(query, projects.filter(organisation__name=within) if within else projects)
        self.principal = principal
        self.within = within
        """The name of the organisation that the page is about; "" for a page about all of them."""
        if within:
            del self.filters["organisation"]

    def with_sensor(self, projects: ProjectQuerySet, name: str, sensor: str) -> ProjectQuerySet:
        """Keeps the projects whose pipeline reads a sensor."""
        return projects.filter(pk__in=projects_with_sensor(self.principal, sensor).values("pk"))

    def of_person(self, projects: ProjectQuerySet, name: str, whose: str) -> ProjectQuerySet:
        """Keeps the projects that the person created, or their favourites."""
        if whose == "mine":
            return projects.filter(created_by=self.principal.pk)
        return projects.filter(pk__in=favourites_of(self.principal).values("pk"))

    def in_state(self, projects: ProjectQuerySet, name: str, state: str) -> ProjectQuerySet:
        """Keeps the projects in a state of `STATES`."""
        under_review = ongoing(Review.objects.visible_to(self.principal)).values("project")
        published_projects = Tag.objects.visible_to(self.principal).values("repository__project")
        match state:
            case "review":
                return projects.filter(pk__in=under_review)
            case "trouble":
                return projects.filter(pk__in=projects_in_trouble(self.principal).values("pk"))
            case "published":
                return projects.filter(pk__in=published_projects)
            case _:
                return projects.exclude(pk__in=under_review).exclude(pk__in=published_projects)
