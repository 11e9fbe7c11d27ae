"""The registry rules of an organisation, over REST."""

from __future__ import annotations

from typing import Annotated, Any, TypedDict

from rest_framework import serializers
from rest_framework.response import Response

from forge.accounts.models import Organisation
from forge.accounts.organisations.terms_api import OrganisationTermsView, described_terms
from forge.accounts.principals import Principal
from forge.core.api.preconditions import with_etag
from forge.core.preconditions import Precondition
from forge.registry.distribution.artifacts.actions import RegistryTerms, change_registry_rules
from forge.registry.repository.rules import registry_facets, registry_rules_of


class RegistryRulesJson(TypedDict):
    """The artifacts that clients may push to the repositories of an organisation."""

    takes_all: Annotated[bool, "whether all artifacts are taken, and not only runes, blocks and what refers to them"]
    versions_move: Annotated[bool, "whether the version tag of a pushed artifact may move; one of a build never does"]


class RegistryRulesChangeSerializer(serializers.Serializer[Any]):
    takes_all = serializers.BooleanField()
    versions_move = serializers.BooleanField()


@described_terms(
    "registry_rules",
    RegistryRulesJson,
    read="Which artifacts the registry accepts. Changing it needs the `ETag`.",
    changed="Sets which artifacts the registry accepts. Earlier artifacts stay.",
)
class RegistryRulesView(OrganisationTermsView):
    body = RegistryRulesChangeSerializer

    def answer(self, organisation: Organisation) -> Response:
        rules = registry_rules_of(organisation.pk)
        body: RegistryRulesJson = {"takes_all": rules.takes_all, "versions_move": rules.versions_move}
        return with_etag(Response(body), registry_facets(rules))

    def change(
        self, principal: Principal, organisation: Organisation, body: dict[str, Any], precondition: Precondition
    ) -> None:
        change_registry_rules(
            principal, organisation, RegistryTerms(body["takes_all"], body["versions_move"]), precondition=precondition
        )
