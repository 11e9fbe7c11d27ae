"""A disabled person: nothing of theirs gets in, their work stays, and nothing comes back by itself."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO

import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.test import Client

from forge.accounts.actions import create_token, disable_person, enable_person, invite, make_sign_in_link
from forge.accounts.errors import LinkEnded
from forge.accounts.models import Invitation, Organisation, User
from forge.accounts.sign_in.actions.one_time_link import redeem_sign_in_link
from forge.core.models import AuditEntry
from forge.projects.models import Project

pytestmark = pytest.mark.django_db

Browser = Callable[[User | None], Client]
PASSWORD = "correct horse battery"


@pytest.mark.slow
@pytest.mark.protects("sign-in/disabled-people")
def test_sessions_tokens_links_and_invitations_end_at_once_and_the_work_stays(
    project: Project, owner: User, organisation: Organisation, browser_of: Browser
) -> None:
    browser = browser_of(owner)
    _, secret = create_token(owner, "x", ["read"], None)
    invite(owner, organisation, "viewer")
    link = make_sign_in_link(owner.email).partition("token=")[2]
    program = Client(headers={"authorization": f"Bearer {secret}"})
    assert program.get("/api/v1/me").status_code == browser.get("/api/v1/me").status_code == 200
    disable_person(owner.email.upper())
    assert program.get("/api/v1/me").status_code == browser.get("/api/v1/me").status_code == 401
    assert Invitation.objects.filter(revoked__isnull=True).count() == 0
    with pytest.raises(LinkEnded):
        redeem_sign_in_link(link)
    with pytest.raises(LinkEnded):
        redeem_sign_in_link(make_sign_in_link(owner.email).partition("token=")[2])
    assert Project.objects.filter(pk=project.pk).exists()
    assert AuditEntry.objects.filter(action="person.disable", subject=f"user:{owner.pk}").exists()


@pytest.mark.slow
@pytest.mark.protects("sign-in/disabled-people")
def test_the_right_password_of_a_disabled_person_does_not_sign_in(user: User, browser_of: Browser) -> None:
    disable_person(user.email)
    browser = browser_of(None)
    answer = browser.post("/accounts/login/", {"login": user.email, "password": PASSWORD}, follow=True)
    assert "disabled" in answer.content.decode()
    assert browser.get("/api/v1/me").status_code == 401


@pytest.mark.protects("sign-in/disabled-people")
def test_who_is_enabled_again_signs_in_anew(user: User, viewer: User, browser_of: Browser) -> None:
    browser, other = browser_of(user), browser_of(viewer)
    _, secret = create_token(user, "x", ["read"], None)
    disable_person(user.email)
    enable_person(user.email)
    assert browser.get("/api/v1/me").status_code == 401
    assert Client(headers={"authorization": f"Bearer {secret}"}).get("/api/v1/me").status_code == 401
    assert other.get("/api/v1/me").status_code == 200
    assert Session.objects.count() == 1
    assert browser_of(None).post("/accounts/login/", {"login": user.email, "password": PASSWORD}).status_code == 302


def test_the_commands_say_what_they_did_and_who_is_left_alone(owner: User, organisation: Organisation) -> None:
    output = StringIO()
    call_command("disable_person", owner.email, stdout=output)
    assert "is disabled" in output.getvalue()
    assert "acme has no other owner" in output.getvalue()
    call_command("enable_person", owner.email, stdout=output)
    assert "may sign in again" in output.getvalue()
    for command in ("disable_person", "enable_person"):
        with pytest.raises(CommandError, match="No account has the address"):
            call_command(command, "nobody@acme.example")
