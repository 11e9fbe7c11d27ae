"""Reading reviews: who was asked, the verdicts, and who may judge."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Prefetch, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from forge.accounts.access import nothing_for, nothing_here
from forge.accounts.permissions import Verb, can, verbs_on
from forge.builds.models import Build, BuildTrigger
from forge.core.actors import Actor
from forge.core.audit.entries import NOWHERE
from forge.jobs.models import JobState
from forge.projects.models import Project
from forge.registry.models import Tag, TagQuerySet
from forge.reviews.models import AwaitedReview, InvitedReviewer, Review, ReviewQuerySet, Round, Verdict, VerdictChoice
from forge.reviews.rounds.authorship import is_own_rune
from forge.reviews.rounds.decision import RequiredGroup, ReviewState, Verdicts, review_state, verdicts_of


def may_judge(actor: Actor, build: Build) -> bool:
    """Returns whether the person may give a verdict on the build."""
    return can(actor, Verb.REVIEW, build.project) and is_reviewable(build) and not is_own_rune(actor, build)


def verbs_on_build(actor: Actor, build: Build) -> frozenset[Verb]:
    """Returns the caller's verbs on the build's project, without a verdict where this build does not accept theirs."""
    return verbs_on(actor, build.project) - (frozenset() if may_judge(actor, build) else {Verb.REVIEW})


def is_reviewable(build: Build) -> bool:
    """Returns whether there is something to judge."""
    return build.kind == BuildTrigger.NUMBERED and build.state == JobState.SUCCEEDED and build.artefact is not None


def verdicts_on(actor: Actor, *builds: Build) -> list[Verdict]:
    """All verdicts on the bytes of some builds of a project, whichever build was looked at, the replaced ones too,
    oldest first."""
    digests = {build.artefact.digest for build in builds if build.artefact is not None}
    if not digests:
        return []
    verdicts = Verdict.objects.visible_to(actor).filter(project=builds[0].project_id, rune_digest__in=digests)
    return list(verdicts.select_related("user", "build").prefetch_related("thread__thread__comments"))


def verdicts_on_runes(actor: Actor, project: Project) -> dict[str, Verdicts]:
    """The standing verdicts on all runes of a project, by digest."""
    rows = Verdict.objects.visible_to(actor).standing().filter(project=project)
    verdicts: dict[str, dict[UUID, str]] = {}
    for digest, user_id, verdict in rows.values_list("rune_digest", "user", "verdict"):
        if user_id is not None:
            verdicts.setdefault(digest, {})[user_id] = verdict
    return {digest: verdicts_of(by_person) for digest, by_person in verdicts.items()}


def approved_among(runes: Collection[tuple[UUID, str]]) -> frozenset[tuple[UUID, str]]:
    """Returns those of some runes, each the id of a project and a digest, that are approved and nobody wants changed.

    One query for all. The caller has found the projects for someone.
    """
    verdicts = Verdict.objects.standing().filter(
        project__in={project for project, _ in runes}, rune_digest__in={digest for _, digest in runes}
    )
    verdicts_by_rune: dict[tuple[UUID, str], set[str]] = {}
    for project, digest, verdict in verdicts.values_list("project", "rune_digest", "verdict"):
        verdicts_by_rune.setdefault((project, digest), set()).add(verdict)
    return frozenset(rune for rune in runes if verdicts_by_rune.get(rune) == {VerdictChoice.APPROVE})


def approvals_of(build: Build) -> int:
    """Returns how many members approve a build's bytes, for anybody who may see what was published of it."""
    if build.artefact is None:
        return 0
    standing = Verdict.objects.standing().filter(project=build.project, rune_digest=build.artefact.digest)
    return standing.filter(verdict=VerdictChoice.APPROVE).count()


