"""Writes docs/reference/architectures.md from a folder of judged exports.

`python -m tests.support.models.architectures.table FOLDER`
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from textwrap import fill

from tests.support.models.architectures.files import FORMS, Exports
from tests.support.models.architectures.outcome import ArchitectureOutcome, ArchitectureVerdict, outcomes

PAGE = Path(__file__).resolve().parents[4] / "docs" / "reference" / "architectures.md"

WORDS = {
    "float32": "float32",
    "float16": "float16",
    "dynamic_range": "dynamic range",
    "int8": "int8",
    "int16x8": "int16x8",
}
"""The names of the forms on the page."""

_LONGEST_REASON = 200
_LARGE = 1 << 20
"""Bytes of a model's file."""

Outcomes = Mapping[tuple[str, str], ArchitectureOutcome]


def page(exports: Exports, outcomes: Outcomes) -> str:
    """The whole page; rows in the order of the scripts."""
    rows = [
        (name, form, outcomes.get((name, form), ArchitectureOutcome(ArchitectureVerdict.NOT_RUN)))
        for name in exports.words
        for form in FORMS
    ]
    blocks = [
        "# Architectures",
        "<!-- Written by `python -m tests.support.models.architectures.table`; change the code, not this page. -->",
        fill(
            "What becomes of networks that people bring: Keras's own and the field's, with random weights by seed, as "
            "TensorFlow's converter exports them in five forms. The batch stays open, as Keras leaves it, but for "
            "recurrent layers, which the converter refuses so. Each model is built in the smallest project, and the "
            "rune is verified as `rune verify` does.",
            120,
        ),
        fill(
            f"TensorFlow {exports.tensorflow} and Keras {exports.keras} exported them; the reference is ai-edge-litert "
            f"{version('ai-edge-litert')} with its reference kernels.",
            120,
        ),
        "```\nmake train-setup\n"
        + "\n".join(
            f".venv/bin/python -m tests.support.models.architectures.{step} FOLDER"
            for step in ("export", "judge", "table")
        )
        + "\n```",
        _summary(rows),
        "## Models",
        fill(
            "Exact: every byte is the reference's. Within: every number is within the tolerance of floats ([how runes "
            "are verified](../adr/0015-verifying-a-rune.md)). Host: the rune has its host run the model. Sizes are in "
            "bytes; the arena is a rune's working memory. Floats that are not the reference's to the bit come of what "
            "it asks the C library of its machine (powers of e, TANH, the error function), and of sums that SVDF and "
            "LSTM add in an order of their own.",
            120,
        ),
        _models(exports.words, rows),
        "## Time and memory",
        fill(
            "Of networks whose file has 1 MiB or more: processor time to build and to verify, on a machine with two "
            "cores that had other work, and the most memory that one process took, the reference's among them.",
            120,
        ),
        _efforts(exports.words, rows),
        "## Reasons",
        _reasons(rows),
        "## Seeds",
        "| architecture | seed |\n| --- | --- |\n"
        + "\n".join(f"| {words} | {exports.seeds[name]} |" for name, words in exports.words.items()),
    ]
    return "\n\n".join(blocks) + "\n"


Rows = Sequence[tuple[str, str, ArchitectureOutcome]]

SHORT = {
    ArchitectureVerdict.EXACT: "exact",
    ArchitectureVerdict.WITHIN: "within",
    ArchitectureVerdict.DIFFERS: "differs",
    ArchitectureVerdict.HOST: "host",
    ArchitectureVerdict.FAILED: "not compared",
    ArchitectureVerdict.NOT_EXPORTED: "not exported",
    ArchitectureVerdict.NOT_RUN: "not run",
}


def _summary(rows: Rows) -> str:
    lines = ["| form | " + " | ".join(SHORT.values()) + " |", "| --- |" + " --- |" * len(SHORT)]
    for form in FORMS:
        counts = Counter(outcome.verdict for _, of_form, outcome in rows if of_form == form)
        lines.append(f"| {WORDS[form]} | " + " | ".join(str(counts[verdict] or "") for verdict in SHORT) + " |")
    return "\n".join(lines)


def _models(words: Mapping[str, str], rows: Rows) -> str:
    lines = ["| architecture | form | result | model | rune | arena |", "| --- | --- | --- | --- | --- | --- |"]
    for name, form, outcome in rows:
        sizes = (f"{size:,}" if size else "" for size in (outcome.model, outcome.rune, outcome.arena))
        lines.append(f"| {words[name]} | {WORDS[form]} | {SHORT[outcome.verdict]} | " + " | ".join(sizes) + " |")
    return "\n".join(lines)


def _efforts(words: Mapping[str, str], rows: Rows) -> str:
    """The time and memory that building and verifying the large ones takes."""
    lines = ["| architecture | form | build | verify | memory |", "| --- | --- | --- | --- | --- |"]
    for name, form, outcome in rows:
        if outcome.model >= _LARGE and outcome.build_seconds:
            seconds = f"{outcome.build_seconds:.1f} s | {outcome.verify_seconds:.1f} s"
            memory = f"{outcome.memory >> 20:,} MB" if outcome.memory else ""
            lines.append(f"| {words[name]} | {WORDS[form]} | {seconds} | {memory} |")
    return "\n".join(lines)


def _reasons(rows: Rows) -> str:
    """Each reason once, with the models that it is of."""
    by_reason: dict[tuple[str, str], list[str]] = {}
    for name, form, outcome in rows:
        if outcome.reason and outcome.verdict is not ArchitectureVerdict.WITHIN:
            reason = _first_line(outcome.reason)
            by_reason.setdefault((SHORT[outcome.verdict], reason), []).append(f"`{name}` {WORDS[form]}")
    lines = ["| result | reason | models |", "| --- | --- | --- |"]
    lines += [f"| {result} | {reason} | {', '.join(models)} |" for (result, reason), models in by_reason.items()]
    return "\n".join(lines)


def _first_line(reason: str) -> str:
    line = reason.strip().partition("\n")[0][:_LONGEST_REASON]
    return line.replace("|", "\\|").replace("<", "&lt;")


def main(arguments: Sequence[str]) -> int:
    folder = Path(arguments[0])
    PAGE.write_text(page(Exports.read(folder), outcomes(folder)), encoding="utf-8")
    print(PAGE)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
