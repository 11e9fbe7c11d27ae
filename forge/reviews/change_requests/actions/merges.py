"""Merging a change request into a project's files, and undoing it."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from forge.accounts.permissions import Verb
from forge.builds.access import complete_builds
from forge.builds.runs.progress import announce_build
from forge.core.actors import Actor
from forge.core.api.acts import act
from forge.core.api.states import IF_MATCH
from forge.core.errors import Conflict, Invalid
from forge.core.events.log import append_event
from forge.core.preconditions import Precondition, etag_of, require_precondition
from forge.jobs.queue import announce_name
from forge.projects.access import require
from forge.projects.announcements import VERSION_SAVED
from forge.projects.models import Project, Version
from forge.projects.versions.store import snapshot, store_version, working_tree
from forge.reviews.change_requests.actions.offers import (
    decide,
    keep_result,
    note_step,
    open_again,
    proposal_message,
    require_open,
    require_resolved,
)
from forge.reviews.change_requests.etag_facets import conflict_facets, merge_facets, offer_facets
from forge.reviews.change_requests.gate import missing_to_merge
from forge.reviews.change_requests.serializers import DECISION, Reason
from forge.reviews.changes.access import find_again
from forge.reviews.changes.announcements import ChangeStep
from forge.reviews.changes.edits import apply_edits, edits_between
from forge.reviews.changes.merging import Merging, merging, merging_of
from forge.reviews.changes.models import ChangeRequest, ChangeState
from forge.reviews.errors import CannotMerge, CannotUndo, NotOpen
from forge.reviews.place import CHANGE


@act("POST", CHANGE, "merge", "change_requests_merge", verb=Verb.EDIT, state=IF_MATCH, answer=DECISION, raises=Conflict)
def merge_change_request(
    actor: Actor, request: ChangeRequest, reason: Reason = "", *, precondition: Precondition = None
) -> Version:
    """Makes the project's files what was built, reviewed and approved, by the smallest edits. With a `reason`, an owner
    merges past what is missing, but for conflicts."""
    if reason.strip():
        return merge_past_gate(actor, request, reason, precondition=precondition)
    return _merge(actor, request, precondition, past="")


def merge_past_gate(actor: Actor, request: ChangeRequest, reason: str, *, precondition: Precondition = None) -> Version:
    """Merges it without approvals or limits, for a reason that is written down; conflicts must be resolved.

    Raises `Forbidden`, `Invalid`, and what `merge_change_request` raises.
    """
    require(actor, Verb.EDIT, request.project)
    require(actor, Verb.OVERRIDE_GATE, request.project)
    if not reason.strip():
        raise Invalid("Write why it is merged anyway.", errors={"reason": ["Write why."]})
    return _merge(actor, request, precondition, past=reason.strip()[:1000])


def _merge(actor: Actor, request: ChangeRequest, precondition: Precondition, *, past: str) -> Version:
    project = request.project
    require_precondition(offer_facets(request), precondition)
    require_open(request)
    conflicts_etag = etag_of(conflict_facets(request))
    merge = merging_of(request)
    require_precondition(merge_facets(request, merge), precondition)
    require_resolved(merge)
    if not past:
        _require_nothing_missing(request, merge)
    before = snapshot(project, actor.person)
    merged_version = keep_result(request, actor, merge)
    edits = edits_between(merge.ours, merge.result)
    with transaction.atomic():
        require_open(request)
        # Files and choices must be those that were compared above; the files are compared by their sequence.
        now = find_again(request)
        require_precondition(conflict_facets(now), [conflicts_etag])
        if not past:
            # Behind the lock no verdict comes any more; one may have come since the first look.
            _require_nothing_missing(now, merge)
        apply_edits(actor, project, edits)
        # Its files are there from here on: who wrote them wrote what is built later.
        Version.objects.filter(pk=merged_version.pk).update(sequence=project.sequence, is_proposed=False)
        request.before, request.merged_version = before, merged_version
        decide(request, actor, ChangeState.MERGED)
        _name(actor, request, merged_version)
        facts: Mapping[str, object] = {"version": merged_version.number, "before": before.number}
        note_step(request, actor, "change.merge", ChangeStep.MERGED, **facts, **({"past": past} if past else {}))
        for build in complete_builds().filter(version=merged_version):
            # From here on it is a build of the project and not of a proposal, and is called so.
            announce_build(build)
            if build.job is not None:
                announce_name(build.job)
    merged_version.refresh_from_db(fields=["message", "sequence"])
    return merged_version


def _require_nothing_missing(request: ChangeRequest, merge: Merging) -> None:
    """Raises `CannotMerge`."""
    if missing := missing_to_merge(request, merge):
        raise CannotMerge(" ".join(missing))


@act("POST", CHANGE, "undo", "change_requests_undo", verb=Verb.EDIT, state=IF_MATCH, answer=DECISION, raises=Conflict)
def undo_merge(actor: Actor, request: ChangeRequest, *, precondition: Precondition = None) -> Version:
    """Takes what a merge changed out of the files again; what was edited since stays. It is open then."""
    project = request.project
    require_precondition(offer_facets(request), precondition)
    before, merged_version = request.before, request.merged_version
    if request.state != ChangeState.MERGED or before is None or merged_version is None:
        raise NotOpen("Only a change request that is merged can be undone.")
    ours = working_tree(project)
    reversal = merging(merged_version, ours, before, {})
    if reversal.open_conflicts:
        names = ", ".join(f"{each.name} in {each.path}" for each in reversal.open_conflicts[:3])
        raise CannotUndo(
            f"It was edited since: {names}. Restore version {before.number} in the studio, or edit it there."
        )
    snapshot(project, actor.person)
    after = store_version(project, reversal.result, actor.person, proposed_in=request.number)
    edits = edits_between(ours, reversal.result)
    with transaction.atomic():
        Project.objects.lock(project.pk)
        request.refresh_from_db(fields=["state"])
        if request.state != ChangeState.MERGED:
            raise NotOpen("It was undone already.")
        apply_edits(actor, project, edits)
        Version.objects.filter(pk=after.pk).update(is_proposed=False)
        open_again(request)
        note_step(request, actor, "change.undo", ChangeStep.UNDONE, version=after.number)
    return after


def _name(actor: Actor, request: ChangeRequest, version: Version) -> None:
    """A version that nobody saved by hand says that it is a merge."""
    message = f"Merged change request {request.number}: {request.title}"
    message = message if len(message) <= 200 else message[:199] + "…"
    if Version.objects.filter(pk=version.pk, message__in=("", proposal_message(request))).update(message=message):
        append_event(version.project.stream, VERSION_SAVED(number=version.number), actor)
