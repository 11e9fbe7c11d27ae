"""The caller's rights in an answer: `may`, a list of the names of verbs. Clients need not compare roles."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from forge.accounts.permissions import OF_ORGANISATION, OF_PROJECT, Verb
from forge.core.api.json_types import choices


def names_of(verbs: Iterable[Verb]) -> list[str]:
    """Verbs as answers name them, in the order of `Verb`."""
    names = frozenset(verbs)
    return [verb.name.lower() for verb in Verb if verb in names]


OrganisationVerb = Annotated[str, choices("VerbOnOrganisation", names_of(OF_ORGANISATION))]
ProjectVerb = Annotated[str, choices("VerbOnProject", names_of(OF_PROJECT))]
