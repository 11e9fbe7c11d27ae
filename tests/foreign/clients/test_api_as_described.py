"""A stock fuzzer asks each operation of the API with values at and over the borders of its description."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.api.fuzzed_api import fuzz, fuzzed_server, known_things

pytestmark = [pytest.mark.foreign, pytest.mark.proof]


@pytest.mark.protects("operation/unforeseen-requests")
def test_every_answer_is_one_that_the_description_has(tmp_path: Path) -> None:
    with fuzzed_server(tmp_path / "data") as server:
        result = fuzz(server, tmp_path / "fuzzed", known_things(server), "--phases", "coverage", "--seed", "1")
        assert result.is_good, result.text + server.log()[-4000:]
        statuses = {"200", "201", "204", "400", "401", "403", "404", "405", "409", "412", "415"}
        assert statuses <= result.answers.keys(), "the requests reach what they should"
