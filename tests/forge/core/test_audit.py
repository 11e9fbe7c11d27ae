"""The audit log: what acted, with the person behind it, in new entries and in those of before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.migrations.state import StateApps
from django.test import Client

from forge.accounts.actions import create_token, delete_token
from forge.accounts.models import User
from forge.core.audit.entries import write_entry
from forge.core.models import AuditEntry, NeverChanged
from forge.projects.models import Project
from tests.forge.each_migration import go_back


def _who(action: str) -> tuple[str, str, User | None]:
    entry = AuditEntry.objects.filter(action=action).latest("at")
    return entry.principal_kind, entry.principal_id, entry.actor


@pytest.mark.protects("audit/named-tokens")
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
def before(transactional_db: None) -> Iterator[StateApps]:
    """The tables of before `migrate` carries them over."""
    yield go_back([("core", "0002_blobs_have_owners")])
    call_command("migrate", verbosity=0)


@pytest.mark.proof
def test_entries_of_before_name_their_person_or_the_installation(before: StateApps) -> None:
    people = [User.objects.create_user(f"{name}@acme.example", name=name) for name in ("Jo", "Mika")]
    entries = before.get_model("core", "AuditEntry").objects
    for number, actor in enumerate([people[0].pk, people[1].pk, people[0].pk, None]):
        entries.create(actor_id=actor, action=f"act.{number}", subject="x", data={"n": number})
    call_command("migrate", "core", verbosity=0)
    found = {entry.action: entry for entry in AuditEntry.objects.all()}
    assert [_who(f"act.{number}") for number in range(4)] == [
        ("person", str(people[0].pk), people[0]),
        ("person", str(people[1].pk), people[1]),
        ("person", str(people[0].pk), people[0]),
        ("installation", "", None),
    ]
    assert [found[f"act.{number}"].data for number in range(4)] == [{"n": number} for number in range(4)]


# -- entries stay as they are


@pytest.mark.protects("audit/removed-entries")
@pytest.mark.django_db
def test_no_entry_is_changed_or_deleted(user: User) -> None:
    entry = write_entry(user, "file.write", "project:x", path="a.md")
    entry.action = "file.delete"
    changes: list[Callable[[], object]] = [
        entry.save,
        entry.delete,
        lambda: AuditEntry.objects.update(action="x"),
        lambda: AuditEntry.objects.bulk_update([entry], ["action"]),
        lambda: AuditEntry.objects.filter(pk=entry.pk).delete(),
        AuditEntry.objects.all().delete,
    ]
    for change in changes:
        with pytest.raises(NeverChanged):
            change()
    assert AuditEntry.objects.get().action == "file.write"


@pytest.mark.django_db
def test_an_entry_outlives_its_person(user: User) -> None:
    write_entry(user, "file.write", "project:x", path="a.md")
    kept = str(user.pk)
    user.delete()
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.principal_id) == (None, kept)


# -- entries of before get their places


def test_entries_of_before_are_where_they_happened(transactional_db: None) -> None:
    from forge.accounts.models import Organisation
    from forge.builds.models import Build
    from forge.projects.models import Version

    person = User.objects.create_user("jo@acme.example", name="Jo")
    organisation = Organisation.objects.create(name="acme")
    project = Project.objects.create(organisation=organisation, name="kitchen")
    version = Version.objects.create(project=project, number=1, digest="x", manifest={}, sequence=0)
    build = Build.objects.create(project=project, version=version, name="kitchen", kind="numbered", number=1)
    subjects = {
        "organisation": organisation.stream,
        "project": project.stream,
        "build": build.subject,
        "user": person.stream,
        "token": f"token:{build.pk}",
        "gone": f"project:{build.pk}",
        "odd": "project:odd",
    }
    for name, subject in subjects.items():
        write_entry(person, name, subject)
    carry_over = import_module("forge.builds.migrations.0010_audit_entries_have_places").carry_over
    carry_over(_PlainApps(), None)
    found = {entry.action: (entry.organisation, entry.project, entry.person) for entry in AuditEntry.objects.all()}
    inside = (organisation.pk, project.pk, None)
    assert found == {
        "organisation": (organisation.pk, None, None),
        "project": inside,
        "build": inside,
        "user": (None, None, person.pk),
        "token": (None, None, person.pk),
        "gone": (None, None, None),
        "odd": (None, None, None),
    }


class _PlainApps:
    """The tables as a migration sees them: without what the models of today refuse."""

    def get_model(self, app: str, name: str) -> Any:
        model = apps.get_model(app, name)
        return type(name, (), {"objects": model._base_manager})
