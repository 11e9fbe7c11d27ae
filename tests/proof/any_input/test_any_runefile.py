"""Tens of thousands of Runefiles, wrong in every way: each gives diagnostics to show, and fixes that apply.

What the fast reader of YAML takes of them, it reads as the full reader does.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.proof.any_input.seeds import seeds
from tests.support.language.invariants import checked_with_invariants, same
from tests.support.language.pieces import DOCUMENTS, LEGACY_PIECES, PIECES

pytestmark = pytest.mark.proof
Recorder = Callable[[str, object], None]
COUNT = int(os.environ.get("FORGE_RUNEFILES", "20000"))
FULL = settings(
    max_examples=COUNT, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
_MOST_CHANGES = 6


def test_any_text_gives_diagnostics(record_property: Recorder) -> None:
    @given(st.text(max_size=400) | st.lists(PIECES, max_size=80).map("".join))
    @FULL
    def check(text: str) -> None:
        checked_with_invariants(text.encode("utf-8", "replace"))

    check()
    record_property("Runefiles", COUNT)


def test_any_document_gives_diagnostics(record_property: Recorder) -> None:
    @given(DOCUMENTS)
    @FULL
    def check(document: dict[str, Any]) -> None:
        text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False)
        same(text)
        checked_with_invariants(text.encode("utf-8", "replace"))

    check()
    record_property("Runefiles", COUNT)


def test_any_text_form_gives_diagnostics(record_property: Recorder) -> None:
    @given(st.lists(LEGACY_PIECES, max_size=80).map("".join))
    @FULL
    def check(text: str) -> None:
        checked_with_invariants(f"FROM x\n{text}".encode("utf-8", "replace"), "Runefile")

    check()
    record_property("Runefiles", COUNT)


def test_real_runefiles_with_changes_give_diagnostics(test_data: Path, record_property: Recorder) -> None:
    originals = [data.decode() for data in (*seeds("yaml"), *seeds("text"))]
    originals += [path.read_text("utf-8") for path in sorted(test_data.rglob("Runefile*")) if path.is_file()]
    for number in range(COUNT):
        draw = random.Random(number)
        text = draw.choice(originals)
        for _ in range(draw.randint(1, _MOST_CHANGES)):
            text = changed(text, draw)
        same(text)
        checked_with_invariants(text.encode("utf-8", "replace"), draw.choice(["Runefile.yml", "Runefile"]))
    record_property("Runefiles", COUNT)


def changed(text: str, draw: random.Random) -> str:
    """The text with a word, a line or a few characters lost, doubled, moved or replaced."""
    lines = text.splitlines(keepends=True) or [""]
    at = draw.randrange(len(lines))
    match draw.randrange(6):
        case 0:
            del lines[at]
        case 1:
            lines.insert(draw.randrange(len(lines) + 1), lines[at])
        case 2:
            lines[at] = " " * draw.randint(0, 3) + lines[at].lstrip(" ")
        case 3:
            other = draw.randrange(len(lines))
            lines[at], lines[other] = lines[other], lines[at]
        case 4:
            start = draw.randint(0, len(lines[at]))
            lines[at] = lines[at][:start] + lines[at][start + draw.randint(1, 4) :]
        case _:
            start = draw.randint(0, len(lines[at]))
            lines[at] = lines[at][:start] + draw.choice("[]{}:,&*!|>'\"%@`#?-$\\\n\t <>") + lines[at][start:]
    return "".join(lines)
