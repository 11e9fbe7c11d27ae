"""The text of a `forge.yml` without the people and teams that it names: a copy of a project has people of its own."""

from __future__ import annotations

import re
import sys
from typing import Final

from rune.source.policy.approvers import TEAM

_ADDRESS = re.compile(r"[^\s@]@[^\s@]")
"""The sign with something on both sides. An address may have quotes and commas in front of it."""
_TEAM = re.compile(rf"\b{TEAM}[a-z0-9]")
_SECTION = re.compile(r"(groups|approvals|owners|checks)\s*:")
_NEXT_KEY = re.compile(r"[^\s#-]")
_LINE_CONTINUATION = re.compile(r"\\(?:\r\n|\r|\n)[ \t]*")
"""The end of a line of a text in double quotes that goes on in the next one."""
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))")

NOTE: Final = (
    "# The groups, approvals, owners and checks of the project that this was copied from named its people: "
    "write your own.\n"
)


def without_people(text: str) -> str:
    """Returns the text without its groups, approvals, owners and checks, where it names people by their addresses or
    teams, and with a comment that says so; else as it is. Returns the comment alone where people are named anywhere
    else.
    """
    if not _names_people(text):
        return text
    remaining: list[str] = []
    is_left_out = False
    for line in text.splitlines(keepends=True):
        if _NEXT_KEY.match(line):
            is_left_out = bool(_SECTION.match(line))
        is_comment = line.lstrip().startswith("#")
        if not is_left_out and not (is_comment and _names_people(line)):
            remaining.append(line)
    remaining_text = "".join(remaining)
    return NOTE if _names_people(remaining_text) else NOTE + remaining_text


def _names_people(text: str) -> bool:
    """Returns whether there is an address or a team in the text, or in what YAML reads in it.

    The escapes are decoded everywhere, also where they stand for themselves: a text that is not YAML is searched too.
    """
    readable = _ESCAPE.sub(_character, _LINE_CONTINUATION.sub("", text))
    return any(pattern.search(each) for pattern in (_ADDRESS, _TEAM) for each in (text, readable))


def _character(escape: re.Match[str]) -> str:
    code = int(escape[1] or escape[2] or escape[3], 16)
    return chr(code) if code <= sys.maxunicode else escape[0]
