"""Tokens as JSON, and the fields of a new one."""

from __future__ import annotations

from typing import Annotated, Any, TypedDict

from rest_framework import serializers

from forge.accounts.models import ApiToken
from forge.accounts.scopes import SCOPE_NAMES
from forge.core.api.json_types import Timestamp, Uuid, choices, utc_timestamp

ScopeJson = Annotated[str, choices("Scope", SCOPE_NAMES)]


class TokenJson(TypedDict):
    """A token. Its secret is in the answer that made it and nowhere else."""

    id: Uuid
    name: str
    scopes: list[ScopeJson]
    restriction: Annotated[
        list[str] | None,
        "the organisations and projects it is restricted to, as `organisation:<id>` and `project:<id>`",
    ]
    expires: Timestamp | None
    hint: str
    created: Timestamp
    last_used: Timestamp | None


class CreatedTokenJson(TokenJson):
    """A token with its secret, which is shown this once."""

    token: str


class TokensJson(TypedDict):
    """The person's tokens."""

    tokens: list[TokenJson]


class NewTokenSerializer(serializers.Serializer[Any]):
    """The fields of a new token."""

    name = serializers.CharField()
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=SCOPE_NAMES))
    expires = serializers.DateTimeField(required=False, allow_null=True, default=None)
    restriction = serializers.ListField(
        child=serializers.RegexField(r"\A(organisation|project):[0-9a-f-]{36}\Z"),
        required=False,
        allow_null=True,
        default=None,
        max_length=1000,
        help_text="keys like organisation:<id> and project:<id>; without it, the token reaches all that its owner does",
    )


def token_to_json(token: ApiToken) -> TokenJson:
    """A token without its secret."""
    return {
        "id": str(token.pk),
        "name": token.name,
        "scopes": token.scopes,
        "restriction": token.restriction,
        "expires": utc_timestamp(token.expires) if token.expires else None,
        "hint": token.hint,
        "created": utc_timestamp(token.created),
        "last_used": utc_timestamp(token.last_used) if token.last_used else None,
    }
