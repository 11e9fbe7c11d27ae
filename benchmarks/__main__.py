"""`python -m benchmarks [figure...]` measures and writes docs/benchmarks.md.

Figures that are not asked for stay as they are.
"""

from __future__ import annotations

import re
import sys
import time
import traceback
from datetime import UTC, datetime
from importlib import import_module

from benchmarks.figure import ROOT, CannotMeasure
from benchmarks.machine import load, machine

PAGE = ROOT / "docs" / "benchmarks.md"
FIGURES = {
    "server.start": "First and second start",
    "server.first_load": "The first load of the studio",
    "browser.in_the_page": "In the page",
    "server.edit_to_preview": "From an edit to the preview that runs it",
    "server.fairness": "Waiting for others",
    "server.socket_flood": "While a program floods the server with sockets",
    "server.registry": "The registry beside docker-registry",
    "server.registry_behind_nginx": "Large blobs behind nginx",
    "server.deployments": "Requests of apps",
    "server.many_deployments": "Many deployments",
    "browser.first_answer": "The first answer in a page of another site",
    "server.builds_a_minute": "Builds a minute",
    "server.at_size": "Many projects",
    "fleet.device_lists": "Many devices",
    "fleet.exposure": "Which devices are exposed",
    "fleet.device_polls": "Devices that poll",
    "field.drift": "Drift in the field",
    "field.accuracy_estimates": "Accuracy without labels",
    "field.rollouts": "Rollouts that stop by themselves",
    "fleet.new_version": "A new version on many devices",
    "fleet.going_back": "Going back, and stopping",
    "fleet.late_counts": "Counts that come late",
    "fleet.watch_views": "Watch of 10,000 devices",
    "fleet.count_days": "Days of counts",
    "server.data_page": "Samples of a project",
    "server.conversions": "Converting a model",
    "server.own_examples": "From own examples to a running app",
    "server.training": "From 60 sounds to a preview",
    "learning.beside_others": "Learning beside others",
    "learning.thousand_sounds": "Learning from 1,000 sounds",
    "learning.backbones": "A backbone that learned letters",
    "learning.forecasts": "Forecasts by convolutions and by a recurrent layer",
    "learning.search_of_motion": "A search of ten minutes",
    "learning.selection_bias": "The best of 200 trials",
    "compiler.model_builds": "Building models, and sizes",
    "compiler.code_bytes": "Bytes beyond the constants",
    "browser.latency": "A run in the browser",
    "browser.calls": "The cost of a call",
    "compiler.small_cores": "On small cores",
    "compiler.counting": "Counting answers",
    "server.editing_together": "Editing together",
    "compiler.reading": "Reading a model, and refusing one",
    "language.checking": "Checking a Runefile",
    "language.answering": "Answering an editor",
    "language.command": "The command",
}
"""The title of each module of figures; the command names a figure by the last part of its module.

Each module has `measure() -> str`, the Markdown of its section; it may raise `CannotMeasure`.
"""

HEAD = """# Benchmarks

Written by `make bench`. Figures are medians where nothing else is said; a ratio beside another program is of one run,
with both by turns. Each section says on which machine it was measured, and how busy that was with other things.
"""
_SECTION = re.compile(r"^## (?P<title>.+?)\n(?P<body>.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)


def main(names: list[str]) -> int:
    modules = {module.rpartition(".")[2]: module for module in FIGURES}
    unknown = set(names) - set(modules)
    if unknown:
        print(f"No such figure: {', '.join(sorted(unknown))}. There are: {', '.join(modules)}", file=sys.stderr)
        return 2
    failures = 0
    for name in names or modules:
        title = FIGURES[modules[name]]
        print(f"==> {title}", flush=True)
        busy, begin = load(), time.monotonic()
        try:
            body = import_module(f"benchmarks.{modules[name]}").measure()
        except CannotMeasure as reason:
            print(f"    not measured: {reason}", flush=True)
            failures += 1
            continue
        except Exception:
            # A figure that fails is a defect, and keeps none of the figures after it from being measured.
            traceback.print_exc()
            failures += 1
            continue
        measurement = (
            f"Measured on {datetime.now(UTC):%Y-%m-%d} in {time.monotonic() - begin:.0f} s: {machine()} {busy}"
        )
        # Read now: another figure may have been written meanwhile.
        sections = sections_of(PAGE.read_text("utf-8")) if PAGE.exists() else {}
        sections[title] = f"{body.strip()}\n\n{measurement}"
        PAGE.write_text(page(sections), encoding="utf-8")
        print(body, flush=True)
    return 1 if failures else 0


def sections_of(text: str) -> dict[str, str]:
    """The page's sections by their titles."""
    return {section["title"]: section["body"].strip() for section in _SECTION.finditer(text)}


def page(sections: dict[str, str]) -> str:
    """The whole page, in the figures' order."""
    titles = [title for title in FIGURES.values() if title in sections]
    return "\n".join([HEAD, *(f"## {title}\n\n{sections[title]}\n" for title in titles)])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
