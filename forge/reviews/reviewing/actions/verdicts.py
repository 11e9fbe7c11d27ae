"""Giving a verdict on a build's bytes, and taking it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db import models, transaction
from django.utils import timezone

from forge.accounts.people.serializers import person_to_json
from forge.accounts.permissions import Verb
from forge.accounts.principals import PrincipalKind
from forge.builds.models import Build
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.errors import Invalid
from forge.core.events.log import append_event
from forge.core.threads import MAXIMUM_COMMENT
from forge.projects.access import require
from forge.projects.models import Project
from forge.reviews.errors import (
    ApprovalByProgram,
    BadVerdict,
    ConfirmationNeeded,
    NewerBuild,
    NotReviewable,
    OwnBuild,
    TooLate,
)
from forge.reviews.models import AnchoredThread, Review, Round, Verdict, VerdictChoice
from forge.reviews.rounds.access import digest_of, is_reviewable
from forge.reviews.rounds.announcements import REVIEW_CHANGED, VerdictChange
from forge.reviews.rounds.authorship import is_own_rune
from forge.reviews.rules.access import rules_of
from forge.reviews.threads.actions.conversation import begin_thread_with_verdict, take_back_words
from forge.reviews.threads.anchoring import find_anchor
from forge.reviews.threads.anchors import WHOLE_BUILD, Anchor, AnchorRequest

UNDONE_WITHIN = timedelta(minutes=1)
"""How long a verdict can be taken back as if it had not been given; later it can be replaced by another."""


@dataclass(frozen=True)
class JudgedRound:
    """The round of a review that a person sees while judging: its number and its bytes."""

    review: Review
    number: int
    digest: str


@transaction.atomic
def give_verdict(
    actor: Actor,
    build: Build,
    verdict: str,
    comment: str = "",
    *,
    about: AnchorRequest = WHOLE_BUILD,
    judged_round: JudgedRound | None = None,
    confirmed: bool = False,
) -> Verdict:
    """Approves a build's bytes or asks for changes; an earlier verdict of the same member no longer counts.

    `about` is the place of the build that the comment is about. With `judged_round`, the verdict holds only while that
    round is the newest of its review. `confirmed` says that the person proved just now who they are. Raises
    `Forbidden`, `ApprovalByProgram`, `ConfirmationNeeded`, `NewerBuild`, `OwnBuild`, `NotReviewable`, `BadVerdict`,
    `BadAnchor` and `Invalid`.
    """
    require(actor, Verb.REVIEW, build.project)
    if verdict == VerdictChoice.APPROVE and actor.kind != PrincipalKind.PERSON:
        raise ApprovalByProgram("A token cannot approve a build. Open its page, try it and press Approve there.")
    comment = comment.strip()
    if verdict not in VerdictChoice.values:
        raise BadVerdict("A verdict must be approve or changes.", errors={"verdict": ["approve or changes"]})
    if len(comment) > MAXIMUM_COMMENT:
        raise Invalid(f"A comment has at most {MAXIMUM_COMMENT} characters; this one has {len(comment)}.")
    if verdict == VerdictChoice.CHANGES and not comment:
        raise Invalid("Write what should change.", errors={"text": ["Write what should change."]})
    if not is_reviewable(build) or build.artefact is None:
        raise NotReviewable("Only a build that succeeded can be reviewed.")
    if is_own_rune(actor, build):
        raise OwnBuild(
            "You built this, or wrote part of it since the last approved build, so someone else must give the verdict. "
            "Ask them for a review."
        )
    if verdict == VerdictChoice.APPROVE and not confirmed and rules_of(build.project.organisation_id).confirms:
        raise ConfirmationNeeded(
            "Your organisation requires a passkey or a password to confirm an approval. Confirm, then approve again.",
            confirm="/accounts/identity",
        )
    anchor = find_anchor(actor, build, about) if comment else Anchor()
    # The project's row is the lock: two presses at once leave one verdict that holds, and no round begins meanwhile.
    Project.objects.lock(build.project_id)
    if judged_round is not None:
        _require_newest(judged_round)
    _standing(actor, build, build.artefact.digest).update(replaced=True)
    verdict_row = Verdict.objects.create(
        project=build.project,
        build=build,
        user=actor.person,
        verdict=verdict,
        rune_digest=build.artefact.digest,
        confirmed=confirmed,
    )
    if comment:
        review = None if judged_round is None else judged_round.review
        begin_thread_with_verdict(actor, verdict_row, review, comment, anchor)
    write_entry(
        actor,
        "review.verdict",
        build.subject,
        build.project.place,
        number=build.number,
        verdict=verdict,
        rune=build.artefact.digest,
    )
    _record(actor, build, VerdictChange.APPROVED if verdict == VerdictChoice.APPROVE else VerdictChange.CHANGES)
    return verdict_row


@transaction.atomic
def undo_verdict(actor: Actor, build: Build) -> None:
    """Takes back one's newest verdict on a build's bytes, and what it said, within a minute; the one before it holds
    again. Raises `Forbidden`, `NotReviewable` and `TooLate`."""
    require(actor, Verb.REVIEW, build.project)
    if build.artefact is None:
        raise NotReviewable("Only a build that succeeded can be reviewed.")
    Project.objects.lock(build.project_id)
    mine = _standing(actor, build, build.artefact.digest).first()
    if mine is None or mine.created < timezone.now() - UNDONE_WITHIN:
        raise TooLate("A verdict can be undone for a minute. Give another one: it replaces the first.")
    thread: AnchoredThread | None = getattr(mine, "thread", None)
    if thread is not None:
        take_back_words(actor, thread)
    mine.delete()
    earlier = Verdict.objects.filter(project=build.project, rune_digest=mine.rune_digest, user_id=actor.pk).last()
    if earlier is not None:
        Verdict.objects.filter(pk=earlier.pk).update(replaced=False)
    write_entry(
        actor,
        "review.verdict_undone",
        build.subject,
        build.project.place,
        number=build.number,
        verdict=mine.verdict,
        rune=mine.rune_digest,
    )
    _record(actor, build, VerdictChange.UNDONE)


def _require_newest(judged_round: JudgedRound) -> None:
    """Raises `NewerBuild` where another round began since, or the build of the round has other bytes."""
    newest = Round.objects.filter(review=judged_round.review).select_related("build__artefact").latest("number")
    if newest.number != judged_round.number or digest_of(newest) != judged_round.digest:
        raise NewerBuild(
            f"Round {newest.number} began with build {newest.build.number}: see what changed, then give your verdict. "
            "Nothing was saved; what you wrote is still in the comment."
        )


def _record(actor: Actor, build: Build, change: VerdictChange) -> None:
    by = person_to_json(actor.person) if actor.person else None
    event = REVIEW_CHANGED(build=str(build.pk), number=build.number or 0, change=change.value, by=by)
    append_event(build.project.stream, event, actor)


def _standing(actor: Actor, build: Build, digest: str) -> models.QuerySet[Verdict]:
    return Verdict.objects.standing().filter(project=build.project, rune_digest=digest, user_id=actor.pk)
