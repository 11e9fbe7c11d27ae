"""Cookies travel by HTTPS alone with an HTTPS address, and browsers are instructed to stay with it; by HTTP nothing
is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

pytestmark = pytest.mark.foreign

ASK = """
import json, django
django.setup()
from django.conf import settings
from django.test import Client
answer = Client().get("/accounts/login/", secure=settings.ENVIRONMENT.secure, headers={"host": "forge.example"})
cookies = {name: [bool(cookie["secure"]), cookie["samesite"]] for name, cookie in answer.cookies.items()}
session = [settings.SESSION_COOKIE_SECURE, settings.SESSION_COOKIE_HTTPONLY, settings.SESSION_COOKIE_SAMESITE]
print(json.dumps([cookies, session, answer.get("Strict-Transport-Security"), answer["Content-Security-Policy"]]))
"""


def https_settings(public_url: str, data: Path) -> list[object]:
    """The headers of the sign-in page under a public address: cookies, the session's flags, HSTS and the policy."""
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "forge.settings",
        "PUBLIC_URL": public_url,
        "DATA_DIR": str(data),
        "SECRET_KEY": "x",
    }
    command = [sys.executable, "-c", ASK]
    answer = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=60)
    assert answer.returncode == 0, answer.stderr
    values: list[object] = json.loads(answer.stdout)
    return values


@pytest.mark.slow
@pytest.mark.protects("browser/cookies-in-transit")
def test_under_https_cookies_are_secure_and_browsers_stay_with_it(tmp_path: Path) -> None:
    cookies, session, transport, policy = https_settings("https://forge.example", tmp_path)
    assert cookies == {"csrftoken": [True, "Lax"]}
    assert session == [True, True, "Lax"]
    assert transport == "max-age=2592000"
    assert "wss://forge.example" in str(policy)


@pytest.mark.slow
def test_under_http_no_browser_is_told_to_use_https(tmp_path: Path) -> None:
    cookies, session, transport, _ = https_settings("http://forge.example", tmp_path)
    assert cookies == {"csrftoken": [False, "Lax"]}
    assert session == [False, True, "Lax"]
    assert transport is None
