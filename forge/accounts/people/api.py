"""A person's own account over HTTP."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.access import organisations_of
from forge.accounts.people.actions import hints
from forge.accounts.people.serializers import MeJson, MembershipJson, person_to_json
from forge.accounts.principals import signed_in
from forge.accounts.scopes import Scope
from forge.core.api.views import ForgeView, needing


class Me(ForgeView):
    """The body of a request to sign a program in."""

    needs = needing(get=Scope.ACCOUNT_READ)

    @extend_schema(responses=MeJson)
    def get(self, request: Request) -> Response:
        principal = signed_in(request)
        organisations = organisations_of(principal)
        roles: list[MembershipJson] = [{"name": each.name, "role": principal.roles[each.pk]} for each in organisations]
        person = principal.insist()
        answer: MeJson = {**person_to_json(person), "email": person.email, "organisations": roles}
        return Response(answer)


class OwnHint(ForgeView):
    """A hint for beginners, which is put away for good."""

    needs = needing(delete=Scope.ACCOUNT_WRITE)

    @extend_schema(operation_id="hint_put_away", responses={204: OpenApiResponse(description="it is not shown again")})
    def delete(self, request: Request, hint: str) -> Response:
        hints.dismiss_hint(signed_in(request), hint)
        return Response(status=status.HTTP_204_NO_CONTENT)
