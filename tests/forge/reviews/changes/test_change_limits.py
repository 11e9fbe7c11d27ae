"""Change requests: how many are open, who opens a closed one again, and what comes in between while one is merged."""

from __future__ import annotations

import pytest

from forge.accounts.models import User
from forge.core.errors import Forbidden
from forge.projects.actions import write_file
from forge.projects.models import Project
from forge.reviews import actions
from forge.reviews.change_requests.actions import merges, offers
from forge.reviews.changes.access import find_change_request, find_offer
from forge.reviews.errors import CannotMerge, TooManyOffers
from forge.reviews.models import ChangeRequest
from tests.support.forge.factories.builds import approved
from tests.support.forge.factories.changes import built_merged, forked, offered

pytestmark = pytest.mark.django_db


@pytest.fixture
def fork(project: Project, owner: User, developer: User, stranger: User) -> Project:
    return forked(owner, developer, stranger, project)


@pytest.fixture
def partner(fork: Project, stranger: User) -> User:
    """Returns the maker of the fork, in another organisation."""
    return User.objects.get(pk=stranger.pk)


def again(person: User, request: ChangeRequest) -> ChangeRequest:
    return find_change_request(person, request.pk)


@pytest.mark.slow
@pytest.mark.protects("availability/change-requests")
def test_open_change_requests_of_a_fork_have_an_end(fork: Project, partner: User) -> None:
    write_file(partner, fork, "notes.md", b"mine")
    for number in range(5):
        actions.offer_changes(partner, fork, f"Offer {number}")
    with pytest.raises(TooManyOffers, match="Offer newer files"):
        actions.offer_changes(partner, fork, "One more")


@pytest.mark.slow
@pytest.mark.protects("availability/change-requests")
def test_closing_and_opening_again_is_no_way_around_the_end(fork: Project, partner: User) -> None:
    write_file(partner, fork, "notes.md", b"mine")
    first = actions.offer_changes(partner, fork, "First")
    actions.close_change_request(partner, find_offer(partner, first.pk))
    others = [actions.offer_changes(partner, fork, f"Offer {number}") for number in range(5)]
    with pytest.raises(TooManyOffers, match="Offer newer files"):
        actions.reopen_change_request(partner, find_offer(partner, first.pk))
    actions.close_change_request(partner, find_offer(partner, others[0].pk))
    actions.reopen_change_request(partner, find_offer(partner, first.pk))
    assert again(partner, first).is_open


def test_what_the_project_declined_its_author_does_not_open_again(
    fork: Project, partner: User, developer: User
) -> None:
    offer = offered(partner, fork)
    actions.close_change_request(developer, again(developer, offer), "One is enough.")
    with pytest.raises(Forbidden):
        actions.reopen_change_request(partner, find_offer(partner, offer.pk))
    actions.reopen_change_request(developer, again(developer, offer))
    assert again(developer, offer).is_open


@pytest.mark.slow
@pytest.mark.protects("reviews/change-requests")
def test_a_verdict_during_a_merge_is_seen(
    fork: Project, partner: User, developer: User, reviewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer = offered(partner, fork)
    build = approved(built_merged(developer, offer))
    store_result = offers.keep_result

    def objected_meanwhile(*arguments: object) -> object:
        actions.give_verdict(reviewer, build, "changes", "Say why it turns further.")
        return store_result(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(merges, "keep_result", objected_meanwhile)
    with pytest.raises(CannotMerge, match="wants it changed"):
        actions.merge_change_request(developer, again(developer, offer))
    assert again(developer, offer).is_open
