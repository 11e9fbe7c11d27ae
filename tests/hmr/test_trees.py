"""`set_model` uses decision trees of scikit-learn as the file of the block, with the Runefile that runs them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import hmr
from lab.environments.environment import ENVIRONMENTS
from tests.support.models.sklearn_files import ANSWERS, FOLDER
from tests.support.servers.live_server import LiveServer


@pytest.mark.slow
@pytest.mark.e2e
@pytest.mark.skipif(not ENVIRONMENTS["onnx"].is_ready, reason="needs the onnx environment")
def test_a_forest_is_a_rune_that_answers_as_scikit_learn(tmp_path: Path) -> None:
    with LiveServer(tmp_path / "data") as live:
        token = live.token("write", "deployment:manage")
        rune = hmr.Rune(live.organisation(), "walk", server=live.address, token=token)
        with pytest.raises(hmr.HmrError, match=r"has no form int8\. It has trees\.") as error:
            rune.set_model(FOLDER / "forest.onnx", form="int8")
        assert error.value.name == "model-refused"
        figures = rune.set_model(FOLDER / "forest.onnx")
        assert (figures.path, figures.chosen, figures.row().refusal) == ("model.trees.json", "trees", "")
        assert "trees" in repr(figures)
        assert "dB" not in figures._repr_html_()
        loaded_rune = rune.build().load()
        answers = [np.array(loaded_rune(row)["serial"]).ravel() for row in ANSWERS["rows"][:20].astype(np.float32)]
        assert np.abs(np.stack(answers) - ANSWERS["forest"][:20]).max() < 1e-5
