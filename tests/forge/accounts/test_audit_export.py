"""The audit log as a file: CSV and JSON, in order, streamed, and no cell a formula."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from typing import Any

import pytest

from forge.accounts.audit.export import batches, safe_cell
from forge.accounts.models import Organisation, User
from forge.core.audit.entries import AuditPlace, write_entry
from forge.core.models import AuditEntry
from forge.projects.models import Project
from tests.forge.accounts.test_audit_log import Browser

pytestmark = pytest.mark.django_db


def test_the_export_has_all_entries_in_order_as_csv_and_json_and_is_written_down(
    project: Project, organisation: Organisation, owner: User, browser_of: Browser
) -> None:
    browser = browser_of(owner)
    by_kind: dict[str, list[str]] = {}
    for kind, read in (("csv", _read_csv), ("json", _read_json)):
        answer: Any = browser.get(f"/acme/-/settings/audit/export?as={kind}&what=files")
        assert answer.status_code == 200
        assert f"acme-audit.{kind}" in answer["Content-Disposition"]
        by_kind[kind] = read(b"".join(answer).decode())
    assert by_kind["csv"] == by_kind["json"] == ["Jo Okafor wrote Runefile.yml in acme/kitchen."]
    assert AuditEntry.objects.filter(action="audit.export").count() == 2


def _read_csv(text: str) -> list[str]:
    return [row["sentence"] for row in csv.DictReader(io.StringIO(text))]


def _read_json(text: str) -> list[str]:
    return [entry["sentence"] for entry in json.loads(text)]


def test_batches_leave_nothing_out_and_repeat_nothing(owner: User) -> None:
    entries = [write_entry(owner, "file.write", "project:x", AuditPlace(), path=str(number)) for number in range(23)]
    same = AuditEntry.objects.latest("at").at
    AuditEntry._base_manager.update(at=same)  # all at one moment
    keys = [each.entry.pk for batch in batches(AuditEntry.objects.all(), size=5) for each in batch]
    assert sorted(keys) == sorted(entry.pk for entry in entries)


@pytest.mark.slow
def test_an_empty_export_is_still_a_file(organisation: Organisation, owner: User, browser_of: Browser) -> None:
    browser = browser_of(owner)
    answer: Any = browser.get("/api/v1/organisations/acme/audit/export?as=json&since=2199-01-01")
    assert json.loads(b"".join(answer)) == []


def test_the_export_is_streamed_to_an_asynchronous_server(project: Project) -> None:
    from forge.core.http.streaming import in_threads

    async def read() -> list[str]:
        return [piece async for piece in in_threads(iter(["a", "b"]))]

    assert asyncio.run(read()) == ["a", "b"]


@pytest.mark.protects("audit/formulas")
@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert safe_cell(text) == f"'{text}"
    assert safe_cell(f"x{text}") == f"x{text}"


@pytest.mark.protects("audit/formulas")
def test_a_name_that_is_a_formula_is_text_in_the_file(
    project: Project, organisation: Organisation, owner: User, browser_of: Browser
) -> None:
    User.objects.filter(pk=owner.pk).update(name='=HYPERLINK("http://evil.example")')
    answer: Any = browser_of(owner).get("/api/v1/organisations/acme/audit/export?as=csv")
    cells = [cell for row in csv.reader(io.StringIO(b"".join(answer).decode())) for cell in row]
    assert any("HYPERLINK" in cell for cell in cells)
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)
