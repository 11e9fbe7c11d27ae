"""Explore: the runes that people share on this server, for anyone; without scripts and without an account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django_filters import ChoiceFilter

from forge.accounts.principals import Principal, principal_of
from forge.core.http.filters import ListFilter, SortFilter, WordsFilter
from forge.core.http.paging import rows_of
from forge.projects.access import favourites_seen
from forge.registry.listings.licences import BEGINNINGS
from forge.registry.models import Listing, ListingQuerySet
from forge.reviews.rounds.access import approved_among
from forge.web.projects.filters import SENSORS
from rune.capabilities import CAPABILITIES
from rune.wording import listed as in_words

ON_A_PAGE = 24
SIZES = {"32": "up to 32 kB", "128": "up to 128 kB", "512": "up to 512 kB", "2048": "up to 2 MB"}
"""The sizes by the kilobytes that a rune may have."""
MAX_WORDS = 6


@dataclass(frozen=True)
class Glyph:
    """The picture of a sensor."""

    icon: str


# The front end's build finds the icons that it must draw by `icon="…"`.
KIND_ICONS = {"block": Glyph(icon="sliders-vertical"), "model": Glyph(icon="brain"), "output": Glyph(icon="braces")}
OTHER = Glyph(icon="box")
MORE = Glyph(icon="ellipsis")
MOST_STEPS = 5


class ExploreFilter(ListFilter):
    """The runes that are shared with somebody."""

    q = WordsFilter(
        "repository__project__name",
        "repository__project__description",
        "repository__project__organisation__name",
        "repository__project__organisation__title",
        max_words=MAX_WORDS,
    )
    sensor = ChoiceFilter(choices=list(SENSORS.items()), method="with_sensor")
    size = ChoiceFilter(choices=list(SIZES.items()), method="of_size")
    licence = ChoiceFilter(choices=[(name, name) for name in BEGINNINGS])
    mine = ChoiceFilter(choices=[("favourites", "My favourites")], method="among_favourites")
    sort = SortFilter(
        {
            "": ("Most used", ("-uses", "-published", "pk")),
            "new": ("Newest", ("-published", "pk")),
            "size": ("Smallest", ("size", "-published", "pk")),
            "name": ("Name", ("repository__project__name", "-published", "pk")),
        }
    )

    def __init__(self, query: QueryDict, principal: Principal) -> None:
        super().__init__(query, Listing.objects.visible_to(principal))
        self.principal = principal

    def with_sensor(self, listings: ListingQuerySet, name: str, sensor: str) -> ListingQuerySet:
        """Keeps the runes that read a sensor."""
        return listings.filter(sensors__contains=f" {sensor} ")

    def of_size(self, listings: ListingQuerySet, name: str, kilobytes: str) -> ListingQuerySet:
        """Keeps the runes of at most so many kilobytes."""
        return listings.filter(size__lte=int(kilobytes) * 1000)

    def among_favourites(self, listings: ListingQuerySet, name: str, mine: str) -> ListingQuerySet:
        """Keeps the runes of the person's favourites."""
        return listings.filter(repository__project__in=favourites_seen(self.principal))


@dataclass(frozen=True)
class PipelineStep:
    """A stage of a pipeline as a card draws it."""

    kind: str
    words: str
    icon: str


def steps_of(stages: Sequence[Sequence[str]]) -> list[PipelineStep]:
    """The steps of a card's picture: of a long pipeline its first and its last ones."""
    steps = [_step(kind, detail) for kind, detail, *_ in stages]
    if len(steps) <= MOST_STEPS:
        return steps
    left_out = len(steps) - MOST_STEPS + 1
    return [*steps[: MOST_STEPS - 3], PipelineStep("more", f"{left_out} more", MORE.icon), *steps[-2:]]


def _step(kind: str, detail: str) -> PipelineStep:
    name = detail.partition(" ")[0]
    if kind == "capability":
        capability = CAPABILITIES.get(name)
        if capability is None:
            return PipelineStep(kind, name, OTHER.icon)
        return PipelineStep(kind, capability.short_label, capability.icon)
    words = {"model": "Model", "output": "Output"}.get(kind, name.rpartition("/")[2].partition("@")[0])
    return PipelineStep(kind, words or kind, KIND_ICONS.get(kind, OTHER).icon)


@dataclass(frozen=True)
class RuneCard:
    """A published rune, as its card says it."""

    listing: Listing
    is_approved: bool

    @property
    def sensors(self) -> str:
        """The sensors of the rune, as people list them."""
        words = (CAPABILITIES[sensor].label for sensor in self.listing.sensors.split())
        return in_words(list(dict.fromkeys(words)))

    @property
    def answer(self) -> str:
        """The answer of the rune in words; "" of a rune that was listed without one."""
        return next((words for kind, _, *rest in self.listing.stages if kind == "output" for words in rest), "")

    @property
    def steps(self) -> list[PipelineStep]:
        """The pipeline of the rune, as a picture; at least what it reads."""
        sensors = [("capability", sensor) for sensor in self.listing.sensors.split()]
        return steps_of(self.listing.stages or sensors or [("capability", "RAW")])

    @property
    def percent_right(self) -> str:
        """The accuracy of the rune in percent on its project's test samples; "" where nobody asked."""
        return "" if self.listing.accuracy is None else f"{self.listing.accuracy * 100:.1f} %"

    @property
    def tag_url(self) -> str:
        """The address of the API below which its rune and example inputs are."""
        return f"/api/v1/projects/{self.listing.repository.project.full_name}/tags/{quote(self.listing.tag.name)}"


def rune_cards(rows: Sequence[Listing]) -> list[RuneCard]:
    """Cards of some rows, which were read with their tags and projects; what was said of their runes is one query."""
    runes = {row.pk: (row.repository.project_id, row.rune_digest) for row in rows}
    approved_runes = approved_among(list(runes.values()))
    return [RuneCard(row, runes[row.pk] in approved_runes) for row in rows]


def complete(rows: QuerySet[Listing]) -> QuerySet[Listing]:
    """Adds all that cards show."""
    return rows.select_related("tag", "repository__project__organisation")


def explore(request: HttpRequest) -> HttpResponse:
    """The runes that are shared with who asks: public ones with anyone, internal ones with people who are signed in."""
    principal = principal_of(request)
    filters = ExploreFilter(request.GET, principal)
    values = filters.values
    rows, pages = rows_of(request, complete(filters.qs), ON_A_PAGE)
    context: dict[str, Any] = {
        "values": values,
        "is_narrowed": filters.is_narrowed,
        "cards": rune_cards(rows),
        "pages": pages,
        "sensors": [
            (value, words, filters.address(sensor=value), CAPABILITIES[value].icon if value else "")
            for value, words in {"": "Any sensor", **SENSORS}.items()
        ],
        "favourites": filters.address(mine="" if values["mine"] else "favourites")
        if principal.person is not None
        else "",
        "sizes": SIZES,
        "licences": list(BEGINNINGS),
        "sorts": filters.sorts,
    }
    return render(request, "site/explore.html", context)
