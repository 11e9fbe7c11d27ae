"""Answers about the devices that run a digest, a component or what an advisory is about, over the API."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from forge.accounts.actions import create_token
from forge.accounts.models import Organisation, User
from forge.fleet.devices.models import Device
from forge.projects.models import Project
from forge.registry.models import Tag
from tests.forge.exposure.conftest import Ask
from tests.support.clients.registry_client import body
from tests.support.forge.exposure import ADVISORY, COMPONENT, CVE, device_with, rune_of, rune_with, write_list

pytestmark = pytest.mark.django_db


def names(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [each["name"] for each in answer.json()["results"]]


@pytest.mark.protects("devices/exposure")
def test_strangers_and_visitors_learn_nothing(tag: Tag, devices: Any, stranger: User, ask: Ask) -> None:
    for path in ("", ".csv"):
        assert ask(stranger, path, digest=rune_of(tag)).status_code == 404
        assert ask(None, path, digest=rune_of(tag)).status_code == 401


@pytest.mark.protects("devices/exposure")
def test_runes_of_projects_that_a_token_may_not_read_are_counted_without_a_name(
    tag: Tag, devices: Any, viewer: User
) -> None:
    _, secret = create_token(viewer, "x", ["organisation:read"], None)
    headers = {"Authorization": f"Bearer {secret}"}
    for search in ({"digest": rune_of(tag)}, {"component": "door"}):
        answer = Client().get("/api/v1/organisations/acme/exposure", search, headers=headers)
        assert (names(answer), answer.json()["runes"], answer.json()["hidden_runes"]) == ([], [], 1)
        assert answer.json()["counts"]["hidden"] == 2
        assert "kitchen" not in json.dumps({**answer.json(), "search": None})


def test_a_deleted_projects_rune_still_counts(tag: Tag, devices: Any, owner: User, ask: Ask) -> None:
    Project.objects.update(deleted_at=timezone.now())
    answer = ask(owner, component="door").json()
    assert (answer["runes"], answer["hidden_runes"], answer["counts"]["hidden"]) == ([], 1, 2)


@pytest.mark.parametrize(
    "search",
    [
        {},
        {"digest": "sha256:abc"},
        {"advisory": "CVE 2026"},
        {"component": " "},
        {"component": "@"},
        {"digest": "0" * 64, "component": "x"},
        {"component": "x" * 401},
    ],
)
def test_a_search_that_is_none_is_refused(search: dict[str, str], organisation: Any, viewer: User, ask: Ask) -> None:
    for path in ("", ".csv"):
        answer = ask(viewer, path, **search)
        assert answer.status_code == 400, answer.content
        assert answer.json()["errors"]


def test_the_digest_of_a_rune_or_of_its_manifest(tag: Tag, devices: Any, viewer: User, ask: Ask) -> None:
    for digest in (rune_of(tag), rune_of(tag).removeprefix("sha256:").upper(), tag.manifest.blob_id):
        answer = ask(viewer, digest=digest)
        assert names(answer) == ["gate-1", "gate-2"]
        first, second = answer.json()["results"]
        assert (first["slot"], second["slot"], second["version"]) == ("running", "second", "0.9")
        assert (first["self_test"], first["labels"], first["reachable"]) == ("passed", {"site": "berlin"}, True)
        (rune,) = answer.json()["runes"]
        assert (rune["digest"], rune["running"], rune["second"]) == (rune_of(tag), 1, 1)
        assert rune["names"][0]["project"] == "acme/kitchen"
        counts = answer.json()["counts"]
        assert (counts["devices"], counts["running"], counts["second_only"]) == (2, 1, 1)


def test_a_rune_that_no_project_published(devices: Any, viewer: User, ask: Ask) -> None:
    answer = ask(viewer, digest="7" * 64)
    assert names(answer) == ["gate-2", "gate-3"]
    assert answer.json()["runes"][0]["names"] == []
    assert ask(viewer, digest="8" * 64).json()["runes"] == []


def test_the_digest_of_a_component(
    organisation: Organisation, project: Project, developer: User, viewer: User, ask: Ask
) -> None:
    model = {"name": "model.tflite", "hashes": [{"alg": "SHA-256", "content": "5" * 64}]}
    tag = rune_with(developer, project, "1.0", b"\0asm\1\0\0\0", {"name": "outer", "components": [model]})
    device_with(organisation, "gate-1", running=rune_of(tag))
    answer = ask(viewer, digest="5" * 64)
    assert names(answer) == ["gate-1"]
    assert answer.json()["runes"][0]["components"][0]["name"] == "model.tflite"


@pytest.mark.parametrize(
    ("text", "is_match"),
    [
        ("door", True),
        ("Door", True),
        ("door@1.0", True),
        ("door 1.0", True),
        ("door@1.1", False),
        ("pkg:pypi/door", True),
        ("pkg:pypi/door@1.0", True),
        ("pkg:npm/door@1.0", False),
        ("floor", False),
    ],
)
def test_components(text: str, is_match: bool, tag: Tag, devices: Any, viewer: User, ask: Ask) -> None:
    answer = ask(viewer, component=text)
    assert names(answer) == (["gate-1", "gate-2"] if is_match else [])


def test_devices_whose_runes_have_no_bill_are_counted(tag: Tag, devices: Any, viewer: User, ask: Ask) -> None:
    assert ask(viewer, component="floor").json()["uncompared_devices"] == 2
    assert ask(viewer, digest="0" * 64).json()["uncompared_devices"] == 0


def test_a_bill_that_was_not_read_yet_is_said(project: Project, developer: User, viewer: User, ask: Ask) -> None:
    rune_with(developer, project, "1.0", b"\0asm\1\0\0\0", COMPONENT, is_read=False)
    assert ask(viewer, component="door").json()["unread_bills"] > 0


def test_a_bill_that_cannot_be_read_counts_as_none(
    organisation: Organisation, project: Project, developer: User, viewer: User, ask: Ask
) -> None:
    wrong = {"name": 7, "purl": "pkg:pypi/x@1", "hashes": "none"}
    tag = rune_with(developer, project, "1.0", b"\0asm\1\0\0\0", wrong)
    device_with(organisation, "gate-1", running=rune_of(tag))
    answer = ask(viewer, component="x").json()
    assert (answer["runes"], answer["unread_bills"]) == ([], 0)


def test_an_advisory_by_each_of_its_ids(tag: Tag, devices: Any, advisory_list: Path, viewer: User, ask: Ask) -> None:
    write_list(advisory_list, "door")
    for name in (ADVISORY, CVE, CVE.lower()):
        answer = ask(viewer, advisory=name)
        assert names(answer) == ["gate-1", "gate-2"]
        assert answer.json()["advisory_ids"] == [CVE, ADVISORY]
        (component,) = answer.json()["runes"][0]["components"]
        assert (component["name"], component["advisory"], component["fixed_version"]) == ("door", ADVISORY, "99.1")


def test_what_the_list_says_of_an_advisory_is_named(
    tag: Tag, devices: Any, advisory_list: Path, viewer: User, settings: Any, ask: Ask
) -> None:
    write_list(advisory_list, "other")

    def state(name: str) -> str:
        text: str = ask(viewer, advisory=name).json()["advisories"]["state"]
        return text

    assert state(CVE) == "compared"
    assert state("CVE-2026-9") == "unknown-advisory"
    advisory_list.write_text("{")
    assert state(CVE) == "unreadable"
    settings.ADVISORY_LIST = None
    assert state(CVE) == "missing"


def test_a_version_that_is_fixed_is_not_listed(
    organisation: Organisation, project: Project, developer: User, viewer: User, advisory_list: Path, ask: Ask
) -> None:
    tag = rune_with(developer, project, "1.0", b"\0asm\1\0\0\0", {**COMPONENT, "purl": "pkg:pypi/door@99.1"})
    device_with(organisation, "gate-1", running=rune_of(tag))
    write_list(advisory_list, "door")
    assert names(ask(viewer, advisory=CVE)) == []


def test_devices_that_cannot_be_reached_are_counted(
    organisation: Organisation, tag: Tag, viewer: User, ask: Ask
) -> None:
    now, rune = timezone.now(), rune_of(tag)
    device_with(organisation, "away", running=rune, seen=now - timedelta(days=2))
    device_with(organisation, "locked", running=rune, locked_out=now)
    device_with(organisation, "here", running=rune, self_test="failed")
    device_with(organisation, "old", running=rune, retired=now)
    answer = ask(viewer, component="door")
    assert {each["name"]: each["reachable"] for each in answer.json()["results"]} == {
        "away": False,
        "here": True,
        "locked": False,
    }
    assert (answer.json()["counts"]["unreachable"], answer.json()["counts"]["failed_self_test"]) == (2, 1)


def test_pages_follow_each_other(organisation: Organisation, tag: Tag, viewer: User, ask: Ask) -> None:
    for number in range(3):
        device_with(organisation, f"gate-{number}", running=rune_of(tag))
    first = ask(viewer, component="door", limit="2")
    assert names(first) == ["gate-0", "gate-1"]
    client = Client()
    client.force_login(viewer, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert names(client.get(first.json()["next"])) == ["gate-2"]


@pytest.mark.protects("devices/exposure-table")
def test_no_cell_of_the_table_is_a_formula(
    organisation: Organisation, project: Project, developer: User, viewer: User, ask: Ask
) -> None:
    tag = rune_with(developer, project, "1.0", b"\0asm\1\0\0\0", {"name": "=HYPERLINK(1)", "version": "@1"})
    device = device_with(organisation, "gate-1", running=rune_of(tag))
    Device.objects.filter(pk=device.pk).update(note="=1+1")
    answer = ask(viewer, ".csv", component="=HYPERLINK(1)")
    assert answer.headers["Content-Type"].startswith("text/csv")
    (row,) = csv.DictReader(io.StringIO(body(answer).decode()))
    assert (row["name"], row["note"], row["slot"]) == ("gate-1", "'=1+1", "running")
    assert row["components"].startswith("'=")


def test_the_table_has_all_devices(
    organisation: Organisation, tag: Tag, viewer: User, monkeypatch: pytest.MonkeyPatch, ask: Ask
) -> None:
    monkeypatch.setattr("forge.exposure.answers.devices.BATCH", 2)
    for number in range(5):
        device_with(organisation, f"gate-{number}", running=rune_of(tag))
    rows = list(csv.DictReader(io.StringIO(body(ask(viewer, ".csv", component="door")).decode())))
    assert [each["name"] for each in rows] == [f"gate-{number}" for number in range(5)]
    assert {each["project"] for each in rows} == {"acme/kitchen"}
    assert body(ask(viewer, ".csv", component="nothing")).decode().count("\n") == 1
