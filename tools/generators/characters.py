"""Writes what tokenizers must know of Unicode's characters: `python -m tools.generators.characters`.

The version of Unicode is that of the Python which runs this, so a newer Python may change it: that is a decision,
not a build's side effect, and the file is checked in.
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterator
from itertools import groupby

from tools.setup import ROOT

TABLE = ROOT / "rune" / "blocks" / "common" / "characters.json"
_HANGUL = range(0xAC00, 0xD7A4)
_SURROGATES = range(0xD800, 0xE000)
_CONTROLS = ("Cc", "Cf", "Co")


def kind(character: str) -> str:
    """One letter for what tokenizers tell apart, `-` for all others."""
    category = unicodedata.category(character)
    if category in ("Zs", "Mn"):
        return "S" if category == "Zs" else "M"
    if category in _CONTROLS:
        return "C"
    return category[0] if category[0] in "PLN" else "-"


def folded(character: str) -> str:
    """In lower case, taken apart, without its accents."""
    apart = unicodedata.normalize("NFD", character.lower())
    return "".join(each for each in apart if unicodedata.category(each) != "Mn")


def _characters() -> Iterator[str]:
    return (chr(code) for code in range(sys.maxunicode + 1) if code not in _SURROGATES)


def table() -> str:
    """Runs of characters of one kind, then each character that folds to others; marks and Hangul follow rules."""
    runs = [f'["{ord(next(run)):X}", "{name}"]' for name, run in groupby(_characters(), kind)]
    folds = [
        f'["{ord(character):X}", "{" ".join(f"{ord(each):X}" for each in plain)}"]'
        for character in _characters()
        if kind(character) != "M" and ord(character) not in _HANGUL and (plain := folded(character)) != character
    ]
    parts = {"runs": runs, "folds": folds}
    sections = ",\n".join(f'"{name}": [\n{_lines(entries)}\n]' for name, entries in parts.items())
    return f'{{"unicode": "{unicodedata.unidata_version}",\n{sections}}}\n'


def _lines(entries: list[str]) -> str:
    return ",\n".join(", ".join(entries[at : at + 8]) for at in range(0, len(entries), 8))


if __name__ == "__main__":
    TABLE.write_text(table(), encoding="ascii")
