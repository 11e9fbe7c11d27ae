"""Links of people who lost the right to invite, and letters that are for one address alone."""

from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress
from django.core import mail

from forge.accounts.access import is_confirmed
from forge.accounts.actions import (
    NewPerson,
    change_role,
    hand_over,
    invite,
    invite_by_email,
    join_as,
    join_new,
    remove_member,
)
from forge.accounts.errors import BadAccount, LinkEnded, OtherAddress
from forge.accounts.models import Invitation, Membership, Organisation, Role, User
from forge.core.models import AuditEntry
from forge.projects.actions import invite_to_project, invite_to_project_by_email
from forge.projects.models import Project
from tests.forge.accounts.test_grants import Browser
from tests.support.forge.factories.links import secret_of

pytestmark = pytest.mark.django_db


@pytest.mark.protects("roles/rights-that-end")
def test_a_removed_or_demoted_owner_does_not_come_back_by_a_link_of_their_own(
    organisation: Organisation, owner: User, second: User
) -> None:
    for end in (
        lambda: remove_member(second, organisation, owner.pk),
        lambda: change_role(second, organisation, owner.pk, "viewer"),
        lambda: hand_over(owner, organisation, second.pk),
    ):
        Membership.objects.update_or_create(organisation=organisation, user=owner, defaults={"role": Role.OWNER})
        _, link = invite(owner, organisation, "owner", places=5)
        end()
        with pytest.raises(LinkEnded):
            join_as(owner, secret_of(link))
        assert not Membership.objects.filter(user=owner, role=Role.OWNER).exists()


@pytest.mark.protects("roles/rights-that-end")
def test_a_link_of_somebody_who_may_no_longer_invite_grants_nothing_and_says_so(
    organisation: Organisation, owner: User, stranger: User, browser_of: Browser
) -> None:
    _, link = invite(owner, organisation, "owner")
    Membership.objects.filter(user=owner).update(role=Role.MAINTAINER)
    text = browser_of(stranger).post("/join", {"token": secret_of(link)}).content.decode()
    assert "Mika Kallio, who created this invitation, may no longer invite people to acme as owner" in text
    with pytest.raises(LinkEnded, match="The invitation is no longer valid"):
        join_as(stranger, secret_of(link))
    User.objects.filter(pk=owner.pk).update(is_active=False)
    with pytest.raises(LinkEnded):
        join_as(stranger, secret_of(link))


@pytest.mark.protects("roles/rights-that-end")
def test_a_link_with_places_does_not_let_the_removed_back_in_whoever_made_it(
    organisation: Organisation, owner: User, viewer: User, stranger: User, project: Project
) -> None:
    _, link = invite(owner, organisation, "developer", places=5)
    _, single = invite_to_project(owner, project, "developer", places=5)
    invite_by_email(owner, organisation, "viewer", [viewer.email, "new@acme.example"])
    remove_member(owner, organisation, viewer.pk)
    for secret in (secret_of(link), secret_of(single)):
        with pytest.raises(LinkEnded):
            join_as(viewer, secret)
    assert list(Invitation.objects.open().values_list("email", flat=True)) == ["new@acme.example"]
    assert AuditEntry.objects.get(action="invitation.end").data["links"] == "3 invitations"
    _, again = invite(owner, organisation, "viewer")
    join_as(viewer, secret_of(again))
    assert Membership.objects.get(user=viewer).role == Role.VIEWER


@pytest.mark.protects("roles/rights-that-end")
def test_a_link_does_not_give_back_the_role_that_was_lowered(
    organisation: Organisation, owner: User, maintainer: User
) -> None:
    _, higher = invite(owner, organisation, "developer", places=5)
    _, lower = invite(owner, organisation, "viewer", places=5)
    change_role(owner, organisation, maintainer.pk, "reviewer")
    with pytest.raises(LinkEnded):
        join_as(maintainer, secret_of(higher))
    join_as(maintainer, secret_of(lower))
    assert Membership.objects.get(user=maintainer).role == Role.REVIEWER


@pytest.mark.protects("mail/invited-address")
@pytest.mark.django_db(transaction=True)
def test_a_letter_is_for_its_address_alone(organisation: Organisation, owner: User, stranger: User) -> None:
    invite_by_email(owner, organisation, "owner", ["new@acme.example"])
    secret = secret_of(_link_in_letter())
    with pytest.raises(OtherAddress, match=r"new@acme\.example"):
        join_as(stranger, secret)
    with pytest.raises(BadAccount) as error:
        join_new(secret, NewPerson("Eve", "eve@example.org", "a long enough one"))
    assert "new@acme.example" in error.value.errors["email"][0]
    user, _ = join_new(secret, NewPerson("New", "New@acme.example", "a long enough one"))
    assert Membership.objects.get(user=user).role == Role.OWNER


@pytest.mark.slow
@pytest.mark.protects("mail/invited-address")
@pytest.mark.django_db(transaction=True)
def test_opening_the_letters_link_confirms_its_address(
    organisation: Organisation, owner: User, stranger: User, project: Project
) -> None:
    invite_by_email(owner, organisation, "viewer", ["new@acme.example"])
    user, _ = join_new(secret_of(_link_in_letter()), NewPerson("New", "new@acme.example", "a long enough one"))
    assert is_confirmed(user)
    mail.outbox.clear()
    invite_to_project_by_email(owner, project, "viewer", [stranger.email])
    assert not is_confirmed(stranger)
    join_as(stranger, secret_of(_link_in_letter()))
    assert is_confirmed(stranger)


@pytest.mark.protects("mail/invited-address")
def test_a_link_for_anyone_confirms_no_address(organisation: Organisation, owner: User) -> None:
    _, link = invite(owner, organisation, "viewer")
    user, _ = join_new(secret_of(link), NewPerson("New", "new@acme.example", "a long enough one"))
    assert not EmailAddress.objects.filter(user=user, verified=True).exists()


def _link_in_letter() -> str:
    (letter,) = mail.outbox
    return next(line for line in str(letter.body).splitlines() if "#token=" in line)
