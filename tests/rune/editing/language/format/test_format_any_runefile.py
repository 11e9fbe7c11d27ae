"""Formatting keeps what any Runefile says and all its comments, and there is one form."""

from __future__ import annotations

import pytest
from hypothesis import given

from tests.support.language.formatting import check_formatting
from tests.support.language.written_runefiles import QUICK, runefiles


@pytest.mark.slow
@given(runefiles())
@QUICK
def test_formatting_keeps_the_graph_and_every_comment(text: str) -> None:
    check_formatting(text)
