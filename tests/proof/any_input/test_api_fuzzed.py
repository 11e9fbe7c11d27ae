"""Ten minutes of requests that a stock fuzzer makes up of the API's description, with a new seed each time."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.support.api.fuzzed_api import FuzzResult, Things, fuzz, fuzz_endings, fuzzed_server, known_things
from tests.support.servers.live_server import LiveServer

pytestmark = pytest.mark.proof


def fuzz_known(server: LiveServer, folder: Path, *options: str) -> FuzzResult:
    return fuzz(server, folder, known_things(server), *options)


def fuzz_unknown(server: LiveServer, folder: Path, *options: str) -> FuzzResult:
    nothing: Things = {}
    return fuzz(server, folder, nothing, *options)


KINDS: Mapping[str, tuple[Callable[..., FuzzResult], int]] = {
    "things that are there": (fuzz_known, 360),
    "things that are made up": (fuzz_unknown, 180),
    "ending them": (fuzz_endings, 60),
}
"""The requests under test, and for how many seconds."""


@pytest.mark.parametrize("kind", KINDS)
def test_no_answer_is_other_than_described(
    tmp_path: Path, kind: str, record_property: Callable[[str, object], None]
) -> None:
    ask, seconds = KINDS[kind]
    seed = secrets.randbelow(1_000_000)
    record_property("seed", seed)
    with fuzzed_server(tmp_path / "data") as server:
        phases = ("--phases", "coverage,fuzzing,stateful", "--continue-on-failure")
        result = ask(server, tmp_path / "fuzzed", *phases, "--max-time", str(seconds), "--seed", str(seed))
        record_property("requests", sum(result.answers.values()))
        assert result.is_good, result.text + server.log()[-4000:]
