"""Forms that are made together: one that the quantiser refuses is a row with its reason, and the others are there."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from lab.command.job import convert_files
from lab.refusal import Refused
from tests.conftest import REPOSITORY

MODELS = REPOSITORY / "tests/support/models/reference/keras.zip"


@pytest.fixture
def with_loop(tmp_path: Path) -> Path:
    """A float model with a loop, which has no forms of integers."""
    path = tmp_path / "gru.tflite"
    with ZipFile(MODELS) as archive:
        path.write_bytes(archive.read("gru_f32.tflite"))
    return path


def answer(source: Path, *forms: str) -> dict[str, Any]:
    request = {
        "folder": str(source.parent),
        "source": str(source),
        "forms": list(forms),
        "float_layers": [],
        "float_interface": True,
        "shapes": {},
        "calibration": "train",
        "recorded": None,
    }
    return convert_files(request, lambda _share, _text: None)


@pytest.mark.slow
def test_the_first_form_may_be_refused_without_the_others(with_loop: Path) -> None:
    result = answer(with_loop, "int16x8", "float16")
    rows = {row["form"]: row for row in result["forms"]}
    assert "the model has a loop" in rows["int16x8"]["refusal"]
    assert rows["float16"]["output"] > 40
    assert list(result["provenance"]) == ["float16"]


@pytest.mark.slow
def test_a_form_that_is_asked_for_alone_is_refused_with_its_reason(with_loop: Path) -> None:
    with pytest.raises(Refused, match="the model has a loop"):
        answer(with_loop, "int8")
