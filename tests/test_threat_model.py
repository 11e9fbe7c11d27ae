"""The threat model names the test that proves each defence: every one of them is there."""

from __future__ import annotations

import re

from tests.conftest import REPOSITORY


def test_every_test_that_the_threat_model_names_is_there() -> None:
    text = (REPOSITORY / "THREAT_MODEL.md").read_text("utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", text)
    assert len(named) > 80
    missing = [
        f"{path}::{name}"
        for path, name in named
        if not re.search(rf"^(?:async )?def {name}\(", _source(path), re.MULTILINE)
    ]
    assert missing == []


def test_every_attack_of_the_threat_model_has_a_test() -> None:
    text = (REPOSITORY / "THREAT_MODEL.md").read_text("utf-8")
    proven = text.partition("## How")[2].partition("## What is accepted")[0]
    heads = ("| attack", "| ---")
    rows = [line for line in proven.splitlines() if line.startswith("| ") and not line.startswith(heads)]
    assert len(rows) > 50
    assert [row for row in rows if "`tests/" not in row.rsplit("|", 2)[1]] == []


def _source(path: str) -> str:
    file = REPOSITORY / path
    return file.read_text("utf-8") if file.is_file() else ""
