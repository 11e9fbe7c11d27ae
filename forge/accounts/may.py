"""What an answer says that who asks may do: `may`, a list of the names of verbs. Who reads it compares no roles."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from forge.accounts.permissions import OF_ORGANISATION, OF_PROJECT, Verb, verbs_on
from forge.accounts.principals import Principal


def names_of(verbs: Iterable[Verb]) -> list[str]:
    """Verbs as answers name them, in the order of `Verb`."""
    found = frozenset(verbs)
    return [verb.name.lower() for verb in Verb if verb in found]


VERBS_ON_ORGANISATION = names_of(OF_ORGANISATION)
VERBS_ON_PROJECT = names_of(OF_PROJECT)


class _MayField(serializers.Field[Any, Any, list[str], Any]):
    """What the serializer's `principal`, which is in its context, may do to the thing."""

    def __init__(self) -> None:
        super().__init__(source="*", read_only=True)

    def to_representation(self, value: Any) -> list[str]:
        return names_of(verbs_on(self.context["principal"], value))


@extend_schema_field(serializers.ListField(child=serializers.ChoiceField(choices=VERBS_ON_ORGANISATION)))
class MayOfOrganisation(_MayField):
    """Verbs on an organisation."""


@extend_schema_field(serializers.ListField(child=serializers.ChoiceField(choices=VERBS_ON_PROJECT)))
class MayOfProject(_MayField):
    """Verbs on a project."""


def for_principal(principal: Principal) -> dict[str, Principal]:
    """The context of a serializer with `may`."""
    return {"principal": principal}
