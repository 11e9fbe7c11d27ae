"""The audit log: what acted, with the person behind it, in new entries and in those of before."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test import Client

from forge.accounts.actions import create_token, delete_token
from forge.accounts.models import User
from forge.core.audit import write_entry
from forge.core.models import AuditEntry
from forge.projects.models import Project


def _who(action: str) -> tuple[str, str, User | None]:
    entry = AuditEntry.objects.filter(action=action).latest("at")
    return entry.principal_kind, entry.principal_id, entry.actor


@pytest.mark.django_db
def test_an_entry_names_the_token_that_acted_also_when_it_is_gone(project: Project, user: User) -> None:
    token, secret = create_token(user, "bench", ["write"], None)
    pk = str(token.pk)
    headers = {"Authorization": f"Bearer {secret}"}
    path = "/api/v1/projects/acme/kitchen"
    answer = Client().patch(path, {"description": "new"}, content_type="application/json", headers=headers)
    assert answer.status_code == 200
    delete_token(user, token.pk)
    assert _who("project.update") == ("token", pk, user)


@pytest.mark.django_db
def test_an_entry_names_the_person_who_acted_in_a_browser(client: Client, project: Project, user: User) -> None:
    client.patch("/api/v1/projects/acme/kitchen", {"description": "new"}, content_type="application/json")
    assert _who("project.update") == ("person", str(user.pk), user)


@pytest.mark.django_db
def test_an_entry_names_the_installation_where_nobody_acted() -> None:
    from forge.accounts.principals import INSTALLATION

    write_entry(INSTALLATION, "sample.ended", "project:x")
    assert _who("sample.ended") == ("installation", "", None)


@pytest.fixture
def before(transactional_db: None) -> Iterator[Callable[[], object]]:
    """The tables of before; calling it carries them over."""
    MigrationExecutor(connection).migrate([("core", "0002_blobs_have_owners")])
    yield lambda: call_command("migrate", "core", verbosity=0)
    call_command("migrate", verbosity=0)


def test_entries_of_before_name_their_person_or_the_installation(before: Callable[[], object]) -> None:
    people = [User.objects.create_user(f"{name}@acme.example", name=name) for name in ("Jo", "Mika")]
    old = MigrationExecutor(connection).loader.project_state([("core", "0002_blobs_have_owners")]).apps
    entries = old.get_model("core", "AuditEntry").objects
    for number, actor in enumerate([people[0].pk, people[1].pk, people[0].pk, None]):
        entries.create(actor_id=actor, action=f"act.{number}", subject="x", data={"n": number})
    before()
    found = {entry.action: entry for entry in AuditEntry.objects.all()}
    assert [_who(f"act.{number}") for number in range(4)] == [
        ("person", str(people[0].pk), people[0]),
        ("person", str(people[1].pk), people[1]),
        ("person", str(people[0].pk), people[0]),
        ("installation", "", None),
    ]
    assert [found[f"act.{number}"].data for number in range(4)] == [{"n": number} for number in range(4)]
