"""The rune that the welcome page runs, and what it says of one drawing: `tools/generators/example.py` builds it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from rune.assessment.evaluation.wording import certainty


@dataclass(frozen=True)
class ScoreBar:
    """A score of the picture: its label, how sure the rune is of it, and the length of its bar in whole percent."""

    label: str
    certainty: str
    percent: int


@dataclass(frozen=True)
class Example:
    """A built rune. `strokes` is JSON for the page's script, `lines` the same as points of SVG polylines, 0 to 100."""

    rune_url: str
    memory: int
    strokes: str
    lines: tuple[str, ...]
    answer: str
    bars: tuple[ScoreBar, ...]


BAR_COUNT = 3
"""Bars of the picture."""


def example() -> Example | None:
    """Returns the example; None where set-up did not build it, and the page has none then."""
    manifest = Path(settings.STATIC_ROOT) / "example" / "manifest.json"
    try:
        return _example(manifest, manifest.stat().st_mtime)
    except (OSError, ValueError, KeyError):
        return None


@lru_cache(maxsize=4)
def _example(manifest: Path, changed: float) -> Example:
    manifest_data: Mapping[str, Any] = json.loads(manifest.read_text("utf-8"))
    return Example(
        rune_url=f"{settings.STATIC_URL}example/{manifest_data['file']}",
        memory=manifest_data["memory"],
        strokes=json.dumps(manifest_data["strokes"]),
        lines=tuple(" ".join(f"{x * 100:g},{y * 100:g}" for x, y in stroke) for stroke in manifest_data["strokes"]),
        answer=manifest_data["answer"],
        bars=tuple(_bar(**each) for each in manifest_data["scores"][:BAR_COUNT]),
    )


def _bar(label: str, share: float) -> ScoreBar:
    return ScoreBar(label, certainty(share), round(share * 100))
