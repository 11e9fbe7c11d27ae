"""The error of queries over devices."""

from __future__ import annotations

from forge.core.errors import Invalid


class BadQuery(Invalid):
    """A query cannot be read; `start` and `end` are the places of the part that is wrong."""

    title = "The query has an error"

    def __init__(self, detail: str, start: int, end: int) -> None:
        super().__init__(detail, errors={"q": [detail]}, start=start, end=end)
        self.start = start
        self.end = end
