"""What the fuzzers found worth keeping is read or refused, again and again."""

from __future__ import annotations

import pytest

from tests.packed import read_packed
from tests.proof.readers import READERS, corpus


@pytest.mark.parametrize("reader", READERS)
def test_the_kept_corpus_is_read_or_refused(reader: str) -> None:
    kept = read_packed(corpus(reader))
    assert kept
    for data in kept.values():
        READERS[reader](data)
