"""Measures how long an editor waits for an answer about a Runefile that was checked already."""

from __future__ import annotations

import statistics
import time
from typing import Any

from benchmarks.figure import table
from benchmarks.language.checking import LARGE, USUAL, runefile
from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.editing.language.service import LanguageService

RUNS = {USUAL: 51, LARGE: 5}
QUESTIONS = (
    *("complete", "hover", "definition", "references", "rename", "actions"),
    *("tokens", "hints", "symbols", "folding", "format", "infer", "palette"),
)


def measure() -> str:
    """Medians, one row a question."""
    times = {count: answers(count) for count in (USUAL, LARGE)}
    rows = [[name, *(f"{times[count][name]:,.1f} ms" for count in (USUAL, LARGE))] for name in QUESTIONS]
    return (
        f"{table(['question', f'{USUAL} stages', f'{LARGE:,} stages'], rows)}\n\n"
        "About the last stage of the file, JSON both ways, in CPython. The check before them is the figure above."
    )


def answers(stages: int) -> dict[str, float]:
    """The median time of each question, in ms."""
    text = runefile(stages)
    offset = text.rindex("- ") + 3
    service = LanguageService(PUBLISHED_BLOCKS)
    service.answer({"ask": "open", "files": {"Runefile.yml": {"text": text}}})
    service.answer({"ask": "check"})
    about: dict[str, Any] = {"offset": offset, "start": offset, "end": offset, "name": "renamed"}
    return {name: _milliseconds(service, {"ask": name, **about}, RUNS[stages]) for name in QUESTIONS}


def _milliseconds(service: LanguageService, request: dict[str, Any], runs: int) -> float:
    times = []
    for _ in range(runs):
        begin = time.perf_counter()
        answer = service.answer(request)
        times.append((time.perf_counter() - begin) * 1000)
        assert "answer" in answer, answer
    return statistics.median(times)
