"""Runs a notebook's cells in order in a fresh interpreter, and shows what a notebook would show of each."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_RUN = """
import ast, json, sys

cells = json.load(sys.stdin)
names = {"__name__": "__main__"}
for number, source in enumerate(cells, start=1):
    tree = ast.parse(source, f"cell {number}")
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, f"cell {number}", "exec"), names)
    shown = None if last is None else eval(compile(ast.Expression(last.value), f"cell {number}", "eval"), names)
    page = getattr(shown, "_repr_html_", None)
    print(json.dumps([number, None if shown is None else repr(shown), page() if page else None]), file=sys.stderr)
"""


def notebook(path: Path) -> dict[str, Any]:
    """The notebook as JSON."""
    content = json.loads(path.read_text("utf-8"))
    assert isinstance(content, dict)
    return content


def code_cells(path: Path) -> list[str]:
    """The text of each cell of code, in order."""
    return ["".join(cell["source"]) for cell in notebook(path)["cells"] if cell["cell_type"] == "code"]


def run_cells(
    cells: list[str], folder: Path, command: Sequence[str] = (sys.executable, "-W", "error"), **variables: str
) -> list[tuple[str | None, str | None]]:
    """Runs the cells in `folder`. What the last line of each gave: its `repr`, and its HTML where it has some.

    `command` starts the interpreter, and `variables` are added to its environment.
    """
    process = subprocess.run(
        [*command, "-c", _RUN],
        input=json.dumps(cells),
        cwd=folder,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    # Libraries may write there too.
    lines = [json.loads(line) for line in process.stderr.splitlines() if line.startswith("[")]
    assert [number for number, _, _ in lines] == list(range(1, len(cells) + 1))
    return [(output, page) for _, output, page in lines]
