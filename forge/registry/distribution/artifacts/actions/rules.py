"""Changing what an organisation lets its registry take."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from forge.accounts.access import require_in, require_person
from forge.accounts.announcements import ORGANISATION_CHANGED
from forge.accounts.models import Organisation
from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.events.log import append_event
from forge.core.preconditions import Precondition, require_precondition
from forge.registry.distribution.artifacts.models import RegistryRules
from forge.registry.repository.rules import registry_facets, registry_rules_of


@dataclass(frozen=True)
class RegistryTerms:
    """The accepted artifacts: all or only runes and what refers to them, and whether versions may move."""

    takes_all: bool = False
    versions_move: bool = False


@transaction.atomic
def change_registry_rules(
    actor: Actor, organisation: Organisation, terms: RegistryTerms, *, precondition: Precondition = None
) -> RegistryRules:
    """Sets what clients may push to the projects of an organisation. Raises `Forbidden`, `PersonNeeded` and `Stale`."""
    require_in(actor, Verb.RENAME_ORGANISATION, organisation)
    require_person(actor)
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    row = registry_rules_of(organisation.pk)
    require_precondition(registry_facets(row), precondition)
    before = RegistryTerms(row.takes_all, row.versions_move)
    if terms != before:
        row.takes_all, row.versions_move = terms.takes_all, terms.versions_move
        row.save()
        write_entry(
            actor,
            "organisation.registry",
            organisation.stream,
            organisation.place,
            before=_as_text(before),
            after=_as_text(terms),
        )
        append_event(organisation.stream, ORGANISATION_CHANGED(name=organisation.name, title=organisation.title), actor)
    return row


def _as_text(terms: RegistryTerms) -> dict[str, str]:
    """Returns the rules as the audit log writes them."""
    return {
        "artifacts": "all" if terms.takes_all else "runes and what refers to them",
        "versions": "move" if terms.versions_move else "stay",
    }
