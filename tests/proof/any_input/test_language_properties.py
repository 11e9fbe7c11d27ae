"""The formatter and the graph's edits over very many Runefiles: what they say, and every comment, is kept."""

from __future__ import annotations

import os
from collections import Counter
from random import Random

import pytest

from tests.support.compiler.mutants import Recorder
from tests.support.language.formatting import check_formatting
from tests.support.language.graph_models import graph_of
from tests.support.language.random_edits import check_edit, random_edit
from tests.support.language.written_runefiles import RunefileWriter, analysed

pytestmark = pytest.mark.proof(shares=8)

FORMATTED = 40_000
EDITED = 100_000


def _numbers(count: int) -> range:
    share, shares = (int(part) for part in os.environ.get("FORGE_PROOF_SHARE", "0/1").split("/"))
    return range(count * share // shares, count * (share + 1) // shares)


def test_any_runefile_has_one_form_that_says_the_same(record_property: Recorder) -> None:
    for seed in _numbers(FORMATTED):
        try:
            check_formatting(RunefileWriter(Random(seed)).text())
        except Exception as error:
            raise AssertionError(f"Runefile {seed}: {error!r}") from error
    record_property("Runefiles", len(_numbers(FORMATTED)))


def test_any_edit_makes_the_text_of_the_edited_graph(record_property: Recorder) -> None:
    counts: Counter[str] = Counter()
    for seed in _numbers(EDITED):
        random = Random(seed)
        text = RunefileWriter(random).text()
        edit = random_edit(random, graph_of(analysed(text)))
        try:
            counts[type(edit).__name__] += check_edit(text, edit)
        except Exception as error:
            raise AssertionError(f"Runefile {seed}, {edit}: {error!r}") from error
    for name, count in sorted(counts.items()):
        record_property(name, count)
