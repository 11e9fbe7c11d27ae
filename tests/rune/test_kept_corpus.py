"""What the fuzzers found worth keeping is read or refused, again and again."""

from __future__ import annotations

import pytest

from tests.proof.readers import CORPUS, READERS


@pytest.mark.parametrize("reader", READERS)
def test_the_kept_corpus_is_read_or_refused(reader: str) -> None:
    kept = sorted((CORPUS / reader).iterdir())
    assert kept
    for path in kept:
        READERS[reader](path.read_bytes())
