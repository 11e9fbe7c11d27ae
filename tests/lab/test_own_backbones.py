"""A model of one's own pictures leads to the next one: what the recipe `pictures` learned is the backbone of
`transfer`, and what Teach learns from."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lab.dataset.features import RecordingRunner
from lab.dataset.recordings import read_recordings
from lab.training.settings import ENVIRONMENT
from rune.assessment.evaluation.recorded_tensors import sent_tensor
from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.digests import digest_of
from rune.model.tflite.embedding import with_embedding
from rune.project.files import FolderFiles, MemoryFiles
from rune.source.runefile.teaching import Teachable, teachable_of
from tests.support.training.sight_and_sound_data import write_pictures

pytestmark = [
    pytest.mark.proof,
    pytest.mark.skipif(not ENVIRONMENT.is_ready, reason="needs the TensorFlow environment, which `make lab` prepares"),
]
SMALL = {"size": 32, "blocks": 3, "filters": 8, "epochs": 6}


def train(folder: Path, *options: str, **training: Any) -> str:
    (folder / "forge.yml").write_text(json.dumps({"training": {"data": "samples", **training}}))
    command = [sys.executable, "-m", "rune.tools.cli", "train", str(folder), "--runefile", *options]
    process = subprocess.run(command, capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stderr[-2000:]
    return process.stdout


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a model of its own pictures."""
    folder = tmp_path_factory.mktemp("signs")
    write_pictures(folder / "samples", 10)
    train(folder, recipe="pictures", model="signs.tflite", arguments=SMALL)
    return folder


def teachable(folder: Path) -> Teachable:
    return teachable_of(FolderFiles(folder), PUBLISHED_BLOCKS)


def built(project: Teachable, model: bytes, text: str, **files: bytes) -> bytes:
    """A rune of Teach, which builds without a warning."""
    weights = {f"{name}.txt": data for name, data in files.items()}
    own = {project.runefile: text.encode(), project.embedding_model: model, **weights}
    result = build(MemoryFiles(own), BuildOptions("taught"))
    assert [str(each) for each in result.diagnostics] == []
    return result.rune


@pytest.mark.parametrize("model", ["signs.tflite", "signs.float.tflite"])
def test_the_next_run_learns_behind_a_model_that_the_recipe_for_pictures_gave(model: str, project: Path) -> None:
    settings: Any = {"recipe": "transfer", "backbone": model, "model": "next.tflite", "arguments": {"epochs": 8}}
    text = train(project, **settings)
    assert "The quantised rune itself ran on the recordings." in text
    part = model.replace(".tflite", ".embedding.tflite")
    data = (project / part).read_bytes()
    assert data == with_embedding((project / model).read_bytes())
    runefile = (project / "Runefile.yml").read_text()
    assert f'model: "./{part}"' in runefile
    record = json.loads((project / "next.provenance.json").read_text())["training"]
    assert (record["backbone"], record["settings"]["backbone"]) == (digest_of(data), model)
    # The rune of both models builds from the folder alone, and can be taught: its first model gives a vector.
    assert build(FolderFiles(project), BuildOptions("next")).diagnostics == ()
    again = teachable(project)
    assert (again.embedding_model, again.labels, again.embedding.features) == (part, ("bars", "disc"), 16)
    weights = {"w": b" ".join([b"0.5"] * 48), "b": b"0 1 2"}
    built(again, data, again.taught_runefile(["a", "b", "c"], "w.txt", "b.txt"), **weights)


def test_teach_and_the_next_run_learn_from_the_same_numbers(project: Path, tmp_path: Path) -> None:
    train(project, recipe="pictures", model="signs.tflite", arguments=SMALL)
    first = teachable(project)
    assert (first.model, first.embedding_model) == ("signs.tflite", "signs.embedding.tflite")
    cut = with_embedding((project / first.model).read_bytes())
    runner = RecordingRunner(built(first, cut, first.embedding_runefile()), sent_tensor)
    recordings = sorted(read_recordings(project / "samples").items, key=lambda each: (each.digest, each.label))
    rows = np.stack([row.ravel() for each in recordings for row in runner.rows(each)])
    train(project, "--python", str(tmp_path), recipe="transfer", backbone="signs.tflite", model="next.tflite")
    with np.load(tmp_path / "features.npz") as arrays:
        inputs = arrays["inputs"]
    assert rows.shape == (20, 16)
    assert rows.tobytes() == inputs.tobytes()
    assert inputs.std() > 0.01
