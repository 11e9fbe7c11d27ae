"""Answers of something between a client and a deployment's server, such as the login page of a hotel: the table of
cases that the clients of Python and of JavaScript share.

In each case a client has loaded a release before, and something answers in the server's place at the next load.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

LAST_GOOD = "last good rune"
"""The client loads what it stored, and says how old it is."""
LOGIN_PATH = "/login"
LOGIN_PAGE = b"<!doctype html><title>Welcome to the hotel</title><form>Room number <input></form>"
_HTML = "text/html; charset=utf-8"
_JSON = "application/json"
_PROBLEM = "application/problem+json"


class AnsweredRequests(Enum):
    """The requests that are answered."""

    ALL = "all"
    RUNE = "rune"
    """The bytes of a newer release. The documents that name it are those of the server."""


@dataclass(frozen=True)
class Interference:
    """An answer in the server's place."""

    name: str
    expected: str = LAST_GOOD
    """`LAST_GOOD`, or the name of the error."""
    status: int = 200
    body: bytes = LOGIN_PAGE
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": _HTML})
    place: AnsweredRequests = AnsweredRequests.ALL
    missing_bytes: int = 0
    """Bytes that the answer announces and does not send."""
    is_cut: bool = False
    """The connection is closed without an answer."""
    is_served: bool = False
    """The body is the server's own answer; only status and headers are others."""


def _problem(name: str) -> bytes:
    return f'{{"name": "{name}", "detail": "Refused."}}'.encode()


def _redirect(status: int, location: str) -> Interference:
    return Interference(f"redirect {status} to {location}", status=status, headers={"Location": location}, body=b"")


ELSEWHERE = "http://localhost:{port}"
"""The same server under the name of another host."""

INTERFERENCES = (
    # A captive portal.
    Interference("login page in place of every answer"),
    Interference("login page in place of the rune", place=AnsweredRequests.RUNE),
    Interference("login page without a type", headers={}),
    Interference("login page that says it is JSON", headers={"Content-Type": _JSON}),
    Interference("login page as a refusal", status=403),
    Interference("login page where nothing is to be seen", status=404),
    Interference("empty answer", status=204, body=b"", headers={}),
    Interference("demand of the network", status=511),
    Interference("demand of a proxy", status=407),
    Interference("demand of a proxy in words", status=407, body=b"Log in.", headers={"Content-Type": "text/plain"}),
    _redirect(302, LOGIN_PATH),
    _redirect(302, ELSEWHERE + LOGIN_PATH),
    _redirect(303, ELSEWHERE + LOGIN_PATH),
    _redirect(307, ELSEWHERE + "{path}"),
    Interference(
        "redirect in place of the rune",
        status=307,
        headers={"Location": ELSEWHERE + "{path}"},
        body=b"",
        place=AnsweredRequests.RUNE,
    ),
    Interference("answer of the server with the type of a page", is_served=True),
    # A server that is out of order, or a way to it that is.
    Interference("connection that is closed", is_cut=True),
    Interference("connection that is closed in place of the rune", is_cut=True, place=AnsweredRequests.RUNE),
    Interference("answer that breaks off", is_served=True, missing_bytes=100, headers={"Content-Type": _JSON}),
    Interference("error of the server", status=500, body=b"{}", headers={"Content-Type": _JSON}),
    Interference("server that is closed for maintenance", status=503),
    Interference("error of the server that breaks off", status=502, missing_bytes=100),
    # Answers of the server itself. The folder is no way around them.
    Interference("revoked key", "key-revoked", 403, _problem("key-revoked"), {"Content-Type": _PROBLEM}),
    Interference("withdrawn version", "version-withdrawn", 410, _problem("version-withdrawn"), {"Content-Type": _JSON}),
    Interference("refusal without a name", "refused", 403, b"{}", {"Content-Type": _JSON}),
    Interference(
        "refusal that breaks off", "refused", 403, _problem("key-revoked"), {"Content-Type": _JSON}, missing_bytes=100
    ),
    Interference("address of a file", "refused", 200, b"\0asm", {"Content-Type": "application/wasm"}),
    Interference(
        "other bytes", "damaged", 200, b"x", {"Content-Type": "application/wasm"}, place=AnsweredRequests.RUNE
    ),
)
