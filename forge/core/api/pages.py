"""Cursor pagination, which stays correct while rows are added."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response

from forge.core.errors import Invalid

RowT = TypeVar("RowT", bound=Model)


class CursorPages(CursorPagination):
    """Pages of 50 rows, newest first; `limit` allows up to 200."""

    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 200
    ordering = "-created"

    def get_page_size(self, request: Request) -> int:
        """Returns the number of rows on a page. Raises `Invalid` for a bad limit."""
        limit = request.query_params.get(self.page_size_query_param, str(self.page_size))
        if not re.fullmatch("[0-9]{1,3}", limit) or not 1 <= int(limit) <= self.max_page_size:
            text = f"`limit` must be a whole number from 1 to {self.max_page_size}."
            raise Invalid(text, errors={self.page_size_query_param: [text]})
        return int(limit)

    def paginate_queryset(self, queryset: QuerySet[Any], request: Request, view: Any = None) -> list[Any] | None:
        """Returns a page. Raises `NotFound` for a cursor that we did not make."""
        try:
            return super().paginate_queryset(queryset, request, view)
        except (ValidationError, ValueError, OverflowError):
            # A cursor's place is compared with times or numbers before anything looks at its form.
            raise NotFound(self.invalid_cursor_message) from None


def page_answer(
    request: Request, rows: QuerySet[RowT], row_to_json: Callable[[RowT], Any], ordering: str = "-created"
) -> Response:
    """Answers the page of rows that a request names. Raises `NotFound` for a cursor that we did not make, and `Invalid`
    for a bad limit."""
    pages = CursorPages()
    pages.ordering = ordering
    page = pages.paginate_queryset(rows, request) or []
    return pages.get_paginated_response([row_to_json(row) for row in page])
