"""Files that the fuzzers stored are read or refused, again and again."""

from __future__ import annotations

import pytest

from tests.support.cases import each_case
from tests.support.packed import read_packed
from tests.support.readers import READERS, corpus
from tests.support.shares import in_share


@pytest.mark.parametrize("one_in", [4, pytest.param(1, marks=pytest.mark.slow)])
@each_case("reader", READERS)
def test_the_kept_corpus_is_read_or_refused(reader: str, one_in: int) -> None:
    inputs = read_packed(corpus(reader))
    assert inputs
    for name, data in inputs.items():
        if in_share(name, one_in):
            READERS[reader](data)
