"""What an organisation's registry takes, over REST."""

from __future__ import annotations

from typing import Annotated, Any, TypedDict

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.organisations.access import find_organisation
from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of
from forge.accounts.tokens.scopes import Scope
from forge.core.api.preconditions import ETAG, REFUSALS, REQUIRED_IF_MATCH, seen_by, with_etag
from forge.core.api.views import PERSON, ForgeView, needing, raising
from forge.registry.artifacts.access import registry_facets, registry_rules_of
from forge.registry.artifacts.actions import RegistryTerms, change_registry_rules
from forge.registry.artifacts.models import RegistryRules


class RegistryRulesJson(TypedDict):
    """What clients may push to the repositories of an organisation."""

    takes_all: Annotated[bool, "whether all artifacts are taken, and not only runes, blocks and what refers to them"]
    versions_move: Annotated[bool, "whether the version tag of a pushed artifact may move; one of a build never does"]


class RegistryRulesChangeSerializer(serializers.Serializer[Any]):
    takes_all = serializers.BooleanField()
    versions_move = serializers.BooleanField()


class RegistryRulesView(ForgeView):
    needs = needing(get=Scope.ORGANISATION_READ, put=PERSON)
    raises = raising(put=REFUSALS)

    @extend_schema(operation_id="registry_rules_retrieve", responses=RegistryRulesJson, parameters=[ETAG])
    def get(self, request: Request, organisation: str) -> Response:
        """What the registry takes. Changing it takes the `ETag`."""
        owner = find_organisation(principal_of(request), organisation, Verb.SEE_ORGANISATION)
        return _answer(registry_rules_of(owner.pk))

    @extend_schema(
        operation_id="registry_rules_change",
        request=RegistryRulesChangeSerializer,
        responses=RegistryRulesJson,
        parameters=[REQUIRED_IF_MATCH, ETAG],
    )
    def put(self, request: Request, organisation: str) -> Response:
        """Sets what the registry takes. What was pushed before stays."""
        principal = principal_of(request)
        owner = find_organisation(principal, organisation, Verb.RENAME_ORGANISATION)
        body = self.read_body(request, RegistryRulesChangeSerializer)
        terms = RegistryTerms(body["takes_all"], body["versions_move"])
        return _answer(change_registry_rules(principal, owner, terms, seen=seen_by(request)))


def _answer(rules: RegistryRules) -> Response:
    body: RegistryRulesJson = {"takes_all": rules.takes_all, "versions_move": rules.versions_move}
    return with_etag(Response(body), registry_facets(rules))
