"""People who are no members are invited into a review: by a letter that leads to it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from forge.accounts.actions import join_as, revoke_invitation
from forge.accounts.models import Invitation, ProjectMembership
from forge.core.errors import Forbidden, Invalid
from forge.core.models import AuditEntry
from forge.reviews.actions import RequestedGroup, ask_for_review, close_review, give_verdict
from forge.reviews.models import InvitedReviewer, Review
from forge.reviews.rounds.access import find_review, groups_of, newest_round, standing_verdicts, state_of
from forge.reviews.rounds.decision import ReviewState, waited_for
from tests.support.cases import each_case
from tests.support.documents.compact_html import compact
from tests.support.forge.factories.builds import built

pytestmark = pytest.mark.django_db(transaction=True)

Browser = Callable[[Any], Client]
ANA = "ana@elsewhere.example"
PAGE = "/acme/kitchen/reviews/1"


def link_in(message: Any) -> str:
    [link] = re.findall(r"https?://\S+", str(message.body).split("Hammer Forge at")[0])
    return str(link)


def invited_review(owner: Any, project: Any, address: str = ANA, **more: Any) -> tuple[Review, str]:
    """A review into which Ana is invited, and the secret of her letter."""
    review = ask_for_review(owner, built(owner, project), "Hears whispers", invitees=[address], **more)
    return review, link_in(mail.outbox[-1]).partition("token=")[2]


class Forms(HTMLParser):
    """The forms of a page: where each goes, with what is filled in."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((attributes.get("action", ""), {}))
        elif tag == "input" and self.forms and "name" in attributes:
            self.forms[-1][1][attributes["name"]] = attributes.get("value", "")


@pytest.mark.slow
def test_from_the_letter_to_the_verdict_are_three_taps(owner: Any, project: Any, browser_of: Browser) -> None:
    built(owner, project)
    fields = {"title": "Hears whispers", "guest_emails": f"{ANA}"}
    answer = browser_of(owner).post("/acme/kitchen/builds/1/ask", fields)
    assert answer["Location"] == PAGE
    assert ANA in browser_of(owner).get(PAGE).content.decode()
    [message] = mail.outbox
    assert message.to == [ANA]
    assert "Hears whispers" in message.subject
    taps = 0
    # The page that the link opens gives what is behind the # to the server by itself.
    phone = browser_of(None)
    taps += 1
    invitation = phone.post("/join", {"token": link_in(message).partition("token=")[2]})
    assert "to review “Hears whispers”" in invitation.content.decode()
    [(action, form)] = [form for form in Forms(invitation.content.decode()).forms if "token" in form[1]]
    assert form["email"] == ANA
    taps += 1
    answer = phone.post(action, form | {"name": "Ana Lind", "password": "a long enough secret 7"})
    assert answer["Location"] == PAGE
    page = phone.get(answer["Location"]).content.decode()
    assert 'name="verdict" value="approve"' in page
    assert "Your review is requested" in page
    taps += 1
    [judging] = [form for _, form in Forms(page).forms if "round" in form]
    phone.post(f"{PAGE}/respond", judging | {"verdict": "approve", "text": ""})
    assert taps == 3
    review = find_review(owner, Review.objects.get().pk)
    assert state_of(review, standing_verdicts([review])[review.pk]) is ReviewState.APPROVED


@pytest.mark.slow
def test_a_review_waits_for_who_joined_and_not_for_who_has_not(
    owner: Any, project: Any, stranger: Any, reviewer: Any
) -> None:
    review, secret = invited_review(owner, project, stranger.email, reviewers=[RequestedGroup((reviewer.pk,))])
    waiting = waited_for(groups_of(find_review(owner, review.pk)), standing_verdicts([review])[review.pk])
    assert waiting == {reviewer.pk}
    join_as(stranger, secret)
    current = find_review(owner, review.pk)
    assert waited_for(groups_of(current), standing_verdicts([current])[current.pk]) == {reviewer.pk, stranger.pk}
    assert AuditEntry.objects.filter(action="review.accept", actor_id=stranger.pk).exists()


