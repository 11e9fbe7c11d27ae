"""The page that opens a deployment on a phone."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture
def built_script(tmp_path: Path, settings: Any) -> None:
    """The front end's build has written the player."""
    settings.STATIC_ROOT = tmp_path
    (tmp_path / "build/sdk").mkdir(parents=True)
    (tmp_path / "build/sdk/rune-player.js").write_text("export {};")


@pytest.mark.protects("delivery/links")
def test_the_page_is_the_same_for_every_name_and_reaches_its_server_alone(built_script: None) -> None:
    page = Client().get("/d/acme/kitchen/website/try")
    other = Client().get("/d/acme/kitchen/wobsite/try")
    assert (page.status_code, other.status_code) == (200, 200)
    assert page.content.replace(b"website", b"") == other.content.replace(b"wobsite", b"")
    policy = page["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "connect-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in policy
    assert page["Referrer-Policy"] == "no-referrer"
    for inline in re.findall(rb"<s(?:cript|tyle)>(.+?)</s(?:cript|tyle)>", page.content):
        assert base64.b64encode(hashlib.sha256(inline).digest()).decode() in policy


@pytest.mark.protects("delivery/links")
def test_names_cannot_become_markup(built_script: None) -> None:
    page = Client().get("/d/acme/%3Cscript%3Ealert(1)%3C%2Fscript%3E/website/try")
    assert b"<script>alert" not in page.content


def test_a_server_without_its_front_end_says_so(tmp_path: Path, settings: Any) -> None:
    settings.STATIC_ROOT = tmp_path
    assert Client().get("/d/acme/kitchen/website/try").status_code == 404


def test_the_script_of_this_release_is_named(built_script: None) -> None:
    about = Client().get("/d/rune-player").json()
    digest = base64.b64encode(hashlib.sha384(b"export {};").digest()).decode()
    assert about["integrity"] == f"sha384-{digest}"
    assert Client().get(about["url"][about["url"].index("/d/") :]).content == b"export {};"
