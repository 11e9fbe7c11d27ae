"""The page of the search, for those without scripts, and what the bar's field leads to."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from forge.accounts.principals import principal_of
from forge.core.http.pages import for_person
from forge.search.hits import Hit, HitKind, find
from forge.search.query import MAX_CHARACTERS, parse_query

HITS_SHOWN = 25
"""The number of hits of each kind; a list of projects has pages."""


@dataclass(frozen=True)
class HitLook:
    """The name and the look of a kind of thing."""

    words: str
    icon: str


# The front end's build finds the icons that it must draw by `icon="…"`.
HIT_LOOKS = {
    HitKind.PROJECT: HitLook("Projects", icon="box"),
    HitKind.BUILD: HitLook("Builds", icon="hammer"),
    HitKind.ORGANISATION: HitLook("Organisations", icon="building-complex"),
    HitKind.PERSON: HitLook("People", icon="user"),
    HitKind.FILE: HitLook("Files", icon="file"),
    HitKind.DOCS: HitLook("Documentation", icon="book-open"),
}


@dataclass(frozen=True)
class HitGroup:
    """Search results of one kind."""

    look: HitLook
    hits: list[Hit]


@for_person
def search(request: HttpRequest) -> HttpResponse:
    """Shows the search results by kind; long lists are cut."""
    words = request.GET.get("q", "")[:MAX_CHARACTERS]
    query = parse_query(words)
    hits = find(principal_of(request), query, HITS_SHOWN)
    groups = [HitGroup(HIT_LOOKS[kind], list(group)) for kind, group in groupby(hits, key=lambda hit: hit.kind)]
    return render(
        request, "site/search.html", {"words": words, "groups": groups, "is_empty": query.is_empty, "most": HITS_SHOWN}
    )
