"""The budget of the studio's first load. Read from the files of the front end's build, since bytes are the same
anywhere.

Benchmarks measure the same over a network, with the rune and the answers of the server.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings

from forge.core.http.frontend_build import ENTRIES, build_manifest

BUDGET = 307_500
"""Bytes of scripts, styles and faces, of the 350,000 that the whole first load may have: the rest is for the page, what
it asks the server, the headers, and a rune."""
SHOWN_AT_ONCE = "node_modules/@codemirror/lang-yaml/dist/index.js"
"""The colours of a Runefile, which are fetched by the first text that is shown."""
FACES = ("sans", "mono-400")
AFTERWARDS = (
    "src/studio/graph/GraphView.tsx",
    "src/studio/frame/Dialogs.tsx",
    "src/studio/frame/SignedOut.tsx",
    "src/studio/editor/deferred-extensions.ts",
    "src/studio/versions/VersionsPage.tsx",
)
"""Large parts that come when the text can be written and the app runs."""


def _build() -> Path:
    return Path(settings.STATIC_ROOT) / "build"


def _needed() -> set[str]:
    """The files that the first load waits for."""
    manifest = build_manifest()
    if not manifest:
        pytest.fail("The front end is not built. Run make setup.")
    files: set[str] = {manifest[f"src/look/fonts/{face}.woff2"]["file"] for face in FACES} | {"worker.js"}
    pending, keys = [ENTRIES["look"], ENTRIES["studio"], SHOWN_AT_ONCE], set()
    while pending:
        key = pending.pop()
        if key not in keys:
            keys.add(key)
            chunk = manifest[key]
            files |= {chunk["file"], *chunk.get("css", [])}
            pending += chunk.get("imports", [])
    return files


def _weight(file: str) -> int:
    """Bytes that go over the line to a browser, which reads brotli."""
    small = _build() / f"{file}.br"
    return (small if small.exists() else _build() / file).stat().st_size


def test_the_first_load_of_the_studio_stays_light() -> None:
    weights = {file: _weight(file) for file in _needed()}
    heaviest = sorted(weights.items(), key=lambda each: -each[1])[:6]
    assert sum(weights.values()) <= BUDGET, f"{sum(weights.values()):,} bytes; the heaviest: {heaviest}"


def test_what_can_wait_is_not_part_of_the_first_load() -> None:
    manifest, files = build_manifest(), _needed()
    assert [part for part in AFTERWARDS if manifest[part]["file"] in files] == []


def test_every_script_and_style_is_there_compressed() -> None:
    bare = [
        file.name
        for kind in ("*.js", "*.css")
        for file in (_build() / "assets").glob(kind)
        if file.stat().st_size > 1000 and not all(file.with_name(file.name + end).exists() for end in (".br", ".gz"))
    ]
    assert bare == []
