"""Files that the fuzzers stored are read or refused, again and again."""

from __future__ import annotations

from tests.proof.any_input.readers import READERS, corpus
from tests.support.cases import each_case
from tests.support.packed import read_packed


@each_case("reader", READERS)
def test_the_kept_corpus_is_read_or_refused(reader: str) -> None:
    inputs = read_packed(corpus(reader))
    assert inputs
    for data in inputs.values():
        READERS[reader](data)
