"""The rules of an organisation for what is pushed to its repositories."""

from __future__ import annotations

from uuid import UUID

from forge.core.preconditions import Facet
from forge.registry.models import RegistryRules


def registry_rules_of(organisation: UUID) -> RegistryRules:
    """Returns an organisation's registry rules. The caller may see the organisation."""
    rules = RegistryRules.objects.filter(pk=organisation).first()
    return rules or RegistryRules(organisation_id=organisation)


def registry_facets(rules: RegistryRules) -> tuple[Facet, ...]:
    """Returns the facets that a change of the rules depends on."""
    values = [rules.takes_all, rules.versions_move]
    return (Facet("registry", values, "The registry settings of the organisation changed."),)
