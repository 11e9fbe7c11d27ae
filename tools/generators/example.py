"""Builds the rune that the welcome page runs, and what it says of one drawing, for readers without scripts.

Run by tools.setup with the environment's Python. What is there for the same sources is not made again.

    .venv/bin/python -m tools.generators.example
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Sequence
from typing import Any, Final

from PIL import Image, ImageDraw

from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.project.files import FolderFiles
from rune.running.runtime import Runtime
from tools.setup import EXAMPLE, ROOT

PROJECT = ROOT / "examples" / "digits"
STROKES: Final = (((0.3, 0.24), (0.5, 0.23), (0.7, 0.22), (0.63, 0.4), (0.55, 0.58), (0.47, 0.8)),)
"""A seven as a pen draws it; points are 0 to 1 of a square sheet, as in frontend/src/preview/sources/strokes.ts."""
PEN, SHEET, SIDE = 0.08, 448, 28
"""The pen's width beside the sheet's, the sheet's pixels, and those of the rune's input."""


def main() -> int:
    build_result = build(FolderFiles(PROJECT), BuildOptions("digits"))
    file = f"digits-{build_result.report.digest.removeprefix('sha256:')[:12]}.rune"
    manifest = EXAMPLE / "manifest.json"
    manifest_data = {
        "file": file,
        "memory": build_result.report.memory.planned,
        "strokes": STROKES,
        **answer_of(build_result.rune),
    }
    if (
        manifest.exists()
        and (EXAMPLE / file).exists()
        and json.loads(manifest.read_text("utf-8")) == _plain(manifest_data)
    ):
        return 0
    print("Building the welcome page's example", flush=True)
    shutil.rmtree(EXAMPLE, ignore_errors=True)
    EXAMPLE.mkdir(parents=True)
    (EXAMPLE / file).write_bytes(build_result.rune)
    # Last: who finds it finds the rune.
    manifest.write_text(json.dumps(manifest_data), encoding="utf-8")
    return 0


def answer_of(rune: bytes) -> dict[str, Any]:
    """The rune's answer to the drawing, and its scores with their labels, the highest first, 0 to 1."""
    loaded_rune = Runtime.load(rune)
    (capability,) = loaded_rune.capabilities
    pixels = drawing()
    messages = loaded_rune.call({capability.id: lambda size: pixels[:size]})
    texts = [tensor for message in messages for tensor in message.tensors if isinstance(tensor.elements[0], str)]
    numbers = [
        [value for value in tensor.elements if isinstance(value, float)]
        for message in messages
        for tensor in message.tensors
        if tensor not in texts
    ]
    labels = (PROJECT / "labels.txt").read_text("utf-8").splitlines()
    scores = sorted(zip(labels, numbers[0], strict=True), key=lambda pair: -pair[1])
    return {
        "answer": str(texts[0].elements[0]),
        "scores": [{"label": label, "share": round(share, 4)} for label, share in scores],
    }


def drawing(strokes: Sequence[Sequence[tuple[float, float]]] = STROKES) -> bytes:
    """The strokes as the rune's input: 28 x 28 grey pixels, dark ink on light paper."""
    sheet = Image.new("L", (SHEET, SHEET), 255)
    pen, half = ImageDraw.Draw(sheet), PEN * SHEET / 2
    for stroke in strokes:
        points = [(x * SHEET, y * SHEET) for x, y in stroke]
        pen.line(points, fill=0, width=round(2 * half), joint="curve")
        for x, y in (points[0], points[-1]):
            pen.ellipse((x - half, y - half, x + half, y + half), fill=0)
    return sheet.resize((SIDE, SIDE), Image.Resampling.BOX).tobytes()


def _plain(value: Any) -> Any:
    """Returns the value as JSON gives it back."""
    return json.loads(json.dumps(value))


if __name__ == "__main__":
    sys.exit(main())
