"""What a stranger wrote, as a part of our messages: on one line, and nothing in it that a terminal would obey.

For people to read. It makes no text safe for HTML, for a shell or for code.
"""

from __future__ import annotations

LONGEST = 60
"""Characters of a name or a value in a message."""


def printable(text: str) -> str:
    """The text with all that is not printable written out, as `\\x1b`."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in text
    )


def plain(text: str, longest: int = LONGEST) -> str:
    """The same, cut where it is long."""
    shown = printable(text[: longest + 1])
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"


def quoted(text: str) -> str:
    """A plain text in quotes."""
    return f'"{plain(text)}"'
