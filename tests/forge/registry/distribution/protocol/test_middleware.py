"""The registry's addresses go past the middleware of pages, and have what every answer has."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.sessions.backends.base import SessionBase
from django.test import Client

from forge.core.http.policies import NOT_A_PAGE
from forge.registry.distribution.protocol import api

pytestmark = pytest.mark.django_db


def test_an_answer_has_its_length_and_its_policies(monkeypatch: pytest.MonkeyPatch) -> None:
    def opened(*_: Any, **__: Any) -> None:
        raise AssertionError("a session was opened")

    monkeypatch.setattr(SessionBase, "__init__", opened)
    answer = Client().get("/v2/acme/nowhere/manifests/1.0")
    assert answer.status_code == 401
    assert answer["Content-Length"] == str(len(answer.content))
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Content-Security-Policy"] == NOT_A_PAGE
    assert "Set-Cookie" not in answer


def test_a_wrong_host_is_refused() -> None:
    assert Client().get("/v2/", headers={"Host": "else where"}).status_code == 400


def test_an_error_that_nobody_foresaw_has_a_policy_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any) -> None:
        raise RuntimeError("unforeseen")

    monkeypatch.setattr(api, "caller_of", fails)
    answer = Client(raise_request_exception=False).get("/v2/")
    assert (answer.status_code, answer["Content-Security-Policy"]) == (500, NOT_A_PAGE)
