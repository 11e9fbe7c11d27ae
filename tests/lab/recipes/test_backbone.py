"""A model of the project in front of what is learned: what cannot be one, and that its features are the rune's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from lab.dataset.features import RecordingRunner
from lab.formats.tflite_builder import Builder
from lab.recipes.arguments import read_arguments
from lab.recipes.backbone import read_backbone
from lab.recipes.catalogue import recipe_of
from lab.recipes.recipe import behind_backbone, scaled_features, whole_runefile
from lab.refusal import Reason, Refused
from lab.search.candidate import candidate_model
from lab.tasks.scaling import measured_scaling
from lab.training.data import compute_windows, read_dataset
from lab.training.preparing import prepare_run
from rune.assessment.evaluation.recorded_tensors import tensor_array
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.port import Port
from rune.project.files import MemoryFiles
from rune.source.policy.sections.training import Training
from rune.tools.cli import main
from tests.support.cases import each_case
from tests.support.training.backbones import FEATURES, PATH, SIZE, backbone_model, usable
from tests.support.training.sight_and_sound_data import write_pictures

VALUES = read_arguments(recipe_of("transfer").arguments, {}, "transfer")


def report(_share: float, _text: str) -> None:
    """Ignores the progress."""


def model_of(source: tuple[int, ...], target: tuple[int, ...], kind: str = "float32") -> bytes:
    """A model that gives its input again, in another shape."""
    builder = Builder()
    read = builder.tensor("input", source, kind)
    shape = builder.constant("shape", np.array(target, np.int32))
    return builder.file({"input": read}, {"output": builder.add("RESHAPE", [read, shape], target, "same")})


@pytest.mark.slow
@pytest.mark.parametrize("form", ["float32", "int8"])
@pytest.mark.parametrize("channels", [1, 3])
def test_what_is_learned_behind_a_backbone_is_what_its_rune_computes(form: str, channels: int, tmp_path: Path) -> None:
    backbone = read_backbone(PATH, backbone_model(form, channels=channels))
    assert (backbone.height, backbone.width, backbone.channels, backbone.features) == (SIZE, SIZE, channels, FEATURES)
    assert (backbone.source is None) == (form == "float32")
    recipe = behind_backbone(recipe_of("transfer"), backbone)
    dataset = read_dataset(write_pictures(tmp_path, 10), recipe, {})
    plain = compute_windows(dataset, recipe, VALUES, report)
    scaling = measured_scaling(dataset, plain, None)
    expected = compute_windows(dataset, recipe, VALUES, report, scaling)
    features = scaled_features(recipe, VALUES, scaling)
    head = candidate_model(recipe, VALUES, 2, "int8")
    text = whole_runefile(recipe, VALUES, "m.tflite", head, dataset.labels, scaling)
    files = MemoryFiles({"Runefile.yml": text.encode(), "m.tflite": head, **recipe.files})
    port = Port(features.stage, 0)
    result = build(files, BuildOptions("whole", watched=(port,)))
    assert result.diagnostics == ()
    runner = RecordingRunner(result.rune, lambda rune, _: tensor_array(rune.watched[port].tensors[0]))
    rows = np.stack([row for recording in dataset.recordings for row in runner.rows(recording)])
    assert rows.shape == (20, FEATURES)
    assert rows.astype(np.float32).tobytes() == expected.inputs.tobytes()
    assert expected.inputs.std() > 0.2


@each_case(
    ("data", "message"),
    [
        (b"nothing", 'The backbone "b.tflite" cannot be read'),
        (model_of((1, 300), (1, 300)), "takes no picture: its input is [1, 300]"),
        (model_of((1, 8, 8, 2), (1, 128)), "takes no picture: its input is [1, 8, 8, 2]"),
        (model_of((2, 8, 8, 3), (1, 384)), "takes no picture: its input is [2, 8, 8, 3]"),
        (model_of((1, 8, 8, 3), (1, 8, 24)), "gives no vector: its output is [1, 8, 24]"),
        (model_of((1, 8, 8, 3), (2, 96)), "gives no vector: its output is [2, 96]"),
        (model_of((1, 80, 80, 1), (1, 6400)), "of at most 4096"),
        (model_of((1, 8, 8, 3), (1, 192), "int32"), "reads int32 without a scale"),
        (backbone_model(pools=False), "gives no vector: its output is [1, 4, 4, 24]"),
    ],
)
def test_what_cannot_be_a_backbone_is_refused_with_its_shape(data: bytes, message: str) -> None:
    with pytest.raises(Refused) as error:
        read_backbone("b.tflite", data)
    assert message in str(error.value)


@each_case(
    ("values", "message"),
    [
        ({"white": 255}, "holds numbers from 0 to 1. Set the arguments black and white"),
        ({"black": -1}, "not made for pixels from -1 to 1"),
        ({"white": 0.1}, "not made for pixels from 0 to 0.1"),
        ({"black": 1}, "black and white are both 1"),
    ],
)
def test_pixels_that_a_quantised_backbone_does_not_hold_are_refused(values: dict[str, float], message: str) -> None:
    with pytest.raises(Refused) as error:
        usable("transfer").features({**VALUES, **values})
    assert message in str(error.value)
    assert error.value.reason is Reason.SETTINGS


def test_white_may_be_the_darker_end() -> None:
    stages = usable("transfer").features({**VALUES, "black": 1, "white": 0}).stages
    assert "factor: -0.00392156863\n      offset: 1\n" in stages


@pytest.mark.parametrize(
    ("training", "message"),
    [
        ("recipe: transfer", "The recipe transfer learns behind a backbone. Write `backbone:`"),
        ("recipe: transfer, backbone: nowhere.tflite", 'The backbone "nowhere.tflite" cannot be read'),
        ("recipe: transfer, backbone: text.tflite", 'The backbone "text.tflite" cannot be read'),
        ("recipe: pictures, backbone: b.tflite", "The recipe pictures learns behind no backbone"),
        ("recipe: transfer, backbone: model.float.tflite", "is written by the run"),
    ],
)
def test_the_command_refuses_a_backbone_that_cannot_work(training: str, message: str, tmp_path: Path) -> None:
    write_pictures(tmp_path / "samples", 10)
    for name in ("b.tflite", "model.float.tflite"):
        (tmp_path / name).write_bytes(backbone_model())
    (tmp_path / "text.tflite").write_text("text")
    (tmp_path / "forge.yml").write_text(f"training: {{{training}, data: samples}}\n")
    result: Result = CliRunner().invoke(main, ["train", str(tmp_path), "--count", "cortex-m4"])
    assert result.exit_code == 1
    assert message in result.stderr
    assert not (tmp_path / "Runefile.yml").exists()


@pytest.mark.slow
def test_the_command_counts_the_backbone_with_the_head(tmp_path: Path) -> None:
    write_pictures(tmp_path / "samples", 10)
    (tmp_path / "b.tflite").write_bytes(backbone_model())
    (tmp_path / "forge.yml").write_text("training: {recipe: transfer, data: samples, backbone: b.tflite}\n")
    result: Result = CliRunner().invoke(main, ["train", str(tmp_path), "--count", "cortex-m4"])
    assert result.exit_code == 0, result.stderr
    assert "Instructions of one run: 1,6" in result.stdout


def test_another_backbone_is_another_run(tmp_path: Path) -> None:
    write_pictures(tmp_path, 10)
    training = Training("transfer", "samples", backbone=PATH)
    digests = {
        prepare_run(training, tmp_path, {}, backbone=backbone_model(form)).settings.digest
        for form in ("int8", "int8", "float32")
    }
    assert len(digests) == 2
