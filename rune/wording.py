"""Wording of messages: counts, sizes, and foreign text on one line without control characters.

It does not escape text for HTML, a shell or code.
"""

from __future__ import annotations

from collections.abc import Sequence

LONGEST = 60
"""Characters of a name or a value in a message."""


def printable(text: str) -> str:
    """The text with all that is not printable written out, as `\\x1b`."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in text
    )


def plain(text: str, longest: int = LONGEST) -> str:
    """The printable text, shortened to `longest` characters."""
    printable_text = printable(text[: longest + 1])
    return printable_text if len(printable_text) <= longest else printable_text[: longest - 1] + "…"


def quoted(text: str) -> str:
    """A plain text in quotes."""
    return f'"{plain(text)}"'


def counted(count: int, noun: str, nouns: str | None = None) -> str:
    """`1 stage`, `2 stages`; `nouns` where that is not the noun with an s."""
    return f"{count} {noun}" if count == 1 else f"{count} {nouns or f'{noun}s'}"


def listed(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`; nothing for no words."""
    return "".join(words) if len(words) < 2 else f"{', '.join(words[:-1])} and {words[-1]}"


def alternatives(words: Sequence[str]) -> str:
    """`a`, `a or b`, `a, b or c`; nothing for no words."""
    return "".join(words) if len(words) < 2 else f"{', '.join(words[:-1])} or {words[-1]}"


_UNITS = ((1000, 999_500, "kB"), (10**6, 999_500_000, "MB"), (10**9, float("inf"), "GB"))
"""Each with its bytes and the size from which the next one is used."""


def size_text(count: int) -> str:
    """Bytes as people read them: `812 B`, `47.5 kB`, `107 kB`, `2.1 MB`, `20.0 GB`. A kilobyte has 1,000 bytes."""
    if count < 1000:
        return f"{count} B"
    one, unit = next((one, unit) for one, most, unit in _UNITS if count < most)
    # In whole numbers, half of a digit upwards: `frontend/src/look/quantities.ts` writes the same text.
    tenths = (count * 10 + one // 2) // one
    return f"{tenths // 10}.{tenths % 10} {unit}" if tenths < 1000 else f"{(count + one // 2) // one} {unit}"


def milliseconds_text(value: float) -> str:
    """A length of time with a unit: `0.07 ms`, `12 ms`, `1.4 s`."""
    return f"{value:.3g} ms" if value < 1000 else f"{value / 1000:.3g} s"


def milliseconds_range_text(least: float, most: float) -> str:
    """A range of time with a unit, which stands once if both ends have it: `12 to 29 ms`, `640 ms to 1.3 s`."""
    first, last = milliseconds_text(least), milliseconds_text(most)
    unit = last.rpartition(" ")[2]
    return f"{first.removesuffix(f' {unit}')} to {last}"


def hertz(rate: float) -> str:
    """A rate as people say it: `44.1 kHz`, `100 Hz`."""
    return f"{rate / 1000:.6g} kHz" if rate >= 1000 else f"{rate:g} Hz"


def install_command(extra: str) -> str:
    """Says how an extra is installed: from a clone or a server, because the package index has no package of ours."""
    return f"`pip install '.[{extra}]'` in a clone of Hammer Forge, or the command on your server's page /dist/"
