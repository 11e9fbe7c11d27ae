"""Ten thousand runes that call their host with any numbers: each call is answered or ends in a named error."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

from tests.support.compiler.mutants import Recorder
from tests.support.runes.any_calls import any_calls, check_calls

pytestmark = pytest.mark.proof

COUNT = int(os.environ.get("FORGE_CALLS", "10000"))


def test_any_calls_are_answered_or_end_in_a_named_error(record_property: Recorder) -> None:
    settings(max_examples=COUNT, deadline=None, derandomize=True, database=None)(any_calls(check_calls))()
    record_property("runes", COUNT)
