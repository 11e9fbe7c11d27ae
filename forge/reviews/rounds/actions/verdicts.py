"""Giving a verdict on a build's bytes, and taking it back."""

from __future__ import annotations

from datetime import timedelta

from django.db import models, transaction
from django.utils import timezone

from forge.accounts.people.serializers import person_to_json
from forge.accounts.permissions import Verb
from forge.builds.models import Build
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.errors import Invalid
from forge.core.events.log import append_event
from forge.core.threads import MAXIMUM_COMMENT
from forge.projects.access import require
from forge.projects.models import Project
from forge.reviews.errors import BadVerdict, NotReviewable, OwnBuild, TooLate
from forge.reviews.events import REVIEW_CHANGED, BuildJudged
from forge.reviews.models import Verdict, VerdictChoice
from forge.reviews.rounds.access import is_reviewable
from forge.reviews.rounds.authorship import is_own_rune

UNDONE_WITHIN = timedelta(minutes=1)
"""How long a verdict can be taken back as if it had not been given; later it can be replaced by another."""


@transaction.atomic
def give_verdict(actor: Actor, build: Build, verdict: str, comment: str = "") -> Verdict:
    """Approves a build's bytes or asks for changes; an earlier verdict of the same member no longer counts.

    Raises `Forbidden`, `OwnBuild`, `NotReviewable`, `BadVerdict` and `Invalid`.
    """
    require(actor, Verb.REVIEW, build.project)
    comment = comment.strip()
    if verdict not in VerdictChoice.values:
        raise BadVerdict("A verdict is approve or changes.", errors={"verdict": ["approve or changes"]})
    if len(comment) > MAXIMUM_COMMENT:
        raise Invalid(f"A comment has at most {MAXIMUM_COMMENT} characters, this one has {len(comment)}.")
    if verdict == VerdictChoice.CHANGES and not comment:
        raise Invalid("Write what should change.", errors={"text": ["Write what should change."]})
    if not is_reviewable(build) or build.artefact is None:
        raise NotReviewable("Only a build that succeeded can be reviewed.")
    if is_own_rune(actor, build):
        raise OwnBuild(
            "You built this, or wrote part of it since the last approved build, so someone else must give the verdict. "
            "Ask them for a review."
        )
    # The project's row is the lock: two presses at once leave one verdict that holds.
    Project.objects.lock(build.project_id)
    _standing(actor, build, build.artefact.digest).update(replaced=True)
    verdict_row = Verdict.objects.create(
        project=build.project,
        build=build,
        user=actor.person,
        verdict=verdict,
        comment=comment,
        rune_digest=build.artefact.digest,
    )
    write_entry(
        actor,
        "review.verdict",
        build.subject,
        build.project.place,
        number=build.number,
        verdict=verdict,
        rune=build.artefact.digest,
    )
    _tell(actor, build, BuildJudged.APPROVED if verdict == VerdictChoice.APPROVE else BuildJudged.CHANGES)
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
    _tell(actor, build, BuildJudged.UNDONE)


def _tell(actor: Actor, build: Build, change: BuildJudged) -> None:
    by = person_to_json(actor.person) if actor.person else None
    event = REVIEW_CHANGED(build=str(build.pk), number=build.number or 0, change=change.value, by=by)
    append_event(build.project.stream, event, actor)


def _standing(actor: Actor, build: Build, digest: str) -> models.QuerySet[Verdict]:
    return Verdict.objects.standing().filter(project=build.project, rune_digest=digest, user_id=actor.pk)
