"""Asking for a review of a build."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hmr.builds import BuiltRune
from hmr.errors import HmrError
from hmr.server import ProjectServer


@dataclass(frozen=True)
class RequestedReview:
    """A review that somebody asked for."""

    id: str
    page: str

    def __repr__(self) -> str:
        return f"Review {self.page}"


def open_review(
    server: ProjectServer, built: BuiltRune, reviewers: Sequence[str], title: str, message: str, needed: int
) -> RequestedReview:
    """Asks for a review of a build, of the members with these email addresses or names. Raises `HmrError`."""
    groups = [{"people": _members(server, reviewers), "needed": needed}] if reviewers else []
    body = {
        "build": built.id,
        "title": title or f"Build {built.number}",
        "message": message,
        "reviewers": groups,
    }
    row = server.ask("POST", server.here("/reviews"), body)
    return RequestedReview(row["id"], f"{server.page}/reviews/{row['number']}")


def _members(server: ProjectServer, words: Sequence[str]) -> list[str]:
    members = server.ask("GET", f"/organisations/{server.organisation}/members")
    rows: list[dict[str, Any]] = members.get("members") or members.get("results") or []
    return [_member(rows, word, server.organisation) for word in words]


def _member(rows: Sequence[dict[str, Any]], word: str, organisation: str) -> str:
    for row in rows:
        person = row.get("person", row)
        if word.casefold() in (str(person.get(name, "")).casefold() for name in ("email", "name")):
            return str(person["id"])
    raise HmrError("not-there", f"{organisation} has no member {word}.")
