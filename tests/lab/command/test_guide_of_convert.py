"""The guide of conversions shows a report as the command prints it."""

from __future__ import annotations

from typing import Any

from lab.command.table import lines
from tests.conftest import REPOSITORY

GUIDE = REPOSITORY / "docs" / "guides" / "convert.md"
COMMON = {"samples": 6, "changed": 0, "right": 6, "judged": 6, "reason": None}
FLOAT = {"form": "float32", "size": 29_100, "arena": 6_100, "constants": 25_600, "output": 999.0, "layers": {}}
INT8 = {
    "form": "int8",
    "size": 12_400,
    "arena": 1_600,
    "constants": 8_700,
    "output": 47.7,
    "layers": {
        "re_lu_1_2": 37.6,
        "re_lu_1": 38.3,
        "re_lu_2_1": 39.1,
        "average_pooling2d_1": 40.8,
        "dense_1": 41.3,
        "conv2d_1": 45.0,
    },
}
SAMPLES: dict[str, Any] = {
    "kind": "recordings",
    "is_guess": False,
    "calibration": 24,
    "judging": 6,
    "ranges": [(-0.479, 1.09)],
}


def test_the_guide_shows_what_is_printed() -> None:
    report = {"samples": SAMPLES, "forms": [{**FLOAT, **COMMON}, {**INT8, **COMMON}]}
    assert "\n".join(lines(report, "int8", (), "train")) in GUIDE.read_text("utf-8")
