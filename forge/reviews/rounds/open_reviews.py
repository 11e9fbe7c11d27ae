"""The state of many open reviews, for lists: three queries for any number of them, and nothing that no list shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import OuterRef, Subquery

from forge.builds.models import Build
from forge.core.actors import Actor
from forge.reviews.models import Review, ReviewerGroup, ReviewQuerySet, Round, Verdict
from forge.reviews.rounds.access import verdicts_by_round, with_joining
from forge.reviews.rounds.decision import RequiredGroup, ReviewState, Verdicts, review_state, verdicts_of, waited_for


@dataclass(frozen=True)
class OpenReview:
    """A review that is open, who was asked, and what they said of what it judges now."""

    review: Review
    since: datetime
    """The time when its newest round began."""
    groups: tuple[RequiredGroup, ...]
    names: Mapping[UUID, str]
    """The names of those who were asked, by their id."""
    verdicts: Verdicts

    @property
    def state(self) -> ReviewState:
        """The state of the review."""
        return review_state(self.groups, self.verdicts, is_closed=False)

    @property
    def waited_for(self) -> frozenset[UUID]:
        """The people whose verdict it waits for."""
        return waited_for(self.groups, self.verdicts)


@dataclass(frozen=True)
class _Row:
    """A group of reviewers, and one of its people; a group of nobody has one row."""

    group: int
    required_approvals: int
    person: UUID | None
    name: str


def open_reviews(queryset: ReviewQuerySet) -> list[OpenReview]:
    """The open ones of some reviews, in their order. The caller has found them for someone, or limited them."""
    newest = Round.objects.filter(review=OuterRef("pk")).order_by("-number")
    digest = newest.values("build__artefact__digest")[:1]
    since = newest.values("created")[:1]
    # Readers find them declared at the model, which the plug-in takes for other definitions.
    annotated_reviews = with_joining(queryset).annotate(rune_digest=Subquery(digest), since=Subquery(since))  # type: ignore[no-redef]
    reviews = list(annotated_reviews.select_related("project__organisation", "requested_by"))
    if not reviews:
        return []
    rows = _rows_of([review.pk for review in reviews])
    verdicts = verdicts_by_round({review.pk: (review.project_id, review.rune_digest or "") for review in reviews})
    return [_open_review(each, rows.get(each.pk, []), verdicts[each.pk]) for each in reviews]


def _rows_of(reviews: list[UUID]) -> dict[UUID, list[_Row]]:
    columns = ("review", "pk", "required_approvals", "people", "people__name", "people__email")
    rows: dict[UUID, list[_Row]] = {}
    groups = ReviewerGroup.objects.filter(review__in=reviews).order_by("position")
    for review, group, needed_reviews, person, name, address in groups.values_list(*columns):
        rows.setdefault(review, []).append(_Row(group, needed_reviews, person, name or address or ""))
    return rows


def _open_review(review: Review, rows: list[_Row], verdicts: Verdicts) -> OpenReview:
    needed_by_group = {row.group: row.required_approvals for row in rows}
    people: dict[int, set[UUID]] = {group: set() for group in needed_by_group}
    for row in rows:
        if row.person is not None:
            people[row.group].add(row.person)
    # A reviewer who was invited by e-mail has no account yet, and their approval is needed.
    joining = (RequiredGroup(frozenset(), 1),) * review.joining
    return OpenReview(
        review=review,
        since=review.since,
        groups=tuple(RequiredGroup(frozenset(people[group]), needed_by_group[group]) for group in needed_by_group)
        + joining,
        names={row.person: row.name for row in rows if row.person is not None},
        verdicts=verdicts,
    )


def states_of_runes(reviews: Iterable[OpenReview], verdicts: Mapping[str, Verdicts]) -> dict[str, ReviewState]:
    """Returns the states of runes by digest: the one source of what pages say of a build.

    A rune that somebody wants changed says so. One that an open review judges is approved when that review is; with
    several, when all are. Any other is approved by one approval. A rune that nobody asked about or judged is left out.
    """
    states = {digest: _without_review(each) for digest, each in verdicts.items() if each.approving or each.objecting}
    for each in reviews:
        digest = each.review.rune_digest or ""
        so_far = states.get(digest, ReviewState.APPROVED)
        states[digest] = each.state if so_far is ReviewState.APPROVED else so_far
    return states


def state_of_rune(actor: Actor, build: Build, verdicts: Iterable[Verdict]) -> ReviewState | None:
    """The same of one build, on whose bytes these are the verdicts; None where nobody asked about or judged it."""
    if build.artefact is None:
        return None
    standing = {each.user_id: each.verdict for each in verdicts if not each.replaced and each.user_id is not None}
    rounds = Round.objects.filter(build__artefact__digest=build.artefact.digest).values("review")
    open_ = Review.objects.visible_to(actor).filter(project=build.project_id, closed=None, pk__in=rounds)
    judging = [each for each in open_reviews(open_) if each.review.rune_digest == build.artefact.digest]
    return states_of_runes(judging, {build.artefact.digest: verdicts_of(standing)}).get(build.artefact.digest)


def _without_review(verdicts: Verdicts) -> ReviewState:
    return ReviewState.CHANGES if verdicts.objecting else ReviewState.APPROVED
