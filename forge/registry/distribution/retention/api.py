"""An organisation's retention rules over REST, and what rules would delete."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypedDict

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.models import Organisation
from forge.accounts.organisations.terms_api import OrganisationTermsView, described_terms
from forge.accounts.permissions import Verb
from forge.accounts.place import OrganisationView
from forge.accounts.principals import Principal, principal_of
from forge.core.api.preconditions import REFUSALS, with_etag
from forge.core.api.views import PERSON, needing, raising
from forge.core.errors import Invalid
from forge.core.preconditions import Precondition
from forge.registry.distribution.retention.access import policy_of, preview_of, retention_facets
from forge.registry.distribution.retention.actions import (
    MAX_COUNT,
    MAX_RULES,
    change_retention,
    checked_policy,
    rule_from,
)
from forge.registry.distribution.retention.policy import RetentionPolicy


class RetentionRuleJson(TypedDict):
    """Deletes artifacts by their tags. All conditions that are set must hold."""

    tags: Annotated[str, "`versions`, `untagged`, a tag, or one with `*`"]
    keep_last: Annotated[int | None, "how many stay in each repository, those that were set last"]
    unused_days: Annotated[int | None, "for how long nobody has pulled it"]
    older_days: Annotated[int | None, "for how long its tag has been set"]


class RetentionJson(TypedDict):
    """The rules by which the registry deletes pushed artifacts. The first rule that matches a tag counts."""

    rules: list[RetentionRuleJson]
    keep: Annotated[list[str], "patterns of tags that stay, whatever the rules say"]


class ExpiredJson(TypedDict):
    """An artifact that rules would delete."""

    project: str
    digest: str
    tags: list[str]
    reason: str


class RetentionPreviewJson(TypedDict):
    """A preview of deletions by rules: the first 200 artifacts, and the total number."""

    count: int
    artifacts: list[ExpiredJson]


class RetentionRuleChangeSerializer(serializers.Serializer[Any]):
    tags = serializers.CharField(max_length=128)
    keep_last = serializers.IntegerField(min_value=1, max_value=MAX_COUNT, allow_null=True, default=None)
    unused_days = serializers.IntegerField(min_value=1, max_value=MAX_COUNT, allow_null=True, default=None)
    older_days = serializers.IntegerField(min_value=1, max_value=MAX_COUNT, allow_null=True, default=None)


class RetentionChangeSerializer(serializers.Serializer[Any]):
    rules = serializers.ListField(child=RetentionRuleChangeSerializer(), max_length=MAX_RULES)
    keep = serializers.ListField(child=serializers.CharField(max_length=128), max_length=MAX_RULES, default=list)


@described_terms(
    "retention",
    RetentionJson,
    read="The rules by which the registry deletes pushed artifacts. Changing them takes the `ETag`.",
    changed="Sets the rules. They are applied each hour; what they delete can be restored for 30 days.",
)
class RetentionView(OrganisationTermsView):
    raises = raising(put=(Invalid, *REFUSALS))
    body = RetentionChangeSerializer

    def answer(self, organisation: Organisation) -> Response:
        policy = policy_of(organisation.pk)
        body: RetentionJson = {
            "rules": [
                {
                    "tags": rule.tags,
                    "keep_last": rule.keep_last,
                    "unused_days": rule.unused_days,
                    "older_days": rule.older_days,
                }
                for rule in policy.rules
            ],
            "keep": list(policy.keep),
        }
        return with_etag(Response(body), retention_facets(policy))

    def change(
        self, principal: Principal, organisation: Organisation, body: dict[str, Any], precondition: Precondition
    ) -> None:
        change_retention(principal, organisation, _policy_in(body), precondition=precondition)


class RetentionPreviewView(OrganisationView):
    """A preview of deletions by rules."""

    needs = needing(post=PERSON)
    raises = raising(post=Invalid)

    @extend_schema(operation_id="retention_preview", request=RetentionChangeSerializer, responses=RetentionPreviewJson)
    def post(self, request: Request, organisation: str) -> Response:
        """Says what the rules of the body would delete now. It changes nothing."""
        principal = principal_of(request)
        owner = self.organisation(request, organisation, Verb.RENAME_ORGANISATION)
        policy = checked_policy(_policy_in(self.read_body(request, RetentionChangeSerializer)))
        preview = preview_of(principal, owner, policy, timezone.now())
        answer: RetentionPreviewJson = {
            "count": preview.count,
            "artifacts": [
                {
                    "project": repository.project.full_name,
                    "digest": each.artifact.digest,
                    "tags": sorted(each.artifact.tags),
                    "reason": each.reason,
                }
                for repository, each in preview.rows
            ],
        }
        return Response(answer)


def _policy_in(body: Mapping[str, Any]) -> RetentionPolicy:
    return RetentionPolicy(tuple(rule_from(**rule) for rule in body["rules"]), tuple(body["keep"]))
