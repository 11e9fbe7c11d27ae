"""Changing an organisation's rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from forge.accounts.access import require_in, require_person
from forge.accounts.announcements import ORGANISATION_CHANGED
from forge.accounts.models import Organisation
from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.errors import Invalid
from forge.core.events.log import append_event
from forge.core.preconditions import Precondition, require_precondition
from forge.reviews.rules.access import rule_facets, rules_of
from forge.reviews.rules.models import OrganisationRules
from rune.source.policy.tags import is_pattern

MAXIMUM_APPROVALS = 10
MAXIMUM_TAGS = 20


@dataclass(frozen=True)
class Rules:
    """The minimum rules of every project: the number of approvals, protected tags, and confirmed approvals."""

    approvals: int = 0
    protected_tags: tuple[str, ...] = ()
    confirms: bool = False


@transaction.atomic
def change_rules(
    actor: Actor, organisation: Organisation, rules: Rules, *, precondition: Precondition = None
) -> OrganisationRules:
    """Sets the rules for all projects of an organisation. Raises `Forbidden`, `PersonNeeded`, `Stale` and `Invalid`."""
    require_in(actor, Verb.RENAME_ORGANISATION, organisation)
    require_person(actor)
    tags = _checked_tags(rules.protected_tags)
    if not 0 <= rules.approvals <= MAXIMUM_APPROVALS:
        message = f"Choose 0 to {MAXIMUM_APPROVALS} approvals."
        raise Invalid(message, errors={"approvals": [message]})
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    row = rules_of(organisation.pk)
    require_precondition(rule_facets(row), precondition)
    before = _as_dict(row)
    row.approvals, row.protected_tags, row.confirms = rules.approvals, list(tags), rules.confirms
    if _as_dict(row) != before:
        row.save()
        write_entry(
            actor, "organisation.rules", organisation.stream, organisation.place, before=before, after=_as_dict(row)
        )
        append_event(organisation.stream, ORGANISATION_CHANGED(name=organisation.name, title=organisation.title), actor)
    return row


def _as_dict(row: OrganisationRules) -> dict[str, object]:
    return {"approvals": row.approvals, "protected_tags": list(row.protected_tags), "confirms": row.confirms}


def _checked_tags(tags: Sequence[str]) -> tuple[str, ...]:
    unique_tags = tuple(dict.fromkeys(each.strip() for each in tags if each.strip()))
    wrong = next((each for each in unique_tags if not is_pattern(each)), None)
    message = ""
    if wrong is not None:
        message = f"{wrong[:40]} is not a tag. Write `versions`, a tag such as latest, or one with * such as release-*."
    elif len(unique_tags) > MAXIMUM_TAGS:
        message = f"At most {MAXIMUM_TAGS} tags can be protected; you entered {len(unique_tags)}."
    if message:
        raise Invalid(message, errors={"protected_tags": [message]})
    return unique_tags