def approved_before(build: Build) -> Build | None:
    """The newest earlier build of the project whose bytes are approved."""
    earlier = Build.objects.succeeded().without_proposals().filter(project=build.project, number__lt=build.number)
    standing = Verdict.objects.standing().filter(project=build.project)
    approving = standing.filter(verdict=VerdictChoice.APPROVE).values("rune_digest")
    objecting = standing.filter(verdict=VerdictChoice.CHANGES).values("rune_digest")
    approved_builds = earlier.filter(artefact__digest__in=approving).exclude(artefact__digest__in=objecting)
    return approved_builds.select_related("artefact", "version", "project__organisation").order_by("-number").first()


def judged_before(actor: Actor, build: Build) -> Build | None:
    """The newest build that the person gave a verdict on in an earlier round of a review of this build."""
    if actor.pk is None:
        return None
    reviews = Round.objects.filter(build=build).values("review")
    rounds = Round.objects.filter(review__in=reviews, build__number__lt=build.number)
    verdicts = Verdict.objects.visible_to(actor).filter(project=build.project, user_id=actor.pk)
    judged_builds = Build.objects.filter(
        pk__in=rounds.values("build"),
        artefact__digest__in=verdicts.values("rune_digest"),
        job__state=JobState.SUCCEEDED,
    )
    return judged_builds.select_related("artefact", "version", "project__organisation").order_by("-number").first()


def reviews_of(actor: Actor, project: Project) -> ReviewQuerySet:
    """The project's reviews that the person may see, newest first."""
    return complete(Review.objects.visible_to(actor).filter(project=project).order_by("-number"))


def reviews_about(actor: Actor, build: Build) -> list[Review]:
    """The reviews in which a build's bytes are or were judged, newest first."""
    if build.artefact is None:
        return []
    same = Round.objects.filter(build__artefact__digest=build.artefact.digest)
    reviews = Review.objects.visible_to(actor).filter(project=build.project, pk__in=same.values("review"))
    return list(reviews.select_related("project__organisation").order_by("-number"))


def with_published(reviews: ReviewQuerySet) -> ReviewQuerySet:
    """Adds the version under which the rune that each review judges now is published."""
    name = _published_tags().order_by("created").values("name")[:1]
    # Readers find it declared at the model, which the plug-in takes for another definition.
    return reviews.alias(judged_digest=_judged_digest()).annotate(published_version=Subquery(name))  # type: ignore[no-redef]


def ongoing(reviews: ReviewQuerySet) -> ReviewQuerySet:
    """Selects reviews that are not closed, and whose build is not published: a published build waits for nobody."""
    return reviews.filter(closed=None).alias(judged_digest=_judged_digest()).filter(~Exists(_published_tags()))


def published_version_of(review: Review) -> str | None:
    """The version under which what a review judges now is published."""
    return with_published(Review.objects.filter(pk=review.pk)).get().published_version


def _judged_digest() -> Subquery:
    newest = Round.objects.filter(review=OuterRef("pk")).order_by("-number")
    return Subquery(newest.values("build__artefact__digest")[:1])


def _published_tags() -> TagQuerySet:
    """The versions of what a review judges. A tag that moves, such as `edge`, may be set for those who try it."""
    tags = Tag.objects.filter(repository__project=OuterRef("project"), moves=False)
    return tags.filter(build__artefact__digest=OuterRef("judged_digest"))


def awaited_reviews(actor: Actor, build: Build) -> list[AwaitedReview]:
    """Returns the reviews to be requested once the build succeeds, oldest first."""
    return list(AwaitedReview.objects.visible_to(actor).filter(build=build).select_related("requested_by"))


def awaited_of(actor: Actor, build: Build) -> AwaitedReview:
    """Returns the person's review to be requested once the build succeeds. Raises `NotFound`."""
    mine = next((each for each in awaited_reviews(actor, build) if each.requested_by_id == actor.pk), None)
    if mine is None:
        raise nothing_here(actor)
    return mine


