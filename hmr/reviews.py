"""Asking for a review of a build."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hmr.builds import BuiltRune
from hmr.errors import HmrError
from hmr.server import ProjectServer, reads_answers
from rune.tools.remote.api import get, post

if TYPE_CHECKING:
    from forge_api.shapes import AskForReview, Member


@dataclass(frozen=True)
class RequestedReview:
    """A review that somebody asked for."""

    id: str
    page: str

    def __repr__(self) -> str:
        return f"Review {self.page}"


@reads_answers
def open_review(
    server: ProjectServer, built: BuiltRune, reviewers: Sequence[str], title: str, message: str, needed: int
) -> RequestedReview:
    """Asks for a review of a build, of the members with these email addresses or names. Raises `HmrError`."""
    people = _members(server, reviewers) if reviewers else []
    body: AskForReview = {
        "build": built.id,
        "title": title or f"Build {built.number}",
        "message": message,
        "reviewers": [{"people": people, "needed": needed}] if people else [],
    }
    row = server.ask(post("/projects/{organisation}/{name}/reviews", **server.names, body=body))
    return RequestedReview(row["id"], f"{server.page}/reviews/{row['number']}")


def _members(server: ProjectServer, words: Sequence[str]) -> list[str]:
    members = server.ask(get("/organisations/{organisation}/members", organisation=server.organisation))["members"]
    return [_member(members, word, server.organisation) for word in words]


def _member(members: Sequence[Member], word: str, organisation: str) -> str:
    """The member with an address, or the only one with a name."""
    wanted = word.casefold()
    chosen = [each for each in members if each["email"].casefold() == wanted]
    chosen = chosen or [each for each in members if each["name"].casefold() == wanted]
    if not chosen:
        raise HmrError("not-there", f"{organisation} has no member {word}.")
    if len(chosen) > 1:
        raise HmrError("refused", f"{organisation} has {len(chosen)} members {word}: give the email address.")
    return chosen[0]["id"]
