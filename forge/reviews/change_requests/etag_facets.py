"""The facets of a change request that can change between reading it and acting on it."""

from __future__ import annotations

from forge.core.errors import Conflict, Invalid
from forge.core.preconditions import Facet
from forge.reviews.change_requests.gate import missing_to_merge
from forge.reviews.changes.merging import Merging, merging_of
from forge.reviews.changes.models import ChangeRequest


def offer_facets(request: ChangeRequest) -> tuple[Facet, ...]:
    """Returns the facets that both sides see: the state, and the offered files."""
    decided_at = None if request.decided is None else request.decided.isoformat()
    by = request.decided_by or "Someone"
    verb = "merged or reopened" if request.is_open else str(request.state)
    state = f"{by} {verb} it meanwhile." if request.decided_by else "It was decided or reopened meanwhile."
    offer = "Other files are offered now."
    if request.offered is not None:
        of = "" if request.is_outside else " of the fork"
        offer = f"Version {request.offered.number}{of} is offered now."
    return (
        Facet("state", [request.state, decided_at], state),
        Facet("offer", str(request.offered_id), offer),
    )


def conflict_facets(request: ChangeRequest) -> tuple[Facet, ...]:
    """Returns these with the chosen sides of its conflicts."""
    choices = sorted((each.key, each.side, each.text) for each in request.resolutions.all())
    return (*offer_facets(request), Facet("choices", choices, "Somebody chose another text in a conflict."))


def merge_facets(request: ChangeRequest, merge: Merging) -> tuple[Facet, ...]:
    """Returns these with the merged result, and the unmet conditions."""
    return (
        *conflict_facets(request),
        Facet("files", merge.ours.digest, f"The files of {request.project.full_name} were edited."),
        Facet("missing", missing_to_merge(request, merge), "The requirements for merging changed."),
    )


def request_facets(request: ChangeRequest) -> tuple[Facet, ...]:
    """All of it, as far as it can be read."""
    if not request.is_open:
        return offer_facets(request)
    try:
        return merge_facets(request, merging_of(request))
    except (Conflict, Invalid):
        return conflict_facets(request)
