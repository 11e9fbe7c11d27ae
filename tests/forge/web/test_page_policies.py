"""The policies of pages and of the frame: no script or style inside a page, and nothing of a user's is markup."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from forge.accounts.models import Organisation, User
from forge.projects.models import Project
from tests.support.cases import each_case

pytestmark = pytest.mark.django_db

Browser = Callable[[User | None], Client]


@pytest.mark.slow
@pytest.mark.protects("browser/compressed-secrets")
def test_of_the_pages_the_studios_alone_is_compressed_and_with_other_secrets_each_time(
    client: Client, project: Project
) -> None:
    headers = {"Accept-Encoding": "gzip"}
    pages = [gzip.decompress(client.get("/acme/kitchen/studio", headers=headers).content).decode() for _ in range(2)]
    for secret in (r'"csrf": "(\w+)"', r'name="csp-nonce" content="([^"]+)"'):
        first, second = (re.search(secret, page) for page in pages)
        assert first
        assert second
        assert first[1] != second[1]
    for path in ("/", "/accounts/tokens", "/acme/kitchen/settings"):
        assert not client.get(path, headers=headers).has_header("Content-Encoding")


@pytest.mark.slow
def test_what_a_user_wrote_is_shown_as_text(client: Client, project: Project, organisation: Organisation) -> None:
    evil = "</script><script>alert(1)</script>"
    Project.objects.update(description=evil)
    Organisation.objects.update(title=evil)
    User.objects.update(name=evil)
    for path in ("/", "/acme", "/acme/kitchen/studio", "/acme/kitchen/settings", "/accounts/profile"):
        assert "<script>alert" not in client.get(path).content.decode()


def policy_of(answer: Any) -> dict[str, list[str]]:
    parts = [part.split() for part in answer["Content-Security-Policy"].split(";")]
    return {part[0]: part[1:] for part in parts if part}


@pytest.mark.protects("browser/content-policy")
@each_case("path", ["/", "/acme", "/new", "/accounts/tokens", "/accounts/login/", "/nothing/here"])
def test_every_page_has_a_strict_policy(client: Client, project: Project, path: str) -> None:
    answer = client.get(path)
    policy = policy_of(answer)
    assert policy["default-src"] == ["'none'"]
    assert policy["script-src"] == ["'self'"]
    assert policy["style-src"] == ["'self'"]
    assert policy["connect-src"] == ["'self'", "ws://127.0.0.1:8000"]
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["object-src"] == ["'none'"]
    assert policy["form-action"] == policy["frame-src"] == ["'self'"]
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert "microphone=(self)" in answer["Permissions-Policy"]
    assert "accelerometer=(self)" in answer["Permissions-Policy"]
    assert "no-cache" in answer["Cache-Control"]


@pytest.mark.protects("browser/content-policy")
@pytest.mark.parametrize("path", ["/api/v1/me", "/api/v1/projects/acme/kitchen", "/api/v1/nothing/here"])
def test_no_answer_of_the_api_is_a_page(client: Client, project: Project, path: str) -> None:
    answer = client.get(path)
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "Permissions-Policy" not in answer
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-cache" in answer["Cache-Control"]


@pytest.mark.protects("browser/content-policy")
@each_case(
    "path",
    ["/", "/acme", "/new", "/accounts/profile", "/accounts/security", "/accounts/tokens", "/acme/kitchen/settings"],
)
def test_no_page_has_a_script_or_a_style_inside_it(client: Client, project: Project, path: str) -> None:
    content = client.get(path).content.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", content)
    assert " style=" not in content
    assert not re.search(r"\son\w+=", content)


@pytest.mark.protects("runes/network")
def test_the_frame_has_a_policy_of_its_own_and_no_session(browser_of: Browser, settings: Any, tmp_path: Any) -> None:
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "frame.js").write_text("const end = '</script>'; // <!-- end")
    settings.STATIC_ROOT = tmp_path
    answer = browser_of(None).get("/frame/")
    policy = policy_of(answer)
    content = answer.content.decode()
    nonce = re.search(r'<script nonce="([^"]+)">', content)
    assert nonce is not None
    assert policy == {
        "sandbox": ["allow-scripts"],
        "default-src": ["'none'"],
        "script-src": [f"'nonce-{nonce[1]}'", "blob:", "'wasm-unsafe-eval'"],
        "worker-src": ["blob:"],
        "connect-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
        "frame-ancestors": ["'self'"],
    }
    assert content.count("</script>") == 1
    assert "<!--" not in content
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert not answer.cookies
    assert "Vary" not in answer or "Cookie" not in answer["Vary"]
