"""Tokens over HTTP. Every view hands on to an action."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.models import ApiToken
from forge.accounts.principals import signed_in
from forge.accounts.tokens.actions import tokens as token_actions
from forge.accounts.tokens.serializers import CreatedTokenJson, NewTokenSerializer, TokenJson, TokensJson, token_to_json
from forge.core.api.views import PERSON, ForgeView, needing, raising
from forge.core.errors import NotFound, SignInNeeded


class Tokens(ForgeView):
    """The person's tokens, and making one."""

    needs = needing(get=PERSON, post=PERSON)

    @extend_schema(operation_id="tokens_list", responses=TokensJson)
    def get(self, request: Request) -> Response:
        tokens = ApiToken.objects.visible_to(signed_in(request))
        return Response({"tokens": [token_to_json(each) for each in tokens]})

    @extend_schema(request=NewTokenSerializer, responses={201: CreatedTokenJson})
    def post(self, request: Request) -> Response:
        principal = signed_in(request)
        body = self.read_body(request, NewTokenSerializer)
        token, secret = token_actions.create_token(
            principal, body["name"], body["scopes"], body["expires"], body["restriction"]
        )
        answer: CreatedTokenJson = {**token_to_json(token), "token": secret}
        return Response(answer, status=status.HTTP_201_CREATED)


class OwnToken(ForgeView):
    """The token that a request carries, so that a program can say what it may do with it."""

    needs = needing(get=None)
    raises = raising(get=(NotFound, SignInNeeded))

    @extend_schema(operation_id="token_own", responses=TokenJson)
    def get(self, request: Request) -> Response:
        signed_in(request)
        if not isinstance(request.auth, ApiToken):
            raise NotFound("You are signed in without a token.")
        return Response(token_to_json(request.auth))


class TokenDetail(ForgeView):
    """A token: deleting it."""

    needs = needing(delete=PERSON)

    @extend_schema(responses={204: OpenApiResponse(description="the token no longer works")})
    def delete(self, request: Request, token: UUID) -> Response:
        token_actions.delete_token(signed_in(request), token)
        return Response(status=status.HTTP_204_NO_CONTENT)
