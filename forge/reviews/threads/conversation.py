"""Reading conversations: the threads of a review and of a build, with where they are anchored."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models import Prefetch, Q

from forge.accounts.access import nothing_here
from forge.accounts.permissions import Verb
from forge.builds.models import Build
from forge.core.actors import Actor
from forge.core.models import Comment
from forge.core.threads import comments_for_reading
from forge.projects.access import require
from forge.reviews.changes.models import ChangeRequest
from forge.reviews.changes.participants import require_reading
from forge.reviews.models import AnchoredThread, AnchoredThreadQuerySet, Review, Verdict
from forge.reviews.rounds.access import digest_of, reviews_about
from forge.reviews.threads.anchors import WHOLE_CHANGE, Anchor, AnchorKind


def anchor_of(thread: AnchoredThread) -> Anchor:
    """Returns the anchor of a thread."""
    if thread.change_request_id is not None:
        return WHOLE_CHANGE
    return Anchor(AnchorKind(thread.kind), thread.place)


def anchor_of_verdict(verdict: Verdict) -> Anchor:
    """Returns the anchor of a verdict's comment; that of the whole build for a verdict without one."""
    thread = _thread_of(verdict)
    return Anchor() if thread is None else anchor_of(thread)


def comment_of_verdict(verdict: Verdict) -> str:
    """Returns the comment that was sent with a verdict, as it reads now; "" without one."""
    thread = _thread_of(verdict)
    return "" if thread is None else thread.thread.comments.all()[0].text


def _thread_of(verdict: Verdict) -> AnchoredThread | None:
    thread: AnchoredThread | None = getattr(verdict, "thread", None)
    return thread


def threads_in_review(actor: Actor, review: Review) -> list[AnchoredThread]:
    """The conversation of a review, of all its rounds, oldest first, with what was said with verdicts on their bytes.

    Raises `Forbidden` or `NotFound`.
    """
    require(actor, Verb.READ, review.project)
    digests = {digest_of(each) for each in review.rounds.all()} - {""}
    return list(_complete(actor).filter(Q(review=review) | _with_verdict_on(review.project_id, digests)))


def threads_on_build(actor: Actor, build: Build) -> list[AnchoredThread]:
    """Returns the threads about a build on its page and in the reviews of its bytes, oldest first.

    Raises `Forbidden` or `NotFound`.
    """
    require(actor, Verb.READ, build.project)
    about = Q(review=None, build=build) | Q(review__in=reviews_about(actor, build))
    if build.artefact is not None:
        about |= _with_verdict_on(build.project_id, {build.artefact.digest})
    return list(_complete(actor).filter(about))


def _with_verdict_on(project_id: UUID, digests: Collection[str]) -> Q:
    """Threads that began with verdicts on runes, on whichever page these were given."""
    return Q(verdict__project=project_id, verdict__rune_digest__in=digests)


def threads_on_request(actor: Actor, request: ChangeRequest) -> list[AnchoredThread]:
    """Returns the threads about a change request, oldest first, for both sides. Raises `Forbidden` or `NotFound`."""
    require_reading(actor, request)
    return list(_complete(actor).filter(change_request=request))


def find_thread(actor: Actor, thread_id: UUID) -> AnchoredThread:
    """A thread that the person may read. Raises `NotFound`, or `SignInNeeded` for a visitor."""
    thread = _complete(actor).filter(pk=thread_id).first()
    if thread is None:
        raise nothing_here(actor)
    return thread


def find_comment(actor: Actor, comment_id: UUID) -> tuple[AnchoredThread, Comment]:
    """A comment that the person may read, with its thread. Raises `NotFound`, or `SignInNeeded` for a visitor."""
    thread = _complete(actor).filter(thread__comments=comment_id).first()
    if thread is None:
        raise nothing_here(actor)
    return thread, next(comment for comment in thread.thread.comments.all() if comment.pk == comment_id)


def _complete(actor: Actor) -> AnchoredThreadQuerySet:
    """Adds all that a reader is shown."""
    return (
        AnchoredThread.objects.visible_to(actor)
        .select_related("thread__resolved_by", "build", "review__project__organisation", "project__organisation")
        .select_related("change_request__project__organisation", "change_request__source__organisation")
        .select_related("verdict__build", "suggestion__author", "suggestion__decided_by", "suggestion__version")
        .prefetch_related(Prefetch("thread__comments", comments_for_reading()))
    )
