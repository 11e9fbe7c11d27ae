"""A rune may call its host with any numbers at all: it is answered or stopped by a named error."""

from __future__ import annotations

import pytest

from tests.support.properties import examples
from tests.support.runes.any_calls import any_calls, check_calls


@pytest.mark.slow
@any_calls
@examples(25)
def test_any_calls_are_answered_or_end_in_a_named_error(manifest: list[str], run: list[str], with_model: bool) -> None:
    check_calls(manifest, run, with_model)
