"""The table of architectures by format holds: each is converted, built and compared as its row says."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lab.environments.environment import ENVIRONMENTS
from lab.formats.onnx.reading import read_onnx
from lab.formats.onnx.translating import fix_shapes, translate
from rune.compiler.anvil.models.support import unsupported_ops
from rune.model.tflite import read_model
from tests.support.cases import each_case
from tests.support.models.architectures.formats.chosen import CHOSEN, FORMATS, SOURCES, source_of
from tests.support.models.architectures.formats.table import PAGE, cells_of, rows_of_the_page
from tests.support.models.architectures.formats.trial import FormatTrial, trials, try_all

ROOT = Path(__file__).resolve().parents[2]
SHARES = 10
TENSORFLOW = ENVIRONMENTS["tensorflow"]
TORCH = ENVIRONMENTS["torch"]
ARE_READY = all(each.is_ready for each in ENVIRONMENTS.values())


def test_the_page_has_a_row_for_every_architecture_and_format() -> None:
    rows = [(architecture, format_) for architecture, format_, _ in rows_of_the_page()]
    assert rows == [(words, format_) for words in CHOSEN.values() for format_ in FORMATS.values()]


def test_every_gap_of_the_page_has_its_reason() -> None:
    gaps = PAGE.read_text(encoding="utf-8").partition("## Gaps")[2]
    for architecture, format_, (conversion, _, *forms) in rows_of_the_page():
        assert conversion in ("yes", "no", "not run")
        if conversion != "yes":
            assert f"{architecture} ({format_})" in gaps
        for form, verdict in zip(("float32", "int8"), forms, strict=True):
            if verdict not in ("exact", "within", ""):
                assert f"{architecture} ({format_} {form})" in gaps


@each_case("name", CHOSEN)
def test_a_network_of_pytorch_becomes_a_model_that_is_compiled_in(name: str) -> None:
    source = fix_shapes(read_onnx(source_of(SOURCES, name, "onnx")), {})
    assert unsupported_ops(read_model(translate(source).data)) == ()


@pytest.mark.proof(shares=SHARES)
@pytest.mark.skipif(not ARE_READY, reason="needs all environments, which `make lab` prepares")
def test_each_architecture_comes_as_far_from_each_format_as_the_page_says(
    tmp_path: Path, record_property: Callable[[str, Any], None]
) -> None:
    share, shares = map(int, os.environ.get("FORGE_PROOF_SHARE", "0/1").split("/"))
    names = list(CHOSEN)[share::shares]
    _write_sources(tmp_path, names)
    try_all(tmp_path, names, print)
    results = {(CHOSEN[name], FORMATS[format_]): trial for name, format_, trial in trials(tmp_path) if trial.is_run}
    record_property("files", len(results))
    differences = [each.difference for each in results.values() if each.difference is not None]
    record_property("most difference", float(np.max(differences)))
    expected = {(words, format_): cells for words, format_, cells in rows_of_the_page()}
    places = [place for place in results if expected[place][0] != "not run"]
    assert {place: _verdicts(results[place], expected[place]) for place in places} == {
        place: expected[place] for place in places
    }


def _verdicts(trial: FormatTrial, expected: tuple[str, ...]) -> tuple[str, ...]:
    """The cells of a trial, with those of the page where nothing but last bits differs, and where the page says that a
    form was not built yet."""
    alike = ("exact", "within")
    conversion, _, *forms = cells_of(trial)
    pairs = zip(forms, expected[2:], strict=True)
    cells = (own if page != "not run" and not {own, page} <= set(alike) else page for own, page in pairs)
    return (conversion, expected[1], *cells)


def _write_sources(folder: Path, names: list[str]) -> None:
    command = [str(TENSORFLOW.python), "-m", "tests.support.models.architectures.formats.sources", str(folder), *names]
    environment = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "", "HOME": str(folder)}
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    command = [
        str(TORCH.python),
        "-m",
        "tests.support.models.architectures.formats.torch_sources",
        "--pt2",
        str(folder),
        *names,
    ]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
