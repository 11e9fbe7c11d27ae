"""Long lists come in pages with a cursor, which stays right while rows are added."""

from rest_framework.pagination import CursorPagination


class CursorPages(CursorPagination):
    """Newest first, 50 a page unless asked for up to 200."""

    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 200
    ordering = "-created"
