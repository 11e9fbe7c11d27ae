"""Recordings of a project measure the ranges of a form, as its own stages make them what the model reads."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lab.child.job import ChildJob
from lab.command.recorded import RecordingSource, record_inputs
from lab.quantize.step import run
from rune.datasets.splits import Split
from rune.model.tflite import read_model
from tests.support.training.motion_data import LABELS, write_motion
from tests.support.training.motion_model import RUNEFILE, WINDOW, motion_model


def test_the_ranges_are_those_of_the_windows_that_the_stages_make_of_the_train_split(tmp_path: Path) -> None:
    (tmp_path / "Runefile.yml").write_text(RUNEFILE)
    float_model, windows, int8 = tmp_path / "model.tflite", tmp_path / "windows", tmp_path / "int8"
    float_model.write_bytes(motion_model())
    recordings = write_motion(tmp_path / "data", people=4, takes=1, seconds=1)
    source = RecordingSource(recordings, tmp_path, "", Split.TRAIN)
    table = record_inputs(float_model, source, windows, lambda _share, _text: None)
    spec = {"forms": ["int8"], "recorded": table}
    inputs = {"source": float_model, "windows": windows}
    samples = run(ChildJob(tmp_path, spec, inputs, {"int8": int8}, lambda _share, _text: None))["samples"]

    rows = np.fromfile(windows, np.float32).reshape(-1, WINDOW, 3)
    roles = np.repeat(np.array(table["roles"]), np.array(table["windows"]))
    calibration, judging = rows[roles == "calibration"], rows[roles == "judging"]
    assert len(calibration) > 0
    assert len(judging) > 0
    assert (samples["kind"], samples["is_guess"], samples["classes"]) == ("recordings", False, list(LABELS))
    assert samples["ranges"][0] == pytest.approx([calibration.min(), calibration.max()], rel=1e-3)
    assert calibration.max() < 3, "in g, as the Runefile has it"
    own = read_model(int8.read_bytes())
    tensor = own.tensors[own.inputs[0]]
    assert tensor.scale is not None
    assert 255 * tensor.scale == pytest.approx(calibration.max() - calibration.min(), rel=0.05)
