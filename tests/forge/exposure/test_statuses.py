"""Statuses of runes for advisories (VEX): who sets them, what is refused, and what remains."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from forge.accounts.models import User
from forge.core.models import AuditEntry
from forge.exposure.models import VexStatement
from forge.registry.models import Tag
from tests.forge.exposure.conftest import Ask
from tests.support.forge.exposure import CVE, rune_of

pytestmark = pytest.mark.django_db

PATH = "projects/acme/kitchen/vex-statements"
Send = Callable[..., Any]


def body_of(tag: Tag, **fields: str) -> dict[str, Any]:
    return {"rune": rune_of(tag), "advisory": CVE, "status": "under_investigation", **fields}


@pytest.mark.protects("devices/vex")
def test_who_may_not_deploy_sets_no_status(tag: Tag, viewer: User, reviewer: User, stranger: User, send: Send) -> None:
    for person, status in ((viewer, 403), (reviewer, 403), (stranger, 404), (None, 401)):
        assert send(person, PATH, body_of(tag)).status_code == status
    assert not VexStatement.objects.exists()


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"status": "harmless"}, "status"),
        ({"status": "affected"}, "statement"),
        ({"status": "not_affected"}, "justification"),
        ({"status": "not_affected", "justification": "i-say-so"}, "justification"),
        ({"status": "fixed", "justification": "component_not_present"}, "justification"),
        ({"advisory": "<b>"}, "advisory"),
        ({"statement": "x" * 2001}, "statement"),
    ],
)
def test_what_openvex_does_not_know_is_refused(
    fields: dict[str, str], wrong: str, tag: Tag, developer: User, send: Send
) -> None:
    answer = send(developer, PATH, body_of(tag, **fields))
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [wrong])


def test_a_rune_of_another_project_is_refused(tag: Tag, developer: User, send: Send) -> None:
    assert send(developer, PATH, body_of(tag, rune=f"sha256:{'7' * 64}")).status_code == 404


@pytest.mark.protects("devices/vex")
def test_a_status_that_somebody_else_changed_is_not_replaced(
    tag: Tag, developer: User, maintainer: User, send: Send, ask: Ask, devices: Any
) -> None:
    first = send(developer, PATH, body_of(tag))
    assert first.status_code == 201, first.content
    late = send(maintainer, PATH, body_of(tag, status="affected", statement="Update."))
    assert late.status_code == 409
    assert "Jo Okafor" in late.json()["detail"]
    second = send(maintainer, PATH, body_of(tag, status="affected", statement="Update.", replaces=first.json()["id"]))
    assert second.status_code == 201
    # The rune is in the answer although no list of advisories names it.
    answer = ask(developer, advisory=CVE).json()
    (statement,) = answer["runes"][0]["statements"]
    assert (statement["status"], statement["statement"]) == ("affected", "Update.")
    assert answer["counts"]["devices"] == 2


def test_the_history_and_the_audit_log_have_each_status(
    tag: Tag, developer: User, viewer: User, send: Send, browser_of: Any
) -> None:
    first = send(developer, PATH, body_of(tag)).json()["id"]
    fields = {"status": "not_affected", "justification": "vulnerable_code_not_in_execute_path"}
    assert send(developer, PATH, body_of(tag, replaces=first, **fields)).status_code == 201
    rows = browser_of(viewer).get(f"/api/v1/{PATH}", {"rune": rune_of(tag), "advisory": CVE.lower()}).json()["results"]
    assert [each["status"] for each in rows] == ["not_affected", "under_investigation"]
    entries = AuditEntry.objects.filter(action="vex.state").order_by("at")
    assert [each.data["status"] for each in entries] == ["under_investigation", "not_affected"]
    assert entries[0].actor == developer
