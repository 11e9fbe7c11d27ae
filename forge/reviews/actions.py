"""Actions in a review: verdicts and comments. Each checks the permission, does it and writes the audit entry."""

from __future__ import annotations

from django.db import transaction

from forge.accounts.permissions import Verb
from forge.builds.models import Build
from forge.core.actors import Actor
from forge.core.audit import write_entry
from forge.core.errors import Invalid
from forge.core.events import append_event
from forge.core.models import Comment
from forge.core.threads import MAXIMUM_COMMENT, add_comment
from forge.projects.access import require
from forge.reviews.access import is_reviewable
from forge.reviews.errors import BadVerdict, NotReviewable, OwnBuild
from forge.reviews.events import REVIEW_CHANGED
from forge.reviews.models import Choice, Verdict


@transaction.atomic
def give_verdict(actor: Actor, build: Build, verdict: str, comment: str = "") -> Verdict:
    """Approves a build or asks for changes; an earlier verdict of the same member no longer counts.

    Raises `Forbidden`, `OwnBuild`, `NotReviewable`, `BadVerdict` and `Invalid`.
    """
    require(actor, Verb.REVIEW, build.project)
    comment = comment.strip()
    if verdict not in Choice.values:
        raise BadVerdict("A verdict is approve or changes.", errors={"verdict": ["approve or changes"]})
    if len(comment) > MAXIMUM_COMMENT:
        raise Invalid(f"A comment has at most {MAXIMUM_COMMENT} characters, this one has {len(comment)}.")
    if build.requested_by_id == actor.pk:
        raise OwnBuild("You built this, so someone else must give the verdict. Send them the page's address.")
    if not is_reviewable(build) or build.artefact is None:
        raise NotReviewable("Only a build that succeeded can be reviewed.")
    # The build's row is the lock: two presses at once leave one verdict that holds.
    Build.objects.select_for_update().only("pk").get(pk=build.pk)
    Verdict.objects.filter(build=build, user_id=actor.pk, replaced=False).update(replaced=True)
    given = Verdict.objects.create(
        build=build, user=actor.person, verdict=verdict, comment=comment, rune_digest=build.artefact.digest
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
    append_event(build.project.stream, REVIEW_CHANGED(build=str(build.pk)), actor)
    return given


@transaction.atomic
def say(actor: Actor, build: Build, text: str) -> Comment:
    """Adds to the conversation about a build. Raises `Forbidden` and `Invalid`."""
    require(actor, Verb.COMMENT, build.project)
    comment = add_comment(build.subject, actor.person, text)
    write_entry(
        actor, "review.comment", build.subject, build.project.place, number=build.number, comment=str(comment.pk)
    )
    append_event(build.project.stream, REVIEW_CHANGED(build=str(build.pk)), actor)
    return comment
