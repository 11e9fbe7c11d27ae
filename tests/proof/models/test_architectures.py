"""The table of architectures still holds: all are exported by their seeds, built, and held to the reference kernels."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.support.models.architectures.outcome import ArchitectureVerdict, outcomes
from tests.support.models.architectures.table import PAGE, SHORT, WORDS

SHARES = 12

pytestmark = [
    pytest.mark.proof(shares=SHARES),
    pytest.mark.skipif(find_spec("tensorflow") is None, reason="needs TensorFlow, which `make train-setup` installs"),
]


def rows_of_the_page() -> Iterator[tuple[str, str, str]]:
    """Architecture, form and result of each model, in words."""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 6 and cells[1] in WORDS.values() and cells[2] != SHORT[ArchitectureVerdict.NOT_RUN]:
            yield cells[0], cells[1], cells[2]


def test_each_architecture_comes_as_far_as_the_table_says(
    tmp_path: Path, record_property: Callable[[str, Any], None]
) -> None:
    from tests.support.models.architectures import export, judge  # where there is TensorFlow

    share, shares = map(int, os.environ.get("FORGE_PROOF_SHARE", "0/1").split("/"))
    every = export.architectures()
    names = list(every)[share::shares]
    export.main([str(tmp_path), *names])
    judge.main([str(tmp_path)])
    results = outcomes(tmp_path)
    expected = {(words, form): result for words, form, result in rows_of_the_page()}
    places = [(name, form) for name, form in results if (every[name].words, WORDS[form]) in expected]
    record_property("models", len(places))
    assert {(name, form): SHORT[results[name, form].verdict] for name, form in places} == {
        (name, form): expected[every[name].words, WORDS[form]] for name, form in places
    }
