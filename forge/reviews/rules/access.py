"""Reading an organisation's rules."""

from __future__ import annotations

from uuid import UUID

from forge.core.preconditions import Facet
from forge.reviews.rules.models import OrganisationRules


def rules_of(organisation_id: UUID) -> OrganisationRules:
    """The rules of an organisation, which demand nothing where none were set. The caller has found it for someone."""
    rules = OrganisationRules.objects.filter(organisation=organisation_id).first()
    return rules or OrganisationRules(organisation_id=organisation_id)


def rule_facets(rules: OrganisationRules) -> tuple[Facet, ...]:
    """Returns the facets that a change of the rules, or publishing under them, depends on."""
    values = [rules.approvals, sorted(rules.protected_tags), rules.confirms]
    return (Facet("rules", values, "The organisation's rules for publishing changed."),)
