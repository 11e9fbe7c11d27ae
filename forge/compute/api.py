"""The requests of an editor about a Runefile, over REST."""

from __future__ import annotations

from typing import Any

from django.utils.decorators import method_decorator
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of
from forge.accounts.scopes import Scope
from forge.compute.pool.language import language_pool
from forge.core.api.json_types import TypeAt
from forge.core.api.views import needing, raising
from forge.core.errors import Busy
from forge.core.http.compression import gzip_page
from forge.projects.place import ProjectView


class LanguageRequestSerializer(serializers.Serializer[Any]):
    """A request about the language. Its `ask` decides which further keys there are: docs/reference/language.md."""

    takes_more_fields = True
    ask = serializers.CharField()


@method_decorator(gzip_page, name="dispatch")
class ProjectLanguage(ProjectView):
    needs = needing(post=Scope.BUILD_RUN)
    raises = raising(post=Busy)

    @extend_schema(
        operation_id="language_ask",
        request=LanguageRequestSerializer,
        responses=TypeAt("forge.compute.language_answers", "LanguageJson"),
    )
    def post(self, request: Request, organisation: str, name: str) -> Response:
        """Answers what an editor asks about the Runefile, as docs/reference/language.md describes it."""
        project = self.project(request, organisation, name, Verb.READ)
        self.read_body(request, LanguageRequestSerializer)
        return Response(language_pool.answer(principal_of(request), project, request.data))
