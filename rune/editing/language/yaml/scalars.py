"""Writing single values as YAML: with quotes where they are needed, and in the style that was there before."""

from __future__ import annotations

import json
import re

from rune.source.runefile.yaml.values import core_value

_PLAIN_IN_FLOW = re.compile(r"(?!-\Z)[A-Za-z0-9_$./+-][A-Za-z0-9_$./+@#-]*\Z")
"""Texts that need no quotes wherever they stand; there are others."""
_WORDS_ELSEWHERE = frozenset(("yes", "no", "on", "off", "y", "n", "true", "false", "null"))
"""Words that other YAML readers take for booleans or null, in any case."""
_INDICATORS = "-?:,[]{}#&*!|>'\"%@`"
_NUMBER_ELSEWHERE = re.compile(r"[-+.]?[0-9]")


def needs_no_quotes(text: str, *, in_flow: bool = True) -> bool:
    """Returns whether a text means itself without quotes, for this reader and for others."""
    if core_value(text) is not text or text.lower() in _WORDS_ELSEWHERE or _NUMBER_ELSEWHERE.match(text):
        return False
    if _PLAIN_IN_FLOW.match(text):
        return not text.startswith(("---", "..."))
    if in_flow or not text.isprintable() or text != text.strip() or not text:
        return False
    return text[0] not in _INDICATORS and ": " not in text and " #" not in text and not text.endswith(":")


def is_plain_in_flow(text: str) -> bool:
    """Returns whether something written without quotes in a block, a number too, means the same inside of brackets."""
    return bool(_PLAIN_IN_FLOW.match(text))


def quoted_scalar(text: str, quote: str = '"') -> str:
    """The text in quotes, on one line."""
    if quote == "'" and text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    literal = json.dumps(text, ensure_ascii=False)
    return "".join(character if character.isprintable() else f"\\U{ord(character):08x}" for character in literal)


def literal_of(value: int | float | str, *, in_flow: bool, quote: str = '"') -> str:
    """A value on one line. `quote` is what the file puts around texts that need it."""
    if isinstance(value, str):
        return value if needs_no_quotes(value, in_flow=in_flow) else quoted_scalar(value, quote)
    if isinstance(value, int):
        return str(value)
    if value != value or value in (float("inf"), float("-inf")):
        return {"inf": ".inf", "-inf": "-.inf"}.get(str(value), ".nan")
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def rewritten(value: int | float | str, style: str, *, in_flow: bool, quote: str = '"') -> str:
    """A value in the place of one of that style: a text that stood in quotes keeps them."""
    if isinstance(value, str) and style in ('"', "'"):
        return quoted_scalar(value, style)
    return literal_of(value, in_flow=in_flow, quote=quote)


def block_text(text: str, indent: int, line_break: str) -> str | None:
    """A text of several lines as a block (`|`), its lines behind `indent` spaces; None when it cannot be one."""
    body = text.removesuffix("\n")
    lines = body.split("\n")
    is_simple = all(line == "" or line.isprintable() for line in lines) and "\t" not in lines[0][:1]
    if not is_simple or not lines[0] or lines[0].startswith(" ") or not lines[-1].strip():
        return None
    header = "|" if text.endswith("\n") else "|-"
    return line_break.join((header, *(" " * indent + line if line else "" for line in lines)))
