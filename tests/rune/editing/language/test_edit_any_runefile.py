"""Every edit of the graph of any Runefile: the text says the edited graph, and keeps every comment."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.editing.language.facts.analysis import analyse
from rune.editing.language.format.formatting import FormatRefused, format_text
from rune.editing.language.graph.edit import GraphEditRefused, edit_graph
from rune.editing.language.graph.infer import infer_types
from rune.project.files import MemoryFiles
from tests.support.language.graph_models import graph_of
from tests.support.language.random_edits import check_edit, random_edit
from tests.support.language.written_runefiles import QUICK, analysed, runefiles

_SEEDS = st.integers(0, 2**64)


@pytest.mark.slow
@given(runefiles(), _SEEDS)
@QUICK
def test_an_edit_makes_the_text_of_the_edited_graph_and_keeps_every_comment(text: str, seed: int) -> None:
    check_edit(text, random_edit(Random(seed), graph_of(analysed(text))))


@pytest.mark.slow
@given(runefiles(), _SEEDS, st.integers(0, 2000), st.integers(0, 9))
@QUICK
def test_an_edit_of_a_damaged_file_is_made_or_refused_by_name(text: str, seed: int, at: int, length: int) -> None:
    mutant = text[:at] + text[at + length :]
    analysis = analyse(MemoryFiles({"Runefile.yml": mutant.encode()}), PUBLISHED_BLOCKS)
    infer_types(analysis)
    try:
        edit_graph(analysis, random_edit(Random(seed), graph_of(analysis)))
        format_text(analysis)
    except (GraphEditRefused, FormatRefused) as refusal:
        assert refusal.reason.endswith((".", "!"))  # noqa: PT017 (any of the two, and only sometimes)
