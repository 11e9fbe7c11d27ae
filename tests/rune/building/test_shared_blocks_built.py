"""A rune with a block of another project, from the bytes that its lock names."""

from __future__ import annotations

import json
import struct

from rune.building.building import build
from rune.runtime import Runtime
from tests.rune.shared_blocks import PATH, SMOOTH, project, published
from tests.rune.targets.c_programs import said


def test_a_rune_of_it_is_the_one_of_its_file_whatever_else_is_mounted() -> None:
    digest, mounted = published()
    newer, newer_mounted = published("1.10", SMOOTH.replace(b"0.5", b"0.75"))
    shelf = json.dumps({"acme/sounds#smooth": [{"version": "1.10", "digest": newer, "deprecation": ""}]})
    lock = f"{PATH} {digest}\n"
    built = build(project(lock=lock, mounted=mounted), "smooth")
    assert built.report.to_json()["blocks"] == [{"path": PATH, "digest": digest}]
    others = project(lock=lock, mounted={**mounted, **newer_mounted}, shelf=shelf)
    assert build(others, "smooth").rune == built.rune
    rune = Runtime.load(built.rune)
    assert said(rune, [[struct.pack("<4f", 1.0, 2.0, 0.0, -4.0)]]) == struct.pack("<4f", 0.5, 1.0, 0.0, -2.0)
