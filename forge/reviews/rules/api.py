"""An organisation's rules over REST."""

from __future__ import annotations

from typing import Annotated, Any, TypedDict

from rest_framework import serializers
from rest_framework.response import Response

from forge.accounts.models import Organisation
from forge.accounts.organisations.terms_api import OrganisationTermsView, described_terms
from forge.accounts.principals import Principal
from forge.core.api.preconditions import with_etag
from forge.core.preconditions import Precondition
from forge.reviews.rules.access import rule_facets, rules_of
from forge.reviews.rules.actions import MAXIMUM_APPROVALS, MAXIMUM_TAGS, Rules, change_rules


class RulesJson(TypedDict):
    """The minimum rules of every project of an organisation."""

    approvals: Annotated[int, "how many people must approve what is published under a protected tag"]
    protected_tags: Annotated[list[str], "`versions`, a tag, or one with `*`"]
    confirms: Annotated[bool, "whether who approves confirms with a passkey or a password who they are"]


class RulesChangeSerializer(serializers.Serializer[Any]):
    approvals = serializers.IntegerField(min_value=0, max_value=MAXIMUM_APPROVALS)
    protected_tags = serializers.ListField(child=serializers.CharField(max_length=128), max_length=MAXIMUM_TAGS)
    confirms = serializers.BooleanField()


@described_terms(
    "rules",
    RulesJson,
    read="The rules for publishing. Changing them takes the `ETag`.",
    changed="Sets the rules. A project's `forge.yml` can add rules, and cannot remove any.",
)
class OrganisationRulesView(OrganisationTermsView):
    body = RulesChangeSerializer

    def answer(self, organisation: Organisation) -> Response:
        rules = rules_of(organisation.pk)
        body: RulesJson = {
            "approvals": rules.approvals,
            "protected_tags": list(rules.protected_tags),
            "confirms": rules.confirms,
        }
        return with_etag(Response(body), rule_facets(rules))

    def change(
        self, principal: Principal, organisation: Organisation, body: dict[str, Any], precondition: Precondition
    ) -> None:
        rules = Rules(body["approvals"], tuple(body["protected_tags"]), body["confirms"])
        change_rules(principal, organisation, rules, precondition=precondition)
