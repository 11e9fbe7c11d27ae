"""The audit log: what acted, with the person behind it, in new entries and in those of before."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from forge.accounts.actions import create_token, delete_token
from forge.accounts.models import User
from forge.core.audit.entries import write_entry
from forge.core.models import AuditEntry, NeverChanged
from forge.projects.models import Project
from tests.support.forge.factories.preconditions import etag_headers


def _who(action: str) -> tuple[str, str, User | None]:
    entry = AuditEntry.objects.filter(action=action).latest("at")
    return entry.principal_kind, entry.principal_id, entry.actor


@pytest.mark.protects("audit/named-tokens")
@pytest.mark.django_db
def test_an_entry_names_the_token_that_acted_also_when_it_is_gone(project: Project, user: User) -> None:
    token, secret = create_token(user, "bench", ["write"], None)
    pk = str(token.pk)
    path = "/api/v1/projects/acme/kitchen"
    headers = {"Authorization": f"Bearer {secret}", **etag_headers(path)}
    answer = Client().patch(path, {"description": "new"}, content_type="application/json", headers=headers)
    assert answer.status_code == 200
    delete_token(user, token.pk)
    assert _who("project.update") == ("token", pk, user)


@pytest.mark.django_db
def test_an_entry_names_the_person_who_acted_in_a_browser(client: Client, project: Project, user: User) -> None:
    path = "/api/v1/projects/acme/kitchen"
    client.patch(path, {"description": "new"}, content_type="application/json", headers=etag_headers(path))
    assert _who("project.update") == ("person", str(user.pk), user)


@pytest.mark.django_db
def test_an_entry_names_the_installation_where_nobody_acted() -> None:
    from forge.accounts.principals import INSTALLATION

    write_entry(INSTALLATION, "sample.ended", "project:x")
    assert _who("sample.ended") == ("installation", "", None)


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
    user_id = str(user.pk)
    user.delete()
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.principal_id) == (None, user_id)
