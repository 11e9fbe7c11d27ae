"""A model of an earlier run as a teacher: one that fits is accepted, and others are refused with what differs."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from lab.command.train import command
from lab.recipes.arguments import read_arguments
from lab.recipes.catalogue import recipe_of
from lab.refusal import Reason, Refused
from lab.search.candidate import candidate_model
from lab.training.compression.teacher import Teacher, require_teacher, teacher_model_path, teacher_record_path
from lab.training.settings import RunSettings, bytes_digest
from tests.support.cases import each_case
from tests.support.training.motion_data import LABELS, write_motion

PATH = "large.float.tflite"


def settings_of(recipe: str = "motion", **arguments: Any) -> RunSettings:
    definition = recipe_of(recipe)
    return RunSettings(definition, read_arguments(definition.arguments, arguments, recipe), 0, LABELS, "sha256:data")


def teacher_for(settings: RunSettings, **changes: Any) -> Teacher:
    """The float model of a run with these settings, and its record with some changes."""
    data = candidate_model(settings.recipe, settings.values, len(settings.labels), "float32")
    training = {**settings.to_json(), **changes}
    return Teacher(PATH, data, json.dumps({"float": bytes_digest(data), "training": training}).encode())


def test_the_files_of_a_teacher_stand_beside_each_other() -> None:
    assert teacher_model_path("models/large.float.tflite") == "models/large.tflite"
    assert teacher_record_path("models/large.float.tflite") == "models/large.provenance.json"


@each_case("recipe", ["motion", "keywords", "pictures", "wake-word", "table"])
def test_a_larger_network_with_the_same_labels_and_features_can_teach(recipe: str) -> None:
    width = {"units": 64} if recipe == "table" else {"filters": 32}
    require_teacher(teacher_for(settings_of(recipe, **width)), settings_of(recipe))


@each_case(
    ("teacher", "message"),
    [
        (teacher_for(settings_of(window=50)), "its features are others"),
        (teacher_for(settings_of(), labels=["circle", "shake"]), "it tells circle and shake apart"),
        (teacher_for(settings_of(), recipe="motion-trees"), "trains no network that could be one"),
        (teacher_for(settings_of(), values=[1]), '"large.provenance.json" beside it is not a record'),
        (replace(teacher_for(settings_of()), record=b"{"), '"large.provenance.json" beside it is not a record'),
        (replace(teacher_for(settings_of()), data=b"other"), '"large.provenance.json" is the record of another file'),
    ],
)
def test_a_model_that_cannot_teach_is_refused_with_the_difference(teacher: Teacher, message: str) -> None:
    with pytest.raises(Refused) as error:
        require_teacher(teacher, settings_of())
    assert message in str(error.value)
    assert error.value.reason is Reason.SETTINGS


def test_a_file_that_only_claims_to_be_a_model_is_refused() -> None:
    data = b"no model"
    record = json.dumps({"float": bytes_digest(data), "training": settings_of().to_json()}).encode()
    with pytest.raises(Refused, match="cannot be read") as error:
        require_teacher(Teacher(PATH, data, record), settings_of())
    assert error.value.reason is Reason.BROKEN


def test_a_quantised_model_has_other_edges() -> None:
    settings = settings_of()
    data = candidate_model(settings.recipe, settings.values, 3, "int8")
    record = json.dumps({"float": bytes_digest(data), "training": settings.to_json()}).encode()
    with pytest.raises(Refused, match="its shapes are"):
        require_teacher(Teacher(PATH, data, record), settings)


def test_columns_that_were_scaled_in_another_way_are_refused() -> None:
    with pytest.raises(Refused, match="it learned from other data"):
        require_teacher(teacher_for(settings_of("table"), data="sha256:other"), settings_of("table"))


@pytest.mark.parametrize("recipe", ["regression", "motion-trees", "autoencoder"])
def test_a_recipe_without_shares_of_labels_has_no_teacher(recipe: str) -> None:
    with pytest.raises(Refused, match=f"The recipe {recipe} learns without a teacher"):
        require_teacher(teacher_for(settings_of()), settings_of(recipe))


def test_the_command_names_a_teacher_that_is_not_there(tmp_path: Path) -> None:
    write_motion(tmp_path / "samples")
    (tmp_path / "forge.yml").write_text("training: {recipe: motion, data: samples, teacher: large.float.tflite}\n")
    result = CliRunner().invoke(command, [str(tmp_path), "--count", "cortex-m4"])
    assert result.exit_code == 1
    assert 'The teacher "large.float.tflite", or "large.provenance.json" beside it, cannot be read' in result.stderr


def test_a_run_that_began_with_a_model_can_teach() -> None:
    values = {**settings_of(filters=32).to_json()["values"], "learned-layers": 0}
    require_teacher(teacher_for(settings_of(filters=32), values=values), settings_of())
