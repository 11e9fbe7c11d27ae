"""`python -m benchmarks [figure...]` measures and writes docs/benchmarks.md.

Figures that are not asked for stay as they are.
"""

from __future__ import annotations

import re
import sys
import time
from datetime import UTC, datetime
from importlib import import_module

from benchmarks.figure import ROOT, CannotMeasure
from benchmarks.machine import load, machine

PAGE = ROOT / "docs" / "benchmarks.md"
FIGURES = {
    "start": "First and second start",
    "first_load": "The first load of the studio",
    "in_the_page": "In the page",
    "edit_to_preview": "From an edit to the preview that runs it",
    "fairness": "Waiting for others",
    "socket_flood": "While a program floods the server with sockets",
    "builds_a_minute": "Builds a minute",
    "at_size": "Many projects",
    "model_builds": "Building models, and sizes",
    "code_bytes": "Bytes beyond the constants",
    "latency": "A run in the browser",
    "calls": "The cost of a call",
    "small_cores": "On small cores",
    "editing_together": "Editing together",
    "reading": "Reading a model, and refusing one",
    "checking": "Checking a Runefile",
    "answering": "Answering an editor",
    "command": "The command",
}
"""By module. Each has `measure() -> str`, the Markdown of its section; it may raise `CannotMeasure`."""

HEAD = """# Benchmarks

Written by `make bench`. Figures are medians where nothing else is said; a ratio beside another program is of one run,
with both by turns. Each section says on which machine it was measured, and how busy that was with other things.
"""
_SECTION = re.compile(r"^## (?P<title>.+?)\n(?P<body>.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)


def main(names: list[str]) -> int:
    unknown = set(names) - set(FIGURES)
    if unknown:
        print(f"No such figure: {', '.join(sorted(unknown))}. There are: {', '.join(FIGURES)}", file=sys.stderr)
        return 2
    sections = sections_of(PAGE.read_text("utf-8")) if PAGE.exists() else {}
    missed = 0
    for name in names or FIGURES:
        title = FIGURES[name]
        print(f"==> {title}", flush=True)
        busy, begin = load(), time.monotonic()
        try:
            body = import_module(f"benchmarks.{name}").measure()
        except CannotMeasure as reason:
            print(f"    not measured: {reason}", flush=True)
            missed += 1
            continue
        measurement = (
            f"Measured on {datetime.now(UTC):%Y-%m-%d} in {time.monotonic() - begin:.0f} s: {machine()} {busy}"
        )
        sections[title] = f"{body.strip()}\n\n{measurement}"
        PAGE.write_text(page(sections), encoding="utf-8")
        print(body, flush=True)
    return 1 if missed else 0


def sections_of(text: str) -> dict[str, str]:
    """The page's sections by their titles."""
    return {section["title"]: section["body"].strip() for section in _SECTION.finditer(text)}


def page(sections: dict[str, str]) -> str:
    """The whole page, in the figures' order."""
    known = [title for title in FIGURES.values() if title in sections]
    return "\n".join([HEAD, *(f"## {title}\n\n{sections[title]}\n" for title in known)])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
