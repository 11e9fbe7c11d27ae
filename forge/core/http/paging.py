"""Lists a page at a time: what lies on the page that is asked for, and the addresses of the pages beside it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest

LONGEST = 100
"""Characters of words that a list is narrowed by."""

T = TypeVar("T")
M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Pages:
    """The position of a page in a list, counted from 1, and the addresses beside it; "" where there is none."""

    first: int
    last: int
    count: int
    before: str
    after: str


def slice_of(
    request: HttpRequest, rows: QuerySet[M], size: int, name: str = "page", at: str = ""
) -> tuple[QuerySet[M], Pages]:
    """The part of a query on the page that is asked for, and its place. All else that the address asks for stays.

    A page with several lists has a `name` for each, and says to which part of it, `at`, their pages lead.
    """
    page = Paginator(rows, size).get_page(request.GET.get(name))
    return cast("QuerySet[M]", page.object_list), _pages(request, page, name, at)


def rows_of(
    request: HttpRequest, queryset: QuerySet[M], size: int, name: str = "page", at: str = ""
) -> tuple[list[M], Pages]:
    """The same, with its rows."""
    rows, pages = slice_of(request, queryset, size, name, at)
    return list(rows), pages


def things_of(
    request: HttpRequest, things: Sequence[T], size: int, name: str = "page", at: str = ""
) -> tuple[list[T], Pages]:
    """The same of what is no query."""
    page = Paginator(things, size).get_page(request.GET.get(name))
    return list(page.object_list), _pages(request, page, name, at)


def chosen_of(request: HttpRequest, name: str, choices: Collection[str]) -> str:
    """Returns the chosen one of some choices; "" if there is none, or an invalid one."""
    choice = request.GET.get(name, "")
    return choice if choice in choices else ""


def words_of(request: HttpRequest, name: str = "q") -> str:
    """The words that a list is to be narrowed by."""
    return " ".join(request.GET.get(name, "").replace("\0", "").split())[:LONGEST]


def _pages(request: HttpRequest, page: Page[Any], name: str, at: str) -> Pages:
    def address(number: int) -> str:
        query = request.GET.copy()
        query[name] = str(number)
        if number == 1:
            del query[name]
        return f"?{query.urlencode()}{f'#{at}' if at else ''}"

    return Pages(
        first=page.start_index(),
        last=page.end_index(),
        count=page.paginator.count,
        before=address(page.previous_page_number()) if page.has_previous() else "",
        after=address(page.next_page_number()) if page.has_next() else "",
    )