@pytest.mark.slow
def test_a_review_waits_until_who_was_invited_approves(owner: Any, project: Any, reviewer: Any, stranger: Any) -> None:
    review, secret = invited_review(owner, project, stranger.email)
    build = newest_round(review).build

    def state() -> ReviewState:
        current = find_review(owner, review.pk)
        return state_of(current, standing_verdicts([current])[current.pk])

    assert state() is ReviewState.WAITING
    give_verdict(reviewer, build, "approve")
    assert state() is ReviewState.WAITING, "one who is not asked approves, and the invited person has not joined"
    join_as(stranger, secret)
    assert state() is ReviewState.WAITING
    give_verdict(stranger, build, "approve")
    assert state() is ReviewState.APPROVED


def test_a_review_whose_invitation_was_revoked_is_not_approved_by_nobody(owner: Any, project: Any) -> None:
    review, _ = invited_review(owner, project)
    revoke_invitation(owner, project.organisation, Invitation.objects.get().pk)
    current = find_review(owner, review.pk)
    assert state_of(current, standing_verdicts([current])[current.pk]) is ReviewState.WAITING


@pytest.mark.slow
def test_a_review_that_was_closed_takes_nobody_in(owner: Any, project: Any, stranger: Any) -> None:
    review, secret = invited_review(owner, project, stranger.email)
    close_review(owner, review)
    join_as(stranger, secret)
    assert groups_of(find_review(owner, review.pk)) == []
    assert ProjectMembership.objects.filter(user=stranger, project=project.pk).exists()


@pytest.mark.slow
def test_who_built_it_does_not_become_its_reviewer(owner: Any, project: Any) -> None:
    review, secret = invited_review(owner, project)
    owner.email = ANA
    owner.save()
    join_as(owner, secret)
    assert groups_of(find_review(owner, review.pk)) == []


@pytest.mark.slow
def test_a_revoked_invitation_is_no_longer_shown(owner: Any, project: Any, browser_of: Browser) -> None:
    invited_review(owner, project)
    revoke_invitation(owner, project.organisation, Invitation.objects.get().pk)
    assert ANA not in browser_of(owner).get(PAGE).content.decode()


@pytest.mark.slow
@pytest.mark.protects("mail/spam")
def test_only_who_may_invite_invites(developer: Any, reviewer: Any, project: Any, browser_of: Browser) -> None:
    build = built(developer, project)
    with pytest.raises(Forbidden):
        ask_for_review(developer, build, "Hears whispers", reviewers=[RequestedGroup((reviewer.pk,))], invitees=[ANA])
    assert "Invite by email" not in browser_of(developer).get("/acme/kitchen/builds/1/ask").content.decode()
    assert not Review.objects.exists()
    assert mail.outbox == []


@each_case(
    ("addresses", "reason"),
    [
        (["ana"], "does not look like an email address"),
        ([f"{'a' * 243}@far.example"], "at most 254 characters"),
        (["ari@acme.example"], "can review this project already"),
        ([f"a{number}@elsewhere.example" for number in range(11)], "at most 10 people"),
    ],
)
def test_addresses_that_cannot_be_invited_are_refused_and_nothing_is_sent(
    addresses: list[str], reason: str, owner: Any, reviewer: Any, project: Any
) -> None:
    with pytest.raises(Invalid, match=reason):
        ask_for_review(owner, built(owner, project), "Hears whispers", invitees=addresses)
    assert not Review.objects.exists()
    assert mail.outbox == []


@pytest.mark.slow
@pytest.mark.protects("mail/spam")
def test_an_organisation_sends_only_so_many_letters_in_a_day(
    owner: Any, project: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("forge.reviews.rounds.invitees.MOST_LETTERS", 1)
    review, _ = invited_review(owner, project)
    close_review(owner, review)
    with pytest.raises(Invalid, match="in a day"):
        ask_for_review(owner, review.rounds.get().build, "Once more", invitees=["ben@elsewhere.example"])
    InvitedReviewer.objects.update(created=timezone.now() - timedelta(days=2))
    ask_for_review(owner, review.rounds.get().build, "Once more", invitees=["ben@elsewhere.example"])


@pytest.mark.protects("reviews/invited-addresses")
def test_an_invited_address_is_shown_to_those_who_may_invite(
    owner: Any, maintainer: Any, developer: Any, viewer: Any, project: Any, browser_of: Browser
) -> None:
    invited_review(owner, project)
    for person in (owner, maintainer):
        assert ANA in browser_of(person).get(PAGE).content.decode()
    for person in (developer, viewer):
        page = compact(browser_of(person).get(PAGE).content.decode())
        assert ANA not in page
        assert "1 person was invited and has not joined yet." in page
