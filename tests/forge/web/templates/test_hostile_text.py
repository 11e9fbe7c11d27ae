"""Text made to become a page, a path or a header: wherever a user can write, what comes back is text."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from forge.accounts.models import Organisation, User
from forge.builds.models import Build
from forge.core.blobs.store import blob_path
from forge.jobs.models import Job, JobLogLine
from forge.projects.actions import write_file
from forge.projects.files.document import add_text
from forge.projects.files.document_store import editing
from forge.projects.models import Project
from forge.registry.tags.publishing.actions import publish_build
from forge.reviews.actions import begin_thread, give_verdict
from tests.support.cases import each_case
from tests.support.forge.factories.builds import built, set_job

pytestmark = pytest.mark.django_db

Browser = Callable[[User | None], Client]
EVIL = "</script></title><img src=x onerror=alert(1)>\"'`--><svg/onload=alert(2)>{{7*7}}"
BAD = re.compile(r"<img src=x|<svg/onload|</title><img|>49<")
DIAGNOSTIC = {
    "severity": "error",
    "code": "RUNE0001",
    "message": EVIL,
    "file": EVIL,
    "span": None,
    "notes": [EVIL],
    "fixes": [{"title": EVIL, "edits": []}],
}
OUTLINE = {
    "nodes": [{"name": EVIL, "kind": "model", "detail": EVIL, "line": 1, "file": EVIL}],
    "wires": [{"source": EVIL, "source_index": 0, "target": EVIL, "target_index": 0, "type": EVIL}],
}


@pytest.fixture
def builds(project: Project, organisation: Organisation, developer: User, owner: User) -> tuple[Build, Build]:
    """Returns a build that succeeded and was published and reviewed, and one that failed, all with hostile texts."""
    User.objects.update(name=EVIL[:80])
    Organisation.objects.update(title=EVIL[:80])
    Project.objects.update(description=EVIL, visibility="public")
    write_file(developer, project, "README.md", f"# {EVIL}\n{EVIL}\n[{EVIL}](javascript:alert(1))".encode())
    with editing(project, developer.pk) as doc:
        add_text(doc, "models/<img src=x onerror=alert(1)>.txt", EVIL)
    report: dict[str, Any] = {
        "models": [{"stage": EVIL, "file": EVIL, "size": 10, "operators": 1}],
        "steps": [{"step": EVIL, "text": EVIL, "milliseconds": 1.0}],
    }
    good = built(developer, project, outline=OUTLINE, **report)
    _write_line(good, "check")
    begin_thread(developer, good, EVIL)
    give_verdict(owner, good, "approve", EVIL)
    publish_build(developer, good, "latest")
    write_file(developer, project, "more.txt", b"x")
    bad = built(developer, project, outline=OUTLINE)
    Build.objects.filter(pk=bad.pk).update(artefact=None, diagnostics=[DIAGNOSTIC])
    set_job(bad, state="failed", error=EVIL)
    _write_line(bad, EVIL[:20], "error")
    return good, bad


@pytest.mark.slow
@pytest.mark.protects("browser/scripts-in-text")
def test_no_page_becomes_what_somebody_wrote(
    builds: tuple[Build, Build], owner: User, reviewer: User, browser_of: Browser
) -> None:
    pages = [
        "/",
        "/acme",
        "/acme/-/settings",
        "/acme/-/deleted",
        "/acme/kitchen",
        "/acme/kitchen?tag=latest",
        f"/acme/kitchen?tag={quote(EVIL)}",
        "/acme/kitchen/studio",
        "/acme/kitchen/settings",
        "/acme/kitchen/builds",
        *(f"/acme/kitchen/builds/{build.number}" for build in builds),
        *(f"/acme/kitchen/builds/{builds[-1].number}/{tab}" for tab in ("try", "accuracy", "files", "log")),
        "/accounts/profile",
        "/accounts/security",
        "/accounts/tokens",
        "/accounts/device",
        "/new",
        f"/{quote(EVIL, safe='')}",
        f"/accounts/login/?next={quote(EVIL)}",
    ]
    User.objects.update(name=EVIL[:80])
    count = 0
    for person in (owner, reviewer, None):
        browser = browser_of(person)
        for page in pages:
            content = browser.get(page, follow=True).content.decode()
            assert not BAD.search(content), (person, page, BAD.search(content))
            count += content.count("onerror=alert(1)")
    assert count > 20  # the evil was on the pages, as text


@pytest.mark.slow
@pytest.mark.protects("browser/scripts-in-text")
def test_what_a_form_sends_back_is_text(owner: User, project: Project, browser_of: Browser) -> None:
    browser = browser_of(owner)
    forms = {
        "/new": {"organisation": EVIL, "name": EVIL, "template": EVIL},
        "/organisations/new": {"name": EVIL, "title": EVIL},
        "/acme/-/settings": {"name": EVIL, "title": EVIL},
        "/acme/kitchen/settings": {"name": EVIL, "description": EVIL * 5, "visibility": EVIL},
        "/acme/-/invitations": {"role": EVIL},
        "/accounts/profile": {"name": EVIL * 9, "email": EVIL},
        "/accounts/address": {"email": EVIL},
        "/accounts/password-reset": {"email": EVIL},
        "/accounts/reset": {"token": EVIL, "step": "password", "password": EVIL},
        "/accounts/confirm": {"token": EVIL},
        "/accounts/reauthenticate/": {"password": EVIL, "next": EVIL},
        "/accounts/tokens": {"name": EVIL * 9, "scopes": [EVIL], "life": EVIL},
        "/accounts/device": {"token": EVIL, "step": EVIL},
        "/accounts/login/": {"login": EVIL, "password": EVIL, "next": EVIL},
        "/sign-in": {"token": EVIL},
        "/join": {"token": EVIL, "step": EVIL},
    }
    for path, fields in forms.items():
        for asker in (browser, browser_of(None)):
            answer = asker.post(path, fields, follow=True)
            assert answer.status_code < 500
            assert not BAD.search(answer.content.decode()), path


@pytest.mark.protects("browser/uploaded-pages")
@each_case("name", ["page.html", "picture.svg", "script.js", "page.xhtml", "a;b.html", 'q"uote.html'])
@pytest.mark.parametrize("data", [b"<script>alert(1)</script>", b"\0<script>alert(1)</script>"])
def test_an_uploaded_page_is_never_shown_as_one(client: Client, project: Project, name: str, data: bytes) -> None:
    address = f"/api/v1/projects/acme/kitchen/files/{quote(name)}"
    assert client.put(address, data, content_type="text/html").status_code == 200
    answer = client.get(address)
    assert answer["Content-Type"] in ("text/plain; charset=utf-8", "application/octet-stream")
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"


@pytest.mark.protects("uploads/paths")
@each_case(
    "path",
    ["a\rb", "a\x1b[31mb", "name\u202etxt.exe", "a\u2028b", "a\x7f", "../x", "a/../../x", "/etc/passwd", "c:x", "a\\b"],
)
def test_a_path_that_leads_out_or_hides_what_it_is_is_refused(client: Client, project: Project, path: str) -> None:
    answer = client.put(
        f"/api/v1/projects/acme/kitchen/files/{quote(path, safe='')}", b"x", content_type="application/octet-stream"
    )
    assert answer.status_code == 400
    files = "/api/v1/projects/acme/kitchen/files"
    response = client.post(f"{files}/Runefile.yml/rename", {"path": path}, content_type="application/json")
    assert response.status_code == 400
    assert [file["path"] for file in client.get(files).json()["files"]] == ["Runefile.yml"]


@pytest.mark.protects("uploads/hostile-json")
@each_case("body", [b"[" * 100_000, b'{"name":' * 50_000, b"\xff", b'{"name":"\\ud800"}', b"9" * 10_000])
def test_json_made_to_exhaust_its_reader_is_a_bad_request(client: Client, body: bytes) -> None:
    answer = client.post("/api/v1/projects", body, content_type="application/json")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


@pytest.mark.protects("uploads/hostile-json")
@each_case("cursor", ["zzz", "%ff", "cD0yMDI2LTAx", "cD0lMDA=", "bz0tMQ=="])
def test_a_cursor_that_we_did_not_make_leads_nowhere(client: Client, project: Project, cursor: str) -> None:
    assert client.get(f"/api/v1/projects?cursor={cursor}").status_code in (200, 404)
    assert client.get(f"/api/v1/projects/acme/kitchen/builds?cursor={cursor}").status_code in (200, 404)


@pytest.mark.protects("browser/forged-host")
@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "127.0.0.1@evil.example", "a b"])
def test_a_host_that_is_not_ours_is_refused(browser_of: Browser, host: str) -> None:
    assert browser_of(None).get("/accounts/login/", headers={"host": host}).status_code == 400


@pytest.mark.protects("browser/forged-host")
def test_links_for_others_start_with_the_public_address_whatever_the_request_says(
    owner: User, browser_of: Browser, settings: Any
) -> None:
    settings.PUBLIC_URL = "https://forge.example"
    response = browser_of(owner).post(
        "/api/v1/organisations/acme/invitations",
        {"role": "viewer"},
        content_type="application/json",
        headers={"host": "localhost", "x-forwarded-host": "evil.example"},
    )
    assert response.json()["link"].startswith("https://forge.example/join#token=")


@pytest.mark.protects("browser/next-address")
@pytest.mark.parametrize(
    "address", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "///evil.example"]
)
def test_signing_in_never_leads_to_another_site(browser_of: Browser, user: User, address: str) -> None:
    answer = browser_of(None).post(
        "/accounts/login/", {"login": user.email, "password": "correct horse battery", "next": address}
    )
    assert (answer.status_code, answer["Location"]) == (302, "/")


@pytest.mark.slow
@pytest.mark.protects("availability/slow-readmes")
def test_a_readme_that_is_slow_to_read_is_read_once(
    builds: tuple[Build, Build], browser_of: Browser, project: Project
) -> None:
    visitor = browser_of(None)
    first = visitor.get("/acme/kitchen").content
    assert b"onerror=alert(1)" in first
    file = blob_path(builds[0].source.manifest["README.md"]["digest"])
    assert file is not None
    file.unlink()
    assert visitor.get("/acme/kitchen").content == first


def _write_line(build: Build, step: str, level: str = "info") -> None:
    JobLogLine.objects.create(job=Job.objects.get(build=build), number=1, step=step, text=EVIL, level=level)
