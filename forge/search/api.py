"""The search of the REST API: a thin view over `forge.search.hits`."""

from __future__ import annotations

from typing import Annotated, TypedDict

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.principals import signed_in
from forge.accounts.scopes import Scope
from forge.core.api.json_types import choices
from forge.core.api.views import ForgeView, needing
from forge.core.errors import Invalid
from forge.search.hits import Hit, HitKind, find
from forge.search.query import MAX_CHARACTERS, parse_query


class HitJson(TypedDict):
    """A search result."""

    kind: Annotated[str, choices("HitKind", HitKind)]
    title: str
    detail: Annotated[str, "where it is"]
    url: Annotated[str, "its page"]


class HitsJson(TypedDict):
    """Search results: at most six of each kind, kind by kind, the best first."""

    hits: list[HitJson]


class Search(ForgeView):
    """Finding projects, builds, organisations, people, files and pages of the documentation that one may see."""

    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(
        operation_id="search",
        parameters=[
            OpenApiParameter(
                "q",
                str,
                description="words, and the number of a build; without any, recent projects and builds are returned",
            )
        ],
        responses=HitsJson,
    )
    def get(self, request: Request) -> Response:
        principal = signed_in(request)
        text = request.query_params.get("q", "")
        if len(text) > MAX_CHARACTERS:
            message = f"A search has at most {MAX_CHARACTERS} characters; this one has {len(text)}."
            raise Invalid(message, errors={"q": [message]})
        return Response(HitsJson(hits=[hit_to_json(hit) for hit in find(principal, parse_query(text))]))


def hit_to_json(hit: Hit) -> HitJson:
    """Returns a search result as JSON."""
    return {"kind": hit.kind.value, "title": hit.title, "detail": hit.detail, "url": hit.url}
