"""Long lists come in pages with a cursor, which stays right while rows are added."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request


class CursorPages(CursorPagination):
    """Newest first, 50 a page unless asked for up to 200."""

    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 200
    ordering = "-created"

    def paginate_queryset(self, queryset: QuerySet[Any], request: Request, view: Any = None) -> list[Any] | None:
        """One page. Raises `NotFound` for a cursor that we did not make."""
        try:
            return super().paginate_queryset(queryset, request, view)
        except ValidationError:
            # A cursor's place is compared with times before anything looks at its form.
            raise NotFound(self.invalid_cursor_message) from None
