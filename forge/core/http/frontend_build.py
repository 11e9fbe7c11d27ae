"""The output of the front end's build: its manifest, and the files of an entry."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

ENTRIES = {
    "look": "src/look/look.css",
    "studio": "src/studio/main.tsx",
    "player": "src/player/main.tsx",
    "phone": "src/player/phone/main.tsx",
    "collect": "src/player/collect/main.tsx",
    "welcome": "src/player/welcome/main.ts",
    "cards": "src/player/card/main.ts",
    "pages": "src/pages/main.ts",
}
"""The front end's entries by the name that templates use."""


@lru_cache(maxsize=4)
def _manifest(path: Path, changed: float) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return manifest


def build_manifest() -> dict[str, Any]:
    """Returns the front end's manifest by source; empty before the first build (`serve` refuses to start then)."""
    path = Path(settings.STATIC_ROOT) / "build" / "manifest.json"
    try:
        return _manifest(path, path.stat().st_mtime)
    except FileNotFoundError:
        return {}


def entry_files(name: str) -> list[str]:
    """All files that an entry may need, below the folder of the build: modules, styles, fonts and pictures."""
    manifest = build_manifest()
    files: list[str] = []
    seen_keys: set[str] = set()
    pending = [ENTRIES[name]] if ENTRIES[name] in manifest else []
    while pending:
        key = pending.pop(0)
        if key in seen_keys:
            continue
        seen_keys.add(key)
        chunk = manifest[key]
        files += [chunk["file"], *chunk.get("css", []), *chunk.get("assets", [])]
        pending += [*chunk.get("imports", []), *chunk.get("dynamicImports", [])]
    return list(dict.fromkeys(files))
