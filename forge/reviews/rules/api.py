"""An organisation's rules over REST."""

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
from forge.reviews.rules.access import rule_facets, rules_of
from forge.reviews.rules.actions import MAXIMUM_APPROVALS, MAXIMUM_TAGS, Rules, change_rules
from forge.reviews.rules.models import OrganisationRules


class RulesJson(TypedDict):
    """What every project of an organisation demands at least."""

    approvals: Annotated[int, "how many people must approve what is published under a protected tag"]
    protected_tags: Annotated[list[str], "`versions`, a tag, or one with `*`"]
    confirms: Annotated[bool, "whether who approves confirms with a passkey or a password who they are"]


class RulesChangeSerializer(serializers.Serializer[Any]):
    approvals = serializers.IntegerField(min_value=0, max_value=MAXIMUM_APPROVALS)
    protected_tags = serializers.ListField(child=serializers.CharField(max_length=128), max_length=MAXIMUM_TAGS)
    confirms = serializers.BooleanField()


class OrganisationRulesView(ForgeView):
    needs = needing(get=Scope.ORGANISATION_READ, put=PERSON)
    raises = raising(put=REFUSALS)

    @extend_schema(operation_id="rules_retrieve", responses=RulesJson, parameters=[ETAG])
    def get(self, request: Request, organisation: str) -> Response:
        """The rules for publishing. Changing them takes the `ETag`."""
        owner = find_organisation(principal_of(request), organisation, Verb.SEE_ORGANISATION)
        return _answer(rules_of(owner.pk))

    @extend_schema(
        operation_id="rules_change",
        request=RulesChangeSerializer,
        responses=RulesJson,
        parameters=[REQUIRED_IF_MATCH, ETAG],
    )
    def put(self, request: Request, organisation: str) -> Response:
        """Sets the rules. A project's `forge.yml` can add to them, and takes nothing away."""
        principal = principal_of(request)
        owner = find_organisation(principal, organisation, Verb.RENAME_ORGANISATION)
        body = self.read_body(request, RulesChangeSerializer)
        rules = Rules(body["approvals"], tuple(body["protected_tags"]), body["confirms"])
        return _answer(change_rules(principal, owner, rules, seen=seen_by(request)))


def _answer(rules: OrganisationRules) -> Response:
    body: RulesJson = {
        "approvals": rules.approvals,
        "protected_tags": list(rules.protected_tags),
        "confirms": rules.confirms,
    }
    return with_etag(Response(body), rule_facets(rules))
