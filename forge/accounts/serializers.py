"""Roles and verbs as JSON. `may` in an answer lists the caller's verbs, so that clients need not compare roles."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

from rest_framework import serializers

from forge.accounts.permissions import OF_ORGANISATION, OF_PROJECT, Verb
from forge.accounts.roles import role_choices
from forge.core.api.json_types import choices
from rune.source.policy.roles import ROLES

RoleJson = Annotated[str, choices("Role", ROLES)]
RoleChoice = Annotated[str, serializers.ChoiceField(choices=role_choices())]


class RoleChoiceSerializer(serializers.Serializer[Any]):
    """The role of a person."""

    role = serializers.ChoiceField(choices=role_choices())


def names_of(verbs: Iterable[Verb]) -> list[str]:
    """Verbs as answers name them, in the order of `Verb`."""
    names = frozenset(verbs)
    return [verb.name.lower() for verb in Verb if verb in names]


OrganisationVerb = Annotated[str, choices("VerbOnOrganisation", names_of(OF_ORGANISATION))]
ProjectVerb = Annotated[str, choices("VerbOnProject", names_of(OF_PROJECT))]
