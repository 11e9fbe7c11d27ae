"""The templates with their runes and recordings for pages, which `tools/generators/template_runes.py` wrote.

A template that set-up has not built is there all the same; its card shows its icon.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings

from rune.source.templates import Template, list_templates

FOLDER = "template-runes"
"""Below the folder and the address of static files."""


@dataclass(frozen=True)
class LiveTemplate:
    """A template, its rune's address or "", and its recordings: JSON of paths and addresses, for the page's script."""

    template: Template
    rune_url: str
    recordings: str


def live_templates() -> list[LiveTemplate]:
    """Returns all templates in their order, each with its built rune if it is there."""
    built_runes = _built_runes()
    return [_live(template, built_runes.get(template.name)) for template in list_templates()]


def _live(template: Template, built_rune: Mapping[str, Any] | None) -> LiveTemplate:
    if built_rune is None:
        return LiveTemplate(template, "", "[]")
    folder = f"{settings.STATIC_URL}{FOLDER}/{built_rune['folder']}"
    recordings: Sequence[str] = built_rune["recordings"]
    files = [{"path": path, "url": f"{folder}/{quote(path)}"} for path in recordings]
    return LiveTemplate(template, f"{folder}/{built_rune['rune']}", json.dumps(files))


def _built_runes() -> Mapping[str, Any]:
    manifest = Path(settings.STATIC_ROOT) / FOLDER / "manifest.json"
    try:
        return _read(manifest, manifest.stat().st_mtime)
    except (OSError, ValueError):
        return {}


@lru_cache(maxsize=4)
def _read(manifest: Path, changed: float) -> Mapping[str, Any]:
    content: Mapping[str, Any] = json.loads(manifest.read_text("utf-8"))
    return content
