"""The words of a list, one a line, as the block `label` reads them when a rune runs."""

from __future__ import annotations

_WHITE_SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
"""Unicode's white space; Python's own list has four control characters more."""


def words_of(wordlist: str) -> list[str]:
    """The lines of the trimmed list, none of an empty one. They end with LF or CRLF, and blank ones inside count."""
    text = wordlist.strip(_WHITE_SPACE)
    return [line.removesuffix("\r") for line in text.split("\n")] if text else []
