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
    server: ProjectServer, build: BuiltRune, reviewers: Sequence[str], title: str, message: str, approvals: int
) -> RequestedReview:
    """Asks for a review of a build, of the members with these email addresses or names. Raises `HmrError`."""
    people = _members(server, reviewers) if reviewers else []
    body: AskForReview = {
        "build": build.id,
        "title": title or f"Build {build.number}",
        "message": message,
        "reviewers": [{"people": people, "required_approvals": approvals}] if people else [],
    }
    row = server.ask(post("/projects/{organisation}/{name}/reviews", **server.names, body=body))
    return RequestedReview(row["id"], f"{server.page}/reviews/{row['number']}")


def _members(server: ProjectServer, words: Sequence[str]) -> list[str]:
    members = server.ask(get("/organisations/{organisation}/members", organisation=server.organisation))["members"]
    return [_member(members, word, server.organisation) for word in words]


def _member(members: Sequence[Member], word: str, organisation: str) -> str:
    """The member with an address, or the only one with a name."""
    folded_word = word.casefold()
    matches = [each for each in members if each["email"].casefold() == folded_word]
    matches = matches or [each for each in members if each["name"].casefold() == folded_word]
    if not matches:
        raise HmrError("not-there", f"{organisation} has no member {word}.")
    if len(matches) > 1:
        raise HmrError("refused", f"{organisation} has {len(matches)} members {word}: give the email address.")
    return matches[0]["id"]
