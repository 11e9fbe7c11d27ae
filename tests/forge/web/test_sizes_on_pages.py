"""Sizes on pages have one unit: none is written by Django's filter, which counts kilobytes of 1,024 bytes, and none in
KiB or MiB."""

from __future__ import annotations

import re

from tests.conftest import REPOSITORY

OTHER_UNITS = re.compile(r"\bfilesizeformat\b|[0-9}] ?[KMG]iB\b")


def test_no_template_and_no_script_writes_another_unit() -> None:
    files = [
        *(REPOSITORY / "templates").rglob("*.html"),
        *(path for path in (REPOSITORY / "frontend" / "src").rglob("*.ts*") if path.name != "schema.ts"),
    ]
    assert len(files) > 500
    lines = [
        f"{path.relative_to(REPOSITORY)}: {line.strip()}"
        for path in files
        for line in path.read_text("utf-8").splitlines()
        # A page of WebAssembly memory has 64 KiB: comments name that unit of the specification.
        if OTHER_UNITS.search(line) and not line.strip().startswith(("//", "*", "/*"))
    ]
    assert lines == []
