"""The answer of the API that has one tag."""

from __future__ import annotations

from rest_framework.response import Response

from forge.core.api.preconditions import with_etag
from forge.registry.models import Tag
from forge.registry.tags.facets import version_facets
from forge.registry.tags.serializers import tag_to_json


def tag_response(tag: Tag) -> Response:
    """A tag with its state, for the next act."""
    return with_etag(Response(tag_to_json(tag)), version_facets(tag))
