"""`rune devices` against a server over a real socket: pages, formats, and what it says when the server refuses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from click.testing import CliRunner, Result

from rune.tools.cli import main
from tests.support.servers.simulated_registry import Answer, SimulatedRegistry, simulated_registry

_PATH = "/api/v1/organisations/acme"


@pytest.fixture
def server() -> Iterator[SimulatedRegistry]:
    with simulated_registry() as registry:
        yield registry


def _row(name: str, **fields: Any) -> dict[str, Any]:
    usual = {"seen": None, "board": "pi", "running": None, "wanted": "1.4", "self_test": "", "problem": ""}
    return {"name": name, **usual, **fields}


def _answer(
    server: SimulatedRegistry, query: dict[str, object], rows: list[Any], count: int, following: str = ""
) -> None:
    page = {"count": count, "next": following or None, "previous": None, "results": rows}
    server.answers[f"{_PATH}/devices?{urlencode(query)}"] = Answer(200, json.dumps(page).encode())


def _run(server: SimulatedRegistry, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["devices", f"{server.address}/acme", *arguments])


def test_devices_are_shown_as_a_table(server: SimulatedRegistry) -> None:
    moment = (datetime.now(UTC) - timedelta(hours=3, minutes=5)).isoformat()
    rows = [_row("hall-1", seen=moment, running="1.4", self_test="passed"), _row("h\x1b[31m", problem="disk-full")]
    _answer(server, {"q": "board=pi seen<1d", "limit": 200}, rows, 2)
    result = _run(server, "board=pi", "seen<1d")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "device     last seen    board  running  wanted  self-test  problem",
        "hall-1     3 hours ago  pi     1.4      1.4     passed",
        r"h\x1b[31m  never        pi     nothing  1.4                disk-full",
    ]


def test_page_after_page_is_fetched_up_to_the_limit(server: SimulatedRegistry) -> None:
    _answer(server, {"q": "", "limit": 3}, [_row("a"), _row("b")], 9, f"{server.address}{_PATH}/devices?cursor=x")
    _answer(server, {"q": "", "limit": 3, "cursor": "x"}, [_row("c"), _row("d")], 9)
    result = _run(server, "--limit", "3", "--format", "json")
    answer = json.loads(result.stdout)
    assert (answer["count"], [each["name"] for each in answer["devices"]]) == (9, ["a", "b", "c"])
    assert _run(server, "--limit", "3").stderr == "3 of 9 devices. Show more with --limit.\n"


def test_a_table_is_written_as_it_comes(server: SimulatedRegistry) -> None:
    server.answers[f"{_PATH}/device-table?q=is%3Aaway"] = Answer(200, b"name,note\r\na,\r\n")
    result = _run(server, "--format", "csv", "is:away")
    assert (result.exit_code, result.stdout_bytes) == (0, b"name,note\r\na,\r\n")


def test_no_device_is_said(server: SimulatedRegistry) -> None:
    _answer(server, {"q": "board=x", "limit": 200}, [], 0)
    assert _run(server, "board=x").stdout == "No devices match.\n"


@pytest.mark.parametrize("form", ["text", "csv"])
@pytest.mark.parametrize(
    ("status", "exit_code", "text"),
    [(400, 1, "Write a value after site=."), (401, 4, "scope organisation:read"), (404, 5, "It does not exist")],
)
def test_a_refusal_has_the_servers_reason_and_an_exit_code(
    server: SimulatedRegistry, form: str, status: int, exit_code: int, text: str
) -> None:
    detail = {
        400: "Write a value after site=.",
        401: "Sign in.",
        404: "It does not exist, or you have no access to it.",
    }
    body = json.dumps({"detail": detail[status]}).encode()
    for address in (f"{_PATH}/devices?q=site%3D&limit=200", f"{_PATH}/device-table?q=site%3D"):
        server.answers[address] = Answer(status, body)
    result = _run(server, "--format", form, "site=")
    assert (result.exit_code, text in result.stderr, result.stdout) == (exit_code, True, "")


@pytest.mark.parametrize("name", ["Acme", "http://127.0.0.1:1/", "ftp://x/acme", "a b"])
def test_what_names_no_organisation_is_refused(name: str) -> None:
    result = CliRunner().invoke(main, ["devices", name])
    assert (result.exit_code, result.stdout) == (2, "")


def test_a_server_is_needed_where_nobody_signed_in(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    result = CliRunner().invoke(main, ["devices", "acme"])
    assert (result.exit_code, "Name the server of acme" in result.stderr) == (2, True)
