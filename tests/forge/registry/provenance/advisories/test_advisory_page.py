"""The line of a rune's page on known vulnerabilities, by a list that the operator names."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from django.test import Client

from forge.projects.models import Visibility
from forge.registry.models import Tag
from forge.registry.provenance.advisories import lists
from forge.registry.tags.publishing.actions import publish_build
from tests.forge.factories.builds import approved, built
from tests.support.compact_html import compact

pytestmark = pytest.mark.django_db

PAGE = "/acme/kitchen/published?tag=1.0"
UNREAD = "the list or the bill of materials could not be read"


@pytest.fixture
def published(project: Any, developer: Any) -> Tag:
    """Version 1.0 of a public project."""
    publish_build(developer, approved(built(developer, project)), "1.0")
    project.visibility = Visibility.PUBLIC
    project.save()
    return Tag.objects.get(name="1.0")


@pytest.fixture
def file(tmp_path: Path, settings: Any) -> Path:
    """The file that the operator names, of 2 March 2026."""
    settings.ADVISORY_LIST = tmp_path / "advisories.json"
    return write(settings.ADVISORY_LIST, "[]")


def write(file: Path, text: str) -> Path:
    lists._read.cache_clear()
    file.write_text(text, "utf-8")
    os.utime(file, (1772409600, 1772409600))
    return file


def about(name: str, **fields: Any) -> str:
    ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "99.1"}]}]
    return json.dumps(
        [
            {"id": "PYSEC-2026-1", "affected": [{"package": {"ecosystem": "PyPI", "name": name}, "ranges": ranges}]}
            | fields
        ]
    )


def page() -> str:
    answer = Client().get(PAGE)
    assert answer.status_code == 200
    return compact(answer.content.decode())


def errors() -> list[str]:
    return [str(error.msg) for error in run_checks(tags=["registry"])]


@pytest.mark.parametrize("text", ["", "{", "[{}]", '[{"id": "<b>x</b>"}]', "[" * 100_000])
def test_a_list_that_cannot_be_read_is_said_and_is_an_error_of_the_check(
    text: str, published: Tag, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write(file, text)
    assert UNREAD in page()
    (error,) = errors()
    assert "ADVISORY_LIST cannot be read" in error
    assert "ADVISORY_LIST cannot be read" in caplog.text


def test_a_list_that_is_away_is_said(published: Tag, file: Path) -> None:
    file.unlink()
    assert UNREAD in page()
    (error,) = errors()
    assert "cannot be opened" in error


def test_a_larger_list_than_is_read_is_refused(published: Tag, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "LARGEST_LIST", 1)
    assert UNREAD in page()


def test_without_a_list_nothing_is_said(published: Tag) -> None:
    assert "vulnerabilit" not in page()
    assert errors() == []


def test_a_rune_of_which_nothing_is_known(published: Tag, file: Path) -> None:
    write(file, about("something-else"))
    assert "No known vulnerabilities in the list of 2 March 2026" in page()
    assert errors() == []


def test_a_rune_whose_toolchain_has_a_known_vulnerability(published: Tag, file: Path) -> None:
    assert "No known vulnerabilities" in page()
    write(file, about("hammer-forge", database_specific={"severity": "CRITICAL"}))
    shown = page()
    assert "1 known vulnerability" in shown
    assert "PYSEC-2026-1, hammer-forge" in shown
    assert "severity critical" in shown
    assert "fixed in 99.1" in shown
    assert "No known" not in shown
