"""A token for a private repository is typed once while somebody is signed in, and opens that repository alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from forge.accounts.models import User
from forge.core.models import AuditEntry
from forge.core.sealing import unseal
from forge.jobs.models import Job
from forge.projects.git.remote import checked_remote
from forge.projects.models import Project
from forge.repositories.actions import link_branch
from forge.repositories.kinds import TOKEN_PURPOSE
from forge.repositories.models import LinkedBranch, Pull
from forge.repositories.pulls import remembered_tokens
from tests.support.forge.factories.members import RUNEFILE
from tests.support.servers.git_server import TOKEN, bare, git_server

pytestmark = pytest.mark.django_db

PAGE = "/acme/kitchen/push"
API = "/api/v1/projects/acme/kitchen/repository"


@pytest.fixture
def link(tmp_path: Path, settings: Any, project: Project, user: User) -> Iterator[LinkedBranch]:
    """A branch of a repository that wants a token."""
    with git_server(tmp_path, "http://localhost:1") as address:
        settings.GIT_ORIGINS = (address,)
        bare(tmp_path, "private/wand.git", {"Runefile.yml": RUNEFILE.encode()})
        yield link_branch(user, project, checked_remote(f"{address}/private/wand.git", "main"))


def seen_on_page(client: Client) -> dict[str, str]:
    """The hidden fields of a form of the page."""
    return {"etag": client.get(PAGE).context["etag"]}


def pulled_with(client: Client, **fields: str) -> str | None:
    """Presses Pull and cancels the job; answers the token that it would have pulled with."""
    before = set(Pull.objects.values_list("pk", flat=True))
    assert client.post(PAGE, seen_on_page(client) | {"do": "pull", **fields}).status_code == 302
    record = Pull.objects.exclude(pk__in=before).get()
    Job.objects.filter(pk=record.pk).delete()
    return unseal(record.sealed_token, TOKEN_PURPOSE) if record.sealed_token else None


@pytest.mark.slow
@pytest.mark.protects("connections/git-tokens")
def test_a_token_is_typed_once_and_stored_nowhere_in_clear(client: Client, link: LinkedBranch) -> None:
    assert pulled_with(client) is None
    assert pulled_with(client, pull_token=TOKEN) == TOKEN
    text = client.get(PAGE).content.decode()
    assert "Forget the token" in text
    assert TOKEN not in text
    assert pulled_with(client) == TOKEN
    rows = [*Session.objects.values_list("session_data", flat=True), *AuditEntry.objects.values_list("data")]
    assert TOKEN not in str(rows)
    assert TOKEN not in str(dict(client.session.items()))


@pytest.mark.slow
@pytest.mark.protects("connections/git-tokens")
def test_a_token_that_is_forgotten_is_asked_for_again(client: Client, link: LinkedBranch) -> None:
    assert pulled_with(client, pull_token=TOKEN) == TOKEN
    assert client.post(PAGE, {"do": "forget-token"}).status_code == 302
    assert pulled_with(client) is None
    assert "Forget the token" not in client.get(PAGE).content.decode()


@pytest.mark.protects("connections/git-tokens")
def test_another_address_does_not_get_the_token(
    client: Client, link: LinkedBranch, user: User, project: Project
) -> None:
    assert pulled_with(client, pull_token=TOKEN) == TOKEN
    link_branch(user, project, checked_remote(link.url.replace("private/wand", "private/other"), "main"))
    assert pulled_with(client) is None


@pytest.mark.slow
@pytest.mark.protects("connections/git-tokens")
def test_a_token_that_is_typed_on_an_old_page_goes_to_no_other_address(
    client: Client, link: LinkedBranch, developer: User, project: Project
) -> None:
    old = seen_on_page(client)
    other = checked_remote(link.url.replace("private/wand", "private/other"), "main")
    link_branch(developer, project, other)
    for do, field in (("pull", "pull_token"), ("pull-request", "request_token")):
        answer = client.post(PAGE, old | {"do": do, field: TOKEN, "request": "7"})
        assert answer.status_code == 412
        assert "The project follows main of" in answer.content.decode()
    assert client.post(f"{API}/pulls", {"token": TOKEN}, content_type="application/json").status_code == 428
    assert not Pull.objects.exists()
    assert pulled_with(client) is None


@pytest.mark.slow
@pytest.mark.protects("connections/git-tokens")
def test_another_session_does_not_pull_with_it(client: Client, link: LinkedBranch, user: User) -> None:
    assert pulled_with(client, pull_token=TOKEN) == TOKEN
    elsewhere = Client()
    elsewhere.force_login(user)
    assert pulled_with(elsewhere) is None
    client.logout()
    client.force_login(user)
    assert pulled_with(client) is None


def test_a_session_remembers_the_tokens_that_were_used_last() -> None:
    session: dict[str, Any] = {}
    links = [LinkedBranch(url=f"https://git.example/{number}.git") for number in range(25)]
    for each in links:
        remembered_tokens.remember(session, each, f"token of {each.url}")
    assert remembered_tokens.recall(session, links[-1]) == f"token of {links[-1].url}"
    assert remembered_tokens.recall(session, links[0]) == ""


def test_a_token_that_another_server_sealed_is_none() -> None:
    link = LinkedBranch(url="https://git.example/wand.git")
    assert remembered_tokens.recall({"git-tokens": {link.url: "no seal"}}, link) == ""
