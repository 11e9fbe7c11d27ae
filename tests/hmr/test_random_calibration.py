"""`set_model` refuses a form that would be calibrated on random numbers, and takes samples."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import hmr
from hmr.models import figures_of, sample_bytes
from hmr.server import ProjectServer
from tests.support.models.raw_columns import columns_model, rows
from tests.support.servers.live_server import LiveServer

pytestmark = pytest.mark.protects("models-in/random-calibration")
RUNEFILE = """version: 1
image: runicos/base
pipeline:
  row: {capability: RAW, args: {length: 16}, outputs: [{type: f32, dimensions: [1, 4]}]}
  model: {model: ./model.tflite, inputs: [row], outputs: [{type: f32, dimensions: [1, 3]}]}
  scores: {out: serial, inputs: [model]}
"""


def conversion(kind: str, *, is_guess: bool) -> Any:
    figures = {"arena": 90, "output": 48.0, "changed": 1, "samples": 32}
    forms = [
        {"number": number, "form": form, "size": 900, "figures": figures, "refusal": ""}
        for number, form in enumerate(("float32", "int8"), 1)
    ]
    samples = {"kind": kind, "is_guess": is_guess, "reason": "The project has no samples that may be used."}
    return {"id": "1", "name": "net.keras", "forms": forms, "samples": samples}


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ProjectServer:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return ProjectServer("acme", "waves", "http://127.0.0.1:9", "secret")


def test_an_int8_form_of_random_ranges_is_refused_with_what_to_do(server: ProjectServer) -> None:
    row = conversion("random", is_guess=True)
    with pytest.raises(hmr.HmrError, match="calibrated on random numbers") as error:
        figures_of(server, row, "model.tflite", "int8")
    assert error.value.name == "samples-missing"
    assert "The project has no samples that may be used. Give arrays" in str(error.value)
    assert "guess=True" in str(error.value)
    assert figures_of(server, row, "model.tflite", "float32").chosen == "float32"


def test_a_guess_that_is_accepted_is_called_one_in_the_figures(server: ProjectServer) -> None:
    figures = figures_of(server, conversion("random", is_guess=True), "model.tflite", "int8", accepts_guess=True)
    assert figures.row().calibrated_on == figures.row().judged_on == "random numbers"
    for text in (repr(figures), figures._repr_html_()):
        assert "1 of 32 random inputs changed, calibrated on random numbers" in text
    figures = figures_of(server, conversion("files", is_guess=False), "model.tflite", "int8")
    assert "random" not in repr(figures)


def test_arrays_are_sent_as_a_file_without_pickles(tmp_path: Path) -> None:
    assert np.load(io.BytesIO(sample_bytes([[1.0, 2.0]]))).shape == (1, 2)
    assert set(np.load(io.BytesIO(sample_bytes({"a": [1.0], "b": [2.0]})))) == {"a", "b"}
    (tmp_path / "a.npy").write_bytes(b"bytes")
    assert sample_bytes(tmp_path / "a.npy") == b"bytes"
    with pytest.raises(hmr.HmrError) as error:
        sample_bytes([object()])
    assert error.value.name == "samples-refused"
    with pytest.raises(hmr.HmrError) as error:
        sample_bytes("none.npy")
    assert error.value.name == "not-there"


@pytest.mark.slow
@pytest.mark.e2e
def test_a_notebook_without_samples_is_refused_and_with_them_right(tmp_path: Path) -> None:
    (tmp_path / "Runefile.yml").write_text(RUNEFILE)
    (tmp_path / "net.tflite").write_bytes(columns_model())
    values, classes = rows(seed=5)
    with LiveServer(tmp_path / "data") as live:
        token = live.token("write", "deployment:manage")
        organisation = live.organisation()
        rune = hmr.Rune(organisation, "rows", tmp_path / "Runefile.yml", server=live.address, token=token)
        with pytest.raises(hmr.HmrError) as error:
            rune.set_model(tmp_path / "net.tflite")
        assert error.value.name == "samples-missing"
        figures = rune.set_model(tmp_path / "net.tflite", samples=rows()[0])
        assert figures.row().calibrated_on == "samples"
        loaded_rune = rune.build().load()
        answers = [np.array(loaded_rune(row[None])["scores"]).ravel().argmax() for row in values[::10]]
        assert (np.array(answers) == classes[::10]).mean() > 0.97