def find_review(actor: Actor, review_id: UUID) -> Review:
    """A review that the person may see. Raises `NotFound`, or `SignInNeeded` for a visitor."""
    review = complete(Review.objects.visible_to(actor)).filter(pk=review_id).first()
    if review is None:
        there = Review.objects.select_related("project").filter(pk=review_id).first()
        raise nothing_for(actor, Verb.READ, f"the review {review_id}", there.project.place if there else NOWHERE)
    return review


def find_numbered_review(actor: Actor, project: Project, number: int) -> Review:
    """A project's review by its number. Raises `NotFound`, or `SignInNeeded` for a visitor."""
    review = with_published(reviews_of(actor, project)).filter(number=number).first()
    if review is None:
        raise nothing_here(actor)
    return review


def complete(reviews: ReviewQuerySet) -> ReviewQuerySet:
    """Adds all that decides the state of reviews, but for the verdicts."""
    rounds = Round.objects.select_related(
        "build__artefact", "build__version", "build__job__requested_by", "requested_by"
    )
    rows = with_joining(reviews).select_related("project__organisation", "requested_by", "closed_by")
    return rows.prefetch_related(Prefetch("rounds", rounds), "groups__people")


def with_joining(reviews: ReviewQuerySet) -> ReviewQuerySet:
    """Adds how many people may still join each by an invitation sent by email."""
    invited_reviewers = InvitedReviewer.objects.open().filter(review=OuterRef("pk")).order_by().values("review")
    joining = Coalesce(Subquery(invited_reviewers.annotate(count=Count("pk")).values("count")), 0)
    # Readers find it declared at the model, which the plug-in takes for another definition.
    return reviews.annotate(joining=joining)  # type: ignore[no-redef]


def newest_round(review: Review) -> Round:
    """The round that is judged."""
    return list(review.rounds.all())[-1]


def groups_of(review: Review) -> list[RequiredGroup]:
    """Returns the requested reviewers, for the decision.

    A person who was invited by email is yet unknown, and their approval is needed.
    """
    groups = [
        RequiredGroup(frozenset(one.pk for one in group.people.all()), group.required_approvals)
        for group in review.groups.all()
    ]
    return groups + [RequiredGroup(frozenset(), 1)] * review.joining


def standing_verdicts(reviews: Sequence[Review]) -> dict[UUID, Verdicts]:
    """The standing verdicts on what each review judges now, by review; one query for all."""
    return verdicts_by_round({review.pk: (review.project_id, digest_of(newest_round(review))) for review in reviews})


def verdicts_by_round(runes: Mapping[UUID, tuple[UUID, str]]) -> dict[UUID, Verdicts]:
    """The standing verdicts on runes, each the id of a project and a digest, by what asks; one query for all."""
    rows = Verdict.objects.standing().filter(
        project__in={project for project, _ in runes.values()},
        rune_digest__in={digest for _, digest in runes.values()},
    )
    verdicts: dict[tuple[UUID, str], dict[UUID, str]] = {}
    for project_id, digest, user_id, verdict in rows.values_list("project", "rune_digest", "user", "verdict"):
        if user_id is not None:
            verdicts.setdefault((project_id, digest), {})[user_id] = verdict
    return {round_key: verdicts_of(verdicts.get(rune, {})) for round_key, rune in runes.items()}


def digest_of(one_round: Round) -> str:
    """The digest of the bytes that a round judges."""
    artefact = one_round.build.artefact
    return "" if artefact is None else artefact.digest


def is_overdue(review: Review, verdicts: Verdicts) -> bool:
    """Returns whether its due date has passed and it still waits."""
    has_passed = review.due is not None and review.due < timezone.localdate()
    return has_passed and state_of(review, verdicts) is ReviewState.WAITING


def state_of(review: Review, verdicts: Verdicts) -> ReviewState:
    """Returns the state of a review."""
    return review_state(groups_of(review), verdicts, is_closed=review.closed is not None)
