"""A published rune for readers outside its project: what it requests of the browser, and its origin."""

from __future__ import annotations

from dataclasses import dataclass

from forge.accounts.permissions import Verb, can
from forge.builds.pages.rune_requests import RuneRequests, requests_of
from forge.core.actors import Actor
from forge.registry.models import Rebuild, Tag
from forge.registry.provenance.signing.proofs import SignedOrigin, signed_origin
from forge.registry.rebuilds.access import rebuild_of
from forge.reviews.rounds.access import approvals_of


@dataclass(frozen=True)
class TrustFacts:
    """The facts beside the button that runs the rune."""

    organisation: str
    requests: RuneRequests
    signed_origin: SignedOrigin | None
    rebuild: Rebuild | None
    approvals: int


def trust_facts_of(actor: Actor, tag: Tag) -> TrustFacts | None:
    """Returns the facts of a published rune for a reader outside its project; None for members, and for a tag without
    an artefact. The caller has checked that the reader may see the tag."""
    project = tag.repository.project
    if can(actor, Verb.READ, project) or tag.build.artefact is None:
        return None
    return TrustFacts(
        project.organisation.name,
        requests_of(tag.build),
        signed_origin(actor, tag),
        rebuild_of(tag),
        approvals_of(tag.build),
    )
