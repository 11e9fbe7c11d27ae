"""The text of a `forge.yml` without the people and teams that it names: a copy of a project has people of its own."""

from __future__ import annotations

import re
from typing import Final

from rune.source.policy.approvers import TEAM

_ADDRESS = re.compile(r"[^\s@,\[\]{}'\"]+@[^\s@,\[\]{}'\"]+")
_TEAM = re.compile(rf"\b{TEAM}[a-z0-9]")
_SECTION = re.compile(r"(groups|approvals|owners|checks)\s*:")
_NEXT_KEY = re.compile(r"[^\s#-]")

NOTE: Final = (
    "# The groups, approvals, owners and checks of the project that this was copied from named its people: "
    "write your own.\n"
)


def without_people(text: str) -> str:
    """Returns the text without its groups, approvals, owners and checks, where it names people by their addresses or
    teams, and with a comment that says so; else as it is. Returns the comment alone where an address stands anywhere
    else.
    """
    if not _ADDRESS.search(text) and not _TEAM.search(text):
        return text
    remaining: list[str] = []
    is_left_out = False
    for line in text.splitlines(keepends=True):
        if _NEXT_KEY.match(line):
            is_left_out = bool(_SECTION.match(line))
        is_comment = line.lstrip().startswith("#")
        if not is_left_out and not (is_comment and _ADDRESS.search(line)):
            remaining.append(line)
    shortened = "".join(remaining)
    return NOTE if _ADDRESS.search(shortened) else NOTE + shortened
