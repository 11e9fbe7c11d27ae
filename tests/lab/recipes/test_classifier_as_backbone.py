"""A classifier of pictures as the backbone of a next run: its last layer is left out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from lab.dataset.recordings import read_recordings
from lab.dataset.splitting import name_of, splits_to_bytes
from lab.formats.tflite_builder import Builder
from lab.recipes.arguments import read_arguments
from lab.recipes.backbone import read_backbone
from lab.recipes.catalogue import recipe_of
from lab.recipes.recipe import behind_backbone, features_runefile
from lab.refusal import Reason, Refused
from lab.search.candidate import candidate_model
from lab.training.data import SPLIT_NUMBERS
from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.datasets.splits import Split
from rune.model.tflite import read_model
from rune.model.tflite.embedding import gives_scores, with_embedding
from rune.project.files import MemoryFiles
from rune.source.runefile import check
from rune.tools.cli import main
from tests.support.training.backbones import PATH, backbone_model
from tests.support.training.sight_and_sound_data import write_pictures

SMALL = {"size": 32, "blocks": 3, "filters": 8}
FEATURES = 16
"""The features of a network with 8 filters: half as many more in each further block."""


def classifier(form: str = "int8") -> bytes:
    """A model of the recipe for pictures, with weights by chance."""
    recipe = recipe_of("pictures")
    return candidate_model(recipe, read_arguments(recipe.arguments, SMALL, recipe.name), 3, form)


def scores_of_a_picture() -> bytes:
    """A classifier whose last layer reads the pixels of a picture and no vector of features."""
    builder = Builder()
    source = builder.tensor("input", (1, 8, 8, 3))
    shape = builder.constant("shape", np.array([1, 8, 8, 3], np.int32))
    same = builder.add("RESHAPE", [source, shape], (1, 8, 8, 3), "same")
    weights, bias = np.ones((2, 192), np.float32), np.zeros(2, np.float32)
    inputs = [same, builder.constant("weights", weights), builder.constant("bias", bias)]
    dense = builder.add("FULLY_CONNECTED", inputs, (1, 2), "dense", ("FullyConnected", {}))
    return builder.file(
        {"input": source}, {"scores": builder.add("SOFTMAX", [dense], (1, 2), "scores", ("Softmax", {}))}
    )


@pytest.mark.parametrize("form", ["float32", "int8"])
def test_a_classifier_is_a_backbone_up_to_its_last_layer(form: str) -> None:
    data = classifier(form)
    backbone = read_backbone("models/signs.tflite", data)
    assert backbone.path == "models/signs.embedding.tflite"
    assert backbone.data == with_embedding(data)
    assert (backbone.features, backbone.dimensions) == (FEATURES, (1, 1, 1, FEATURES))
    recipe = behind_backbone(recipe_of("transfer"), backbone)
    values = read_arguments(recipe.arguments, {}, recipe.name)
    assert recipe.features(values).shape == (FEATURES,)
    files = MemoryFiles({"Runefile.yml": features_runefile(recipe, values).encode(), **recipe.files})
    assert check(files, PUBLISHED_BLOCKS).diagnostics == ()


def test_its_file_without_the_last_layer_is_a_backbone_too() -> None:
    cut = with_embedding(classifier())
    backbone = read_backbone("signs.embedding.tflite", cut)
    assert (backbone.path, backbone.data, backbone.features) == ("signs.embedding.tflite", cut, FEATURES)


def test_a_model_that_gives_a_vector_stays_as_it_is() -> None:
    data = backbone_model()
    assert not gives_scores(read_model(data))
    assert read_backbone(PATH, data).data == data


def test_a_classifier_whose_last_layer_reads_no_vector_is_refused() -> None:
    with pytest.raises(Refused) as error:
        read_backbone("b.tflite", scores_of_a_picture())
    assert error.value.reason is Reason.SETTINGS
    assert "gives no vector: its output is [1, 8, 8, 3]" in str(error.value)


def test_a_run_does_not_write_over_the_part_that_it_reads(tmp_path: Path) -> None:
    write_pictures(tmp_path / "samples", 10)
    (tmp_path / "signs.tflite").write_bytes(classifier())
    training = "recipe: transfer, data: samples, backbone: signs.tflite, model: signs.embedding.tflite"
    (tmp_path / "forge.yml").write_text(f"training: {{{training}}}\n")
    result: Result = CliRunner().invoke(main, ["train", str(tmp_path), "--count", "cortex-m4"])
    assert result.exit_code == 1
    assert '"signs.embedding.tflite" is written by the run, so it cannot be the backbone.' in result.stderr


def test_what_the_backbone_learned_from_is_not_tested_with(tmp_path: Path) -> None:
    samples = write_pictures(tmp_path / "samples", 10)
    recordings = sorted(read_recordings(samples).items, key=lambda each: (each.digest, each.label))
    of_label = {label: [each for each in recordings if each.label == label] for label in ("bars", "disc")}
    own = [Split.TEST, Split.VALIDATION, *[Split.TRAIN] * 8]
    splits = {name_of(each): split for part in of_label.values() for each, split in zip(part, own, strict=True)}
    (tmp_path / "signs.tflite").write_bytes(classifier())
    (tmp_path / "signs.splits.json").write_bytes(splits_to_bytes(splits))
    (tmp_path / "forge.yml").write_text("training: {recipe: transfer, data: samples, backbone: signs.tflite}\n")
    result: Result = CliRunner().invoke(main, ["train", str(tmp_path), "--python", str(tmp_path / "script")])
    assert result.exit_code == 0, result.output
    with np.load(tmp_path / "script" / "features.npz") as arrays:
        numbers = dict(zip(arrays["recordings"].tolist(), arrays["splits"].tolist(), strict=True))
    read = [each for each in recordings if splits[name_of(each)] is not Split.TEST]
    assert numbers == {place: SPLIT_NUMBERS[splits[name_of(each)]] for place, each in enumerate(read)}
