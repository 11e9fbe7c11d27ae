"""Reading a build's review: verdicts, comments, and who may judge."""

from __future__ import annotations

from forge.accounts.permissions import Verb, can, verbs_on
from forge.builds.models import Build, Kind, State
from forge.core.actors import Actor
from forge.core.models import Comment
from forge.core.threads import comments_on
from forge.projects.access import require
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


def approvals_of(build: Build) -> int:
    """How many members approve a build, for whoever may see what was published of it."""
    return Verdict.objects.standing().filter(build=build, verdict=Choice.APPROVE).count()


def approved_before(build: Build) -> Build | None:
    """The newest earlier build of the project that is approved."""
    earlier = Build.objects.filter(project=build.project, number__lt=build.number, state=State.SUCCEEDED)
    standing = Verdict.objects.standing().filter(build__in=earlier)
    approving = standing.filter(verdict=Choice.APPROVE).values("build")
    objecting = standing.filter(verdict=Choice.CHANGES).values("build")
    found = earlier.filter(pk__in=approving).exclude(pk__in=objecting)
    return found.select_related("artefact", "version", "project__organisation").order_by("-number").first()
