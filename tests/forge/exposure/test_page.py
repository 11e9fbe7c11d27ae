"""The page that answers which devices are exposed, and its forms."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from forge.accounts.models import Organisation, User
from forge.exposure.models import ExposureExport, VexStatement
from forge.projects.models import Project
from forge.registry.models import Tag
from tests.support.documents.compact_html import compact
from tests.support.forge.exposure import CVE, rune_of, write_list

pytestmark = pytest.mark.django_db

PAGE = "/acme/devices/exposure"
Browser = Callable[[User | None], Client]


def page(browser: Client, text: str = "", status: int = 200) -> str:
    answer = browser.get(PAGE, {"q": text} if text else {})
    assert answer.status_code == status, answer.content
    return compact(answer.content.decode())


@pytest.mark.protects("devices/exposure")
def test_strangers_do_not_see_it(tag: Tag, stranger: User, browser_of: Browser) -> None:
    assert browser_of(stranger).get(PAGE).status_code == 404
    assert browser_of(None).get(PAGE).status_code == 302


def test_no_search_says_what_the_answer_has(organisation: Organisation, viewer: User, browser_of: Browser) -> None:
    text = page(browser_of(viewer))
    assert "What the answer has" in text
    assert "Signed lists" not in text


def test_a_search_that_is_none_is_said(organisation: Organisation, viewer: User, browser_of: Browser) -> None:
    assert "Name a component" in page(browser_of(viewer), "@", 400)
    assert "cannot be stored" in page(browser_of(viewer), "a\0b", 400)


def test_the_devices_of_a_component(tag: Tag, devices: Any, viewer: User, browser_of: Browser) -> None:
    text = page(browser_of(viewer), "door")
    assert "gate-1" in text
    assert "gate-2" in text
    assert "gate-3" not in text
    assert "acme/kitchen 1.0" in text
    assert "2 devices run a rune without a bill of materials here" in text
    assert "site=berlin" in text


def test_what_is_not_known_is_said_with_what_to_do(
    tag: Tag, devices: Any, viewer: User, advisory_list: Path, settings: Any, browser_of: Browser
) -> None:
    browser = browser_of(viewer)
    write_list(advisory_list, "other")
    assert "No rune contains what" in page(browser, CVE)
    assert "does not have CVE-2026-9" in page(browser, "cve-2026-9")
    advisory_list.write_text("{")
    assert "The list of advisories cannot be read" in page(browser, CVE)
    settings.ADVISORY_LIST = None
    assert "No list of advisories is on this server" in page(browser, CVE)
    assert "No bill of materials names floor" in page(browser, "floor")
    assert "No rune or component here has this digest" in page(browser, "8" * 64)


def test_what_others_wrote_is_escaped(tag: Tag, devices: Any, viewer: User, browser_of: Browser) -> None:
    assert "<b>x" not in page(browser_of(viewer), "<b>x</b>")


def test_a_developer_sets_a_status_and_reads_the_history(
    tag: Tag, devices: Any, developer: User, viewer: User, advisory_list: Path, browser_of: Browser
) -> None:
    write_list(advisory_list, "door")
    browser, form = browser_of(developer), {"q": CVE, "rune": rune_of(tag), "advisory": CVE, "do": "state"}
    assert "Set the status" in page(browser, CVE)
    assert "Set the status" not in page(browser_of(viewer), CVE)

    address = "/acme/kitchen/vex-statements/do"
    answer = browser.post(address, {**form, "status": "affected", "replaces": ""})
    assert answer.status_code == 400
    assert "Write what people who use it must do" in answer.content.decode()

    answer = browser.post(address, {**form, "status": "affected", "statement": "Update to 2.0.", "replaces": ""})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{PAGE}?q={CVE}")
    stale = browser.post(address, {**form, "status": "fixed", "replaces": ""})
    assert stale.status_code == 409
    first = VexStatement.objects.get()
    browser.post(address, {**form, "status": "fixed", "statement": "", "justification": "", "replaces": str(first.pk)})
    text = page(browser_of(viewer), CVE)
    assert "2 statuses so far" in text
    assert "Update to 2.0." in text
    assert browser_of(viewer).post(address, {**form, "status": "fixed", "replaces": ""}).status_code == 403


def test_without_a_key_the_page_says_who_makes_one(
    tag: Tag, devices: Any, developer: User, browser_of: Browser
) -> None:
    browser = browser_of(developer)
    assert "An owner creates one in Settings, Signing keys" in page(browser, "door")
    form = {"q": "door", "kind": "component", "value": "door", "do": "sign"}
    assert browser.post(f"{PAGE}/sign", form).status_code == 409
    assert not ExposureExport.objects.exists()


def test_the_pages_that_lead_here(
    tag: Tag, devices: Any, viewer: User, advisory_list: Path, project: Project, browser_of: Browser
) -> None:
    write_list(advisory_list, "door")
    assert PAGE in browser_of(viewer).get("/acme/devices").content.decode()
    address = "/acme/kitchen/published?tag=1.0"
    assert f"{PAGE}?q=PYSEC-2026-1" in browser_of(viewer).get(address).content.decode()
    project.visibility = "public"
    project.save()
    assert PAGE not in Client().get(address).content.decode()
