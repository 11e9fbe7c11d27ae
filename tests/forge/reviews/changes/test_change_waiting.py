"""Change requests on the home page: whom they wait for, and who waits for them."""

from __future__ import annotations

import pytest

from forge.accounts.models import User
from forge.accounts.principals import acting_as
from forge.projects.actions import delete_project, end_project_role, give_project_role
from forge.projects.models import Project
from forge.reviews import actions
from forge.reviews.changes.access import find_change_request
from forge.reviews.changes.pending import offers_that_wait
from tests.support.forge.factories.changes import forked, offered


@pytest.mark.slow
def test_an_offer_waits_for_who_may_merge_it_and_is_waited_for_by_who_made_it(
    project: Project, owner: User, developer: User, reviewer: User, stranger: User
) -> None:
    fork = forked(owner, developer, stranger, project)
    offer = offered(stranger, fork)

    def pending(person: User) -> tuple[list[str], list[str]]:
        offers = offers_that_wait(acting_as(person))
        return [each.url for each in offers.for_me], [each.url for each in offers.for_others]

    page = "/acme/kitchen/change-requests/1"
    assert pending(owner) == pending(developer) == ([page], [])
    assert pending(reviewer) == ([], [])
    assert pending(stranger) == ([], [page])
    # Who offered and may merge waits for nobody by that.
    give_project_role(owner, project, stranger.pk, "developer")
    assert pending(stranger) == ([], [page])
    # Its author cannot see the origin any more, and gets no notices of it; those of a public project stay.
    end_project_role(owner, project, stranger.pk)
    assert pending(stranger) == ([], [])
    Project.objects.filter(pk=project.pk).update(visibility="public")
    assert pending(stranger) == ([], [page])
    # A person who is to change something is waited for, and nobody else.
    actions.ask_for_changes(reviewer, find_change_request(reviewer, offer.pk), "Why 3?")
    assert (pending(owner), pending(stranger)) == (([], []), ([page], []))
    actions.close_change_request(owner, find_change_request(owner, offer.pk), "Not now")
    assert (pending(owner), pending(stranger)) == (([], []), ([], []))
    actions.reopen_change_request(owner, find_change_request(owner, offer.pk))
    delete_project(owner, project)
    assert (pending(owner), pending(stranger)) == (([], []), ([], []))
