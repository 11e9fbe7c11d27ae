"""The SDK at an address that another program has, and at a server that starts anew."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

import hmr
from hmr.reviews import _member
from hmr.server import ProjectServer
from rune.tools.remote.api import get
from tests.support.servers.listening import QuietHandler, http_server


class ServerAnswers(QuietHandler):
    """Gives the first of the answers that are left, and the last one for ever."""

    left: Sequence[tuple[int, bytes, str]] = ()

    def do_GET(self) -> None:
        status, body, encoding = ServerAnswers.left[0]
        ServerAnswers.left = ServerAnswers.left[1:] or ServerAnswers.left
        self.respond(status, body, {"Content-Encoding": encoding} if encoding else None)

    do_POST = do_PUT = do_GET


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr("hmr.server._PAUSE", 0.0)
    ServerAnswers.left = [(200, b'{"status": "ok"}', "")]
    with http_server(ServerAnswers) as address:
        yield address


@pytest.mark.parametrize("token", ["hf_s\u00e9cret", "hf_sec\nret"])
def test_a_token_that_cannot_be_one_is_not_shown(server: str, token: str) -> None:
    with pytest.raises(hmr.HmrError) as error:
        hmr.Rune("acme", "waves", server=server, token=token)
    assert error.value.name == "token-needed"
    assert "hf_s" not in str(error.value)


def test_the_line_end_behind_a_token_is_no_part_of_it(server: str) -> None:
    assert hmr.Rune("acme", "waves", server=server, token="secret\n").page == f"{server}/acme/waves"


def test_answers_of_another_program_are_refused(server: str) -> None:
    rune = hmr.Rune("acme", "waves", server=server, token="secret")
    with pytest.raises(hmr.HmrError, match="did not answer as Hammer Forge does") as error:
        rune.build()
    assert error.value.name == "refused"


def test_a_script_that_cannot_be_read_is_an_error_of_this_package(server: str) -> None:
    project = ProjectServer("acme", "waves", server, "secret")
    ServerAnswers.left = [(200, b"no gzip", "gzip")]
    for url in (f"{server}/script", "http://[::1"):
        with pytest.raises(hmr.HmrError):
            project.fetch(url, 1000)


def test_a_server_that_starts_anew_ends_no_wait(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    project = ProjectServer("acme", "waves", server, "secret")
    request = get("/builds/{build_id}", build_id="1")
    states = [json.dumps({"state": state}).encode() for state in ("running", "succeeded")]
    ServerAnswers.left = [(200, states[0], ""), (502, b"", ""), (503, b"", ""), (200, states[1], "")]
    assert project.wait(request, lambda row: row["state"] == "succeeded", 60, "The build")["state"] == "succeeded"
    ServerAnswers.left = [(502, b"", "")]
    monkeypatch.setattr("hmr.server._AWAY_SECONDS", 0.0)
    with pytest.raises(hmr.HmrError) as error:
        project.wait(request, lambda _: True, 60, "The build")
    assert error.value.name == "server-away"


def test_a_member_is_named_by_an_address_or_by_a_name_of_their_own() -> None:
    people = [("1", "ana@acme.example", "Ana"), ("2", "two@acme.example", "Ana"), ("3", "b@acme.example", "Bo")]
    members: Any = [{"id": key, "email": email, "name": name} for key, email, name in people]
    members.append({"id": "4", "email": "c@acme.example", "name": "ANA@acme.example"})
    assert _member(members, "Ana@acme.example", "acme") == "1"
    assert _member(members, "bo", "acme") == "3"
    for word, name in (("ana", "refused"), ("nobody", "not-there")):
        with pytest.raises(hmr.HmrError) as error:
            _member(members, word, "acme")
        assert error.value.name == name
