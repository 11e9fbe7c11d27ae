"""Taking a version back, over REST."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of
from forge.accounts.tokens.scopes import Scope
from forge.core.api.preconditions import ETAG, REFUSALS, REQUIRED_IF_MATCH, request_precondition
from forge.core.api.views import needing, raising
from forge.core.errors import Conflict, Invalid
from forge.projects.api import ProjectView
from forge.registry.tags.serializers import TagJson, tag_response
from forge.registry.tags.withdrawing.actions import end_withdrawal, withdraw_tag


class WithdrawalSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=2000)


class TagWithdrawal(ProjectView):
    """Taking a version back."""

    needs = needing(put=Scope.RUNE_PUBLISH, delete=Scope.RUNE_PUBLISH)
    raises = raising(put=(Conflict, Invalid, *REFUSALS), delete=REFUSALS)

    @extend_schema(
        operation_id="tags_withdraw",
        request=WithdrawalSerializer,
        responses=TagJson,
        parameters=[REQUIRED_IF_MATCH, ETAG],
    )
    def put(self, request: Request, organisation: str, name: str, tag: str) -> Response:
        """Withdraws a version and all tags of the same bytes, with a reason: it is listed, shared, forked and pulled by
        name no more. Its bytes stay for who names their digest, with a warning."""
        project = self.project(request, organisation, name, Verb.PUBLISH)
        body, precondition = self.read_body(request, WithdrawalSerializer), request_precondition(request)
        return tag_response(
            withdraw_tag(principal_of(request), project, tag, body["reason"], precondition=precondition)
        )

    @extend_schema(operation_id="tags_end_withdrawal", responses=TagJson, parameters=[REQUIRED_IF_MATCH, ETAG])
    def delete(self, request: Request, organisation: str, name: str, tag: str) -> Response:
        """Lists and shares it again."""
        project = self.project(request, organisation, name, Verb.PUBLISH)
        return tag_response(
            end_withdrawal(principal_of(request), project, tag, precondition=request_precondition(request))
        )
