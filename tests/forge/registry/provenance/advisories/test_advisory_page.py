"""The line on known vulnerabilities of a rune's page, and of `manage.py check`, by a list that the operator names."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.test import Client

from forge.projects.models import Visibility
from forge.registry.models import Tag
from forge.registry.provenance.advisories import lists
from forge.registry.tags.publishing.actions import publish_build
from rune.tools.signing.referrers import BOM_TYPE
from tests.support.clients.registry_client import EMPTY, RegistryClient, credentials, image, index
from tests.support.documents.compact_html import compact
from tests.support.forge.factories.builds import approved, built

pytestmark = pytest.mark.django_db

PAGE = "/acme/kitchen/published?tag=1.0"
UNREAD = "the list or the bill of materials could not be read"


@pytest.fixture
def tag(project: Any, developer: Any) -> Tag:
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
    """Replaces the file in one step, as the guide tells operators to. The new one has the time of the old one."""
    new = file.with_suffix(".new")
    new.write_text(text, "utf-8")
    os.utime(new, (1772409600, 1772409600))
    return new.rename(file)


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


def check() -> str:
    """Runs `manage.py check --deploy --tag registry`. Returns the errors, or "" without any."""
    try:
        call_command("check", deploy=True, tags=["registry"])
    except SystemCheckError as error:
        return str(error)
    return ""


@pytest.mark.slow
@pytest.mark.parametrize("text", ["", "{", "[{}]", '[{"id": "<b>x</b>"}]', "[" * 100_000])
def test_a_list_that_cannot_be_read_is_said_and_is_an_error_of_the_check(
    text: str, tag: Tag, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write(file, text)
    assert UNREAD in page()
    assert "ADVISORY_LIST cannot be read" in check()
    assert "ADVISORY_LIST cannot be read" in caplog.text


@pytest.mark.slow
def test_a_list_that_is_away_is_said(tag: Tag, file: Path) -> None:
    file.unlink()
    assert UNREAD in page()
    assert "cannot be opened" in check()


def test_commands_do_not_read_the_list(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A damaged list keeps nobody from withdrawing a version or disabling a person."""
    write(file, "{")
    call_command("check")
    assert "no issues" in capsys.readouterr().out


def test_one_of_many_requests_reads_a_new_list(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[bytes] = []
    second = Thread(target=lists.current_list)

    def read(data: bytes) -> tuple[()]:
        reads.append(data)
        if len(reads) == 1:
            second.start()
            # It waits for this one: without the lock it would read the file, and end.
            second.join(0.2)
            assert second.is_alive()
        return ()

    monkeypatch.setattr(lists, "read_advisories", read)
    write(file, "[ ]")
    lists.current_list()
    second.join()
    lists.current_list()
    assert reads == [b"[ ]"]


@pytest.mark.slow
def test_a_larger_list_than_is_read_is_refused(tag: Tag, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "LARGEST_LIST", 1)
    assert UNREAD in page()


@pytest.mark.slow
def test_without_a_list_nothing_is_said(tag: Tag) -> None:
    assert "vulnerabilit" not in page()
    assert check() == ""


@pytest.mark.slow
def test_a_rune_of_which_nothing_is_known(tag: Tag, file: Path) -> None:
    write(file, about("something-else"))
    assert "No known vulnerabilities in the list of 2 March 2026" in page()
    assert check() == ""


@pytest.mark.slow
def test_a_rune_whose_toolchain_has_a_known_vulnerability(tag: Tag, file: Path) -> None:
    write(file, about("hammer-other", database_specific={"severity": "CRITICAL"}))
    assert "No known vulnerabilities" in page()
    # The new file has the size and the time of the old one.
    write(file, about("hammer-forge", database_specific={"severity": "CRITICAL"}))
    text = page()
    assert "1 known vulnerability" in text
    assert "PYSEC-2026-1, hammer-forge" in text
    assert "severity critical" in text
    assert "fixed in 99.1" in text
    assert "No known" not in text


def subject(tag: Tag) -> dict[str, Any]:
    return {"mediaType": tag.manifest.media_type, "digest": tag.manifest.blob_id, "size": 1}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("manifest", "layers"),
    [
        pytest.param(image, [b"[]"], id="not-a-bill"),
        pytest.param(image, [b'{"components": []}' + b" " * 50_000] * 100, id="one-layer-named-100-times"),
        pytest.param(index, [], id="a-list-of-manifests"),
    ],
)
def test_a_pushed_bill_that_cannot_be_read_is_said(
    manifest: Callable[..., bytes], layers: list[bytes], tag: Tag, developer: Any, file: Path
) -> None:
    """Each view of the page reads the bills, so anybody who may push cannot make them long."""
    assert "No known vulnerabilities" in page()
    registry = RegistryClient(credentials(developer))
    for each in {EMPTY, *layers}:
        assert registry.push_blob(each).status_code == 201
    attachment = manifest(*layers, artifactType=BOM_TYPE, subject=subject(tag))
    assert registry.push_manifest(attachment).status_code == 201
    assert UNREAD in page()


@pytest.mark.slow
def test_a_pushed_bill_is_compared_too(tag: Tag, developer: Any, file: Path) -> None:
    write(file, about("door"))
    assert "No known vulnerabilities" in page()
    bill = json.dumps({"components": [{"name": "door", "version": "1.0"}]}).encode()
    RegistryClient(credentials(developer)).push_image("", bill, artifactType=BOM_TYPE, subject=subject(tag))
    assert "PYSEC-2026-1, door 1.0" in page()


@pytest.mark.slow
def test_nothing_good_is_said_of_packages_that_are_not_compared(
    tag: Tag, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    components = [{"name": "curl", "purl": "pkg:apk/alpine/curl@8.0"}]
    monkeypatch.setattr(lists, "_bills", lambda _: [json.dumps({"components": components}).encode()])
    write(file, about("something-else"))
    assert ("Not compared" in page(), "No known" in page()) == (True, False)
    components.append({"name": "door", "purl": "pkg:pypi/door@1.0"})
    assert "packages of apk" in page()
    assert "No known vulnerabilities" in page()
