"""The record of training beside a model file is read within bounds, and believed in nothing that it lacks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from forge.learning.origins.records import MAX_FILES, BadRecord, read_training_record
from rune.digests import digest_of
from rune.environments.environment import FOLDER_VARIABLE
from rune.source.policy.sections.training import MAX_SEED
from rune.tools.cli import main
from tests.support.cases import each_case
from tests.support.training.motion_data import write_motion

DIGEST = "sha256:" + "a" * 64
DATA = "sha256:" + "b" * 64
PATH = "models/gesture.provenance.json"


def record(**changes: Any) -> dict[str, Any]:
    training = {"recipe": "motion", "seed": 7, "data": DATA, "labels": ["circle"], **changes.pop("training", {})}
    return {"version": 1, "digest": DIGEST, "training": training, **changes}


def read(value: object) -> Any:
    return read_training_record(json.dumps(value).encode(), PATH)


@each_case(
    "value",
    [
        record(training={"recipe": None}),
        record(training={"recipe": "<b>motion</b>"}),
        record(training={"recipe": "m" * 41}),
        record(training={"recipe": "motion\n"}),
        record(training={"seed": True}),
        record(training={"seed": -1}),
        record(training={"seed": MAX_SEED + 1}),
        record(training={"seed": "7"}),
        record(training={"data": "samples"}),
        record(training={"data": ["sha256:"]}),
        record(digest=None),
        record(digest="sha256:x"),
        record(digest={}),
        record(files={}),
        record(files={"gesture.trees.json": 7}),
        record(files={"..": DIGEST}),
        record(files={"": DIGEST}),
        record(files=[DIGEST]),
        record(files={f"{each}.json": DIGEST for each in range(MAX_FILES + 1)}),
        {"training": []},
        {"training": None},
        {"training": {}},
    ],
)
def test_a_record_without_what_training_writes_is_bad(value: object) -> None:
    with pytest.raises(BadRecord):
        read(value)


@each_case(
    "data",
    [
        b"",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"training": ' * 100_000,
        b'{"seed": ' + b"9" * 10_000 + b"}",
        b"null",
        b'"training"',
        json.dumps({"version": 1, "digest": DIGEST, "source": {"digest": DATA}, "settings": {}}).encode(),
    ],
)
def test_another_file_is_no_record_of_training(data: bytes) -> None:
    assert read_training_record(data, PATH) is None


def test_a_record_says_recipe_seed_data_and_the_digest_of_its_file() -> None:
    training = read(record())
    assert (training.recipe, training.seed, training.data) == ("motion", 7, DATA)
    assert training.digests == {"models/gesture.tflite": DIGEST}


def test_the_parameters_of_an_estimator_are_beside_their_record_wherever_they_were_made() -> None:
    training = read(record(files={"gesture.trees.json": DIGEST, "../at home/gesture.scaling.txt": DATA}))
    assert training.digests == {"models/gesture.trees.json": DIGEST, "models/gesture.scaling.txt": DATA}


@pytest.mark.slow
def test_the_record_of_a_run_of_the_command_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "lab"))
    write_motion(tmp_path / "samples")
    policy = "training: {recipe: motion-trees, data: samples, model: gesture.tflite, seed: 3}\n"
    (tmp_path / "forge.yml").write_text(policy)
    result = CliRunner().invoke(main, ["train", str(tmp_path)])
    assert result.exit_code == 0, result.stderr
    training = read_training_record((tmp_path / "gesture.provenance.json").read_bytes(), "gesture.provenance.json")
    assert training is not None
    assert (training.recipe, training.seed) == ("motion-trees", 3)
    digests = {path: digest_of((tmp_path / path).read_bytes()) for path in training.digests}
    assert training.digests == digests
