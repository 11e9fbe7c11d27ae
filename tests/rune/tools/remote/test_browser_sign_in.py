"""`rune login` by way of a browser, against registries that answer well and badly, over a real socket."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from rune.tools.cli import main
from rune.tools.remote import BrowserSignIn, RegistryRefused, TokenNeeded
from tests.support.cases import each_case
from tests.support.servers.listening import QuietHandler, listening, origin

SIGN_IN_STARTED = {
    "device_code": "long-secret",
    "user_code": "BCDF-GHJK",
    "verification_uri": "http://127.0.0.1:1/accounts/device",
    "verification_uri_complete": "http://127.0.0.1:1/accounts/device#token=BCDF-GHJK",
    "expires_in": 600,
    "interval": 1,
}
PENDING = (400, {"error": "authorization_pending"})
TOKEN_ISSUED = (
    200,
    {"access_token": "hf_given", "token_type": "Bearer", "name": "rune login on bench", "person": "Mika"},
)


class SignInAnswers:
    """Answers of a registry, one after the other; `seen` are paths and bodies."""

    def __init__(self) -> None:
        self.address = ""
        self.queue: list[tuple[int, Any]] = []
        self.seen: list[tuple[str, Any]] = []


@pytest.fixture
def registry() -> Iterator[SignInAnswers]:
    answers = SignInAnswers()

    class Handler(QuietHandler):
        def do_POST(self) -> None:
            answers.seen.append((self.path, json.loads(self.body())))
            self.answer(*answers.queue.pop(0))

        def do_GET(self) -> None:
            answers.seen.append((self.path, self.headers.get("Authorization")))
            self.answer(200, {})

        def answer(self, status: int, body: Any) -> None:
            self.respond(status, body if isinstance(body, bytes) else json.dumps(body).encode())

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            return  # a client that hangs up on too long an answer

    with listening(Server(("127.0.0.1", 0), Handler)) as server:
        answers.address = origin(server)
        yield answers


@pytest.mark.slow
def test_the_command_shows_the_code_and_keeps_the_token(
    registry: SignInAnswers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    registry.queue = [(201, SIGN_IN_STARTED), PENDING, TOKEN_ISSUED]
    result = CliRunner().invoke(main, ["login", registry.address])
    assert result.exit_code == 0, result.output
    assert "Open http://127.0.0.1:1/accounts/device and enter this code:\n\n    BCDF-GHJK\n" in result.output
    assert "as Mika" in result.output
    assert "hf_given" not in result.output
    credentials = json.loads((tmp_path / "rune" / "credentials.json").read_text())
    assert credentials["tokens"] == {registry.address: "hf_given"}
    start_request, *token_requests, scopes_request, registry_request = registry.seen
    assert start_request[0] == "/api/v1/device-sign-ins"
    assert token_requests == [("/api/v1/device-sign-ins/token", {"device_code": "long-secret"})] * 2
    assert scopes_request == ("/api/v1/me/token", "Bearer hf_given")
    assert registry_request == ("/v2/", "Bearer hf_given")


def test_a_program_waits_longer_when_it_is_told_to(registry: SignInAnswers) -> None:
    pauses: list[float] = []
    registry.queue = [(201, SIGN_IN_STARTED), PENDING, (400, {"error": "slow_down"}), TOKEN_ISSUED]
    with BrowserSignIn(registry.address) as browser:
        sign_in = browser.wait(browser.ask("bench"), pauses.append)
    assert sign_in.token == "hf_given"
    assert pauses == [1, 1, 6]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("error", "message"), [("access_denied", "refused in the browser"), ("expired_token", "expired before")]
)
def test_a_refusal_and_an_end_are_said(
    registry: SignInAnswers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: str, message: str
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    registry.queue = [(201, SIGN_IN_STARTED), (400, {"error": error})]
    result = CliRunner().invoke(main, ["login", registry.address])
    assert result.exit_code == 4
    assert message in result.output
    assert not (tmp_path / "rune").exists()


def test_a_code_that_nobody_allows_ends(registry: SignInAnswers) -> None:
    registry.queue = [(201, SIGN_IN_STARTED | {"expires_in": 0})]
    with BrowserSignIn(registry.address) as browser, pytest.raises(TokenNeeded, match="expired before it was allowed"):
        browser.wait(browser.ask("bench"))


@pytest.mark.protects("registry/sign-in-pages")
@pytest.mark.parametrize(
    "page",
    ["http://forge.example/device", "javascript:alert(1)", "file:///etc/passwd", "https://a b", "https://a\x1b[2J"],
)
def test_a_page_that_no_browser_should_open_is_refused(registry: SignInAnswers, page: str) -> None:
    for name in ("verification_uri", "verification_uri_complete"):
        registry.queue = [(201, SIGN_IN_STARTED | {name: page})]
        with BrowserSignIn(registry.address) as browser, pytest.raises(RegistryRefused):
            browser.ask("bench")


@pytest.mark.protects("registry/sign-in-pages")
@each_case(
    "answer",
    [
        (201, b""),
        (201, b"[1]"),
        (201, b"[" * 60_000),
        (201, b"x" * 1_000_000),
        (201, {}),
        (201, SIGN_IN_STARTED | {"user_code": "\x1b[2J"}),
        (201, SIGN_IN_STARTED | {"expires_in": "soon"}),
        (201, SIGN_IN_STARTED | {"device_code": ["x"]}),
        (302, {}),
        (429, {"detail": "Too many\x1b[2J requests"}),
        (500, b"<html>"),
    ],
)
def test_answers_that_make_no_sense_end_in_one_sentence(
    registry: SignInAnswers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: tuple[int, Any]
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    registry.queue = [answer]
    result = CliRunner().invoke(main, ["login", registry.address])
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert result.output.count("\n") == 1
    assert "\x1b" not in result.output
