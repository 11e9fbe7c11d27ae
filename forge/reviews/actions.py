"""Actions in a review: verdicts and comments. Each checks the permission, does it and writes the audit entry."""

from __future__ import annotations

from django.db import transaction

from forge.accounts.permissions import Verb, can, verbs_on
from forge.builds.models import Build, Kind, State
from forge.core.actors import Actor
from forge.core.audit import write_entry
from forge.core.errors import Invalid
from forge.core.events import append_event
from forge.core.models import Comment
from forge.core.threads import MAXIMUM_COMMENT, add_comment, comments_on
from forge.projects.access import require
from forge.reviews.errors import BadVerdict, NotReviewable, OwnBuild
from forge.reviews.events import REVIEW_CHANGED
from forge.reviews.models import Choice, Verdict


def may_judge(actor: Actor, build: Build) -> bool:
    """Whether the person may give a verdict on the build."""
    return can(actor, Verb.REVIEW, build.project) and is_reviewable(build) and build.requested_by_id != actor.pk


def verbs_on_build(actor: Actor, build: Build) -> frozenset[Verb]:
    """What who acts may do to the build's project, without a verdict where this build takes none of theirs."""
    return verbs_on(actor, build.project) - (frozenset() if may_judge(actor, build) else {Verb.REVIEW})


def is_reviewable(build: Build) -> bool:
    """Whether there is something to judge."""
    return build.kind == Kind.NUMBERED and build.state == State.SUCCEEDED and build.artefact is not None


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
        raise NotReviewable("Only a build that succeeded can be judged.")
    # The build's row is the lock: two presses at once leave one verdict that holds.
    Build.objects.select_for_update().only("pk").get(pk=build.pk)
    Verdict.objects.filter(build=build, user_id=actor.pk, replaced=False).update(replaced=True)
    given = Verdict.objects.create(
        build=build, user=actor.person, verdict=verdict, comment=comment, rune_digest=build.artefact.digest
    )
    write_entry(actor, "review.verdict", build.subject, verdict=verdict, rune=build.artefact.digest)
    append_event(build.project.stream, REVIEW_CHANGED, {"build": str(build.pk)}, actor)
    return given


@transaction.atomic
def say(actor: Actor, build: Build, text: str) -> Comment:
    """Adds to the conversation about a build. Raises `Forbidden` and `Invalid`."""
    require(actor, Verb.COMMENT, build.project)
    comment = add_comment(build.subject, actor.person, text)
    write_entry(actor, "review.comment", build.subject, comment=str(comment.pk))
    append_event(build.project.stream, REVIEW_CHANGED, {"build": str(build.pk)}, actor)
    return comment


def verdicts_on(actor: Actor, build: Build) -> list[Verdict]:
    """All verdicts on a build, the replaced ones too, oldest first."""
    return list(Verdict.objects.visible_to(actor).filter(build=build).select_related("user"))


def conversation(actor: Actor, build: Build) -> list[Comment]:
    """What was said about a build, oldest first. Raises `Forbidden` or `NotFound` for those who may not read it."""
    require(actor, Verb.READ, build.project)
    return comments_on(build.subject)


def is_approved(verdicts: list[Verdict]) -> bool:
    """Whether a current verdict approves and none asks for changes."""
    standing = {verdict.verdict for verdict in verdicts if not verdict.replaced}
    return standing == {Choice.APPROVE}


def approved_before(build: Build) -> Build | None:
    """The newest earlier build of the project that is approved."""
    earlier = Build.objects.filter(project=build.project, number__lt=build.number, state=State.SUCCEEDED)
    standing = Verdict.objects.standing().filter(build__in=earlier)
    approving = standing.filter(verdict=Choice.APPROVE).values("build")
    objecting = standing.filter(verdict=Choice.CHANGES).values("build")
    found = earlier.filter(pk__in=approving).exclude(pk__in=objecting)
    return found.select_related("artefact", "version", "project__organisation").order_by("-number").first()
