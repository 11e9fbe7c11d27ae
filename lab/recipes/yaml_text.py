"""Texts in the Runefiles of recipes."""

from __future__ import annotations

import json
import re

_PLAIN_PATH = re.compile(r"\./[A-Za-z0-9][A-Za-z0-9_./-]*")


def yaml_text(value: str) -> str:
    """A text in YAML, as `rune fmt` writes it: JSON's strings are YAML's, and usual paths need no quotes."""
    return value if _PLAIN_PATH.fullmatch(value) else json.dumps(value, ensure_ascii=False)
