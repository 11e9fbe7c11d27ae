"""`rune train` on the command line: what is refused before anything is trained, and what a person reads at the end."""

from __future__ import annotations

import fcntl
import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from lab.command.training.text import summary
from lab.training.preparing import prepare_run
from lab.training.run_folder import run_folder
from lab.training.settings import ENVIRONMENT
from rune.environments.environment import FOLDER_VARIABLE
from rune.source.policy.sections.training import Training
from rune.tools.cli import main
from tests.support.training.motion_data import write_motion

TRAINING = "training: {recipe: motion, data: samples}\n"


def train(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["train", str(folder), *arguments])


@pytest.fixture
def ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of environments in which that of TensorFlow seems to be ready; nothing here starts it."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "lab"))
    ENVIRONMENT.folder.mkdir(parents=True)
    (ENVIRONMENT.folder / "ready.json").write_text("{}")
    project = tmp_path / "project"
    project.mkdir()
    (project / "forge.yml").write_text(TRAINING)
    return project


def test_a_missing_environment_is_named_with_its_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "lab"))
    (tmp_path / "forge.yml").write_text(TRAINING)
    result = train(tmp_path)
    assert result.exit_code == 1
    assert "Training a network needs the tensorflow environment: 320 MB to download" in result.stderr
    assert "--prepare" in result.stderr


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        (None, "has no forge.yml with `training`"),
        ("limits: {}\n", "has no forge.yml with `training`"),
        ("training: {recipe: motion}\n", "`training` has no `data`"),
        (
            "training: {recipe: telepathy, data: samples}\n",
            'There is no recipe "telepathy". There are keywords',
        ),
        ("training: {recipe: motion, data: samples, arguments: {epoch: 3}}\n", "Did you mean epochs?"),
        ("training: {recipe: motion, data: samples, arguments: {hop: 7}}\n", "hop is 7; it must be a multiple of 5"),
        ("training: {recipe: motion, data: nowhere}\n", "No such file or directory"),
    ],
)
def test_settings_that_cannot_work_are_named(ready: Path, policy: str | None, message: str) -> None:
    (ready / "forge.yml").unlink()
    if policy is not None:
        (ready / "forge.yml").write_text(policy)
    result = train(ready)
    assert result.exit_code == 1
    assert message in result.stderr


def test_data_of_two_people_is_refused_before_anything_is_written(ready: Path) -> None:
    write_motion(ready / "samples", people=2)
    result = train(ready)
    assert result.exit_code == 1
    assert "circle has 2 people; 5 are needed for a split by person." in result.stderr
    assert sorted(path.name for path in ready.iterdir()) == ["forge.yml", "samples"]


def test_a_run_is_trained_by_one_process_at_a_time(ready: Path) -> None:
    write_motion(ready / "samples", takes=1)
    digest = prepare_run(Training("motion", "samples"), ready / "samples", {}).settings.digest
    with run_folder(digest) as own:
        own.path.rmdir()
        result = train(ready)
    assert result.exit_code == 1
    assert "being trained by another process already" in result.stderr
    with (own.path.parent / f"{own.path.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_the_digest_of_a_run_follows_from_settings_and_data(ready: Path) -> None:
    samples = write_motion(ready / "samples", takes=1)
    base = prepare_run(Training("motion", "samples", seed=1), samples, {}).settings
    assert prepare_run(Training("motion", "elsewhere", seed=1), samples, {}).settings.digest == base.digest
    others = [
        prepare_run(Training("motion", "samples", seed=2), samples, {}).settings.digest,
        prepare_run(Training("motion", "samples", seed=1, arguments={"epochs": 61}), samples, {}).settings.digest,
    ]
    (samples / "still" / "0-0.csv").write_text("0,0,9.81\n" * 200)
    others.append(prepare_run(Training("motion", "samples", seed=1), samples, {}).settings.digest)
    assert len({base.digest, *others}) == 4


def test_the_summary_has_figures_with_intervals_and_names_mistakes() -> None:
    split = {
        "samples": 5,
        "skipped_samples": 0,
        "accuracy": [0.8, 0.3755, 0.9638],
        "labels": {
            "circle": {"samples": 3, "recall": [0.6667, 0.2077, 0.9385]},
            "shake": {"samples": 2, "recall": [1.0, 0.3424, 1.0]},
        },
        "confusion": [[2, 1], [0, 2]],
    }
    report = {
        "labels": ["circle", "shake"],
        "samples": {"train": {"circle": 8, "shake": 8}, "test": {"circle": 2, "shake": 1}},
        "notes": ["1 recording of shake is clipped."],
        "curves": [{"epoch": 1, "loss": 0.5, "accuracy": 1.0, "validation_loss": 0.25, "validation_accuracy": 1.0}],
        "best_epoch": 1,
        "pruned_after": None,
        "quantiser": "ai-edge-quantizer",
        "parameters": 1234,
        "judgements": {"validation": split},
    }
    text = "\n".join(summary(report))
    assert "Note: 1 recording of shake is clipped." in text
    about_epoch = "The model is that of epoch 1 of 1: loss 0.250 on the validation split, 0.500 on the train split. "
    assert f"{about_epoch}1,234 parameters." in text
    assert "Accuracy on the validation split: 80.0% (4 of 5 recordings, 95 % interval 37.5% to 96.4%)." in text
    assert "The quantised rune itself ran on the recordings." in text
    assert "circle was taken for shake in 1 recording." in text
    assert "The test split, 3 recordings, was not read: `rune evaluate --split test`" in text
    floats = "\n".join(summary({**report, "quantiser": ""}))
    assert "The model is that of epoch 1 of 1" in floats
    assert "The rune itself ran on the recordings." in floats


def test_the_script_of_a_run_has_its_settings_and_imports_nothing_of_ours(ready: Path, tmp_path: Path) -> None:
    write_motion(ready / "samples", takes=1)
    (ready / "forge.yml").write_text("training: {recipe: motion, data: samples, seed: 5, arguments: {epochs: 12}}\n")
    target = tmp_path / "script"
    result = train(ready, "--python", str(target))
    assert result.exit_code == 0, result.stderr
    text = (target / "train.py").read_text()
    compile(text, "train.py", "exec")
    modules = {name.split(".")[0] for name in re.findall(r"^(?:import|from) ([\w.]+)", text, re.MULTILINE)}
    packages = modules - sys.stdlib_module_names
    assert packages == {"keras", "numpy", "tensorflow"}
    assert "SETTINGS = Settings(seed=5, epochs=12," in text
    assert "LABELS = ['circle', 'shake', 'still']" in text
    assert (target / "requirements.txt").read_text().startswith("keras==")
    with np.load(target / "features.npz") as arrays:
        assert arrays["inputs"].shape[1:] == (100, 3)
    assert sorted(path.name for path in ready.iterdir()) == ["forge.yml", "samples"]


def test_recordings_are_written_before_and_after_augmentation_without_an_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "lab"))
    project, target = tmp_path / "project", tmp_path / "examples"
    write_motion(project / "samples", takes=1)
    (project / "forge.yml").write_text(TRAINING)
    result = train(project, "--augmentation", str(target))
    assert result.exit_code == 0, result.stderr
    assert f"{target} has 3 recordings, each with 4 augmentations." in result.stdout
    assert sorted(path.name for path in target.iterdir()) == ["1-circle", "2-shake", "3-still"]
    for folder in target.iterdir():
        assert sorted(path.name for path in folder.iterdir()) == ["1.csv", "2.csv", "3.csv", "4.csv", "original.csv"]
    assert sorted(path.name for path in project.iterdir()) == ["forge.yml", "samples"]


def test_a_recipe_without_an_augmentation_writes_no_examples(ready: Path, tmp_path: Path) -> None:
    write_motion(ready / "samples", takes=1)
    (ready / "forge.yml").write_text("training: {recipe: motion-trees, data: samples}\n")
    result = train(ready, "--augmentation", str(tmp_path / "examples"))
    assert result.exit_code == 1
    assert "The recipe motion-trees has no augmentation that can be seen or heard." in result.stderr
    assert not (tmp_path / "examples").exists()


@pytest.mark.slow
def test_what_a_rune_needs_is_counted_without_an_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "lab"))
    write_motion(tmp_path / "samples", takes=1)
    needs = []
    for filters in (4, 32):
        policy = f"training: {{recipe: motion, data: samples, arguments: {{filters: {filters}}}}}\n"
        (tmp_path / "forge.yml").write_text(policy)
        result = train(tmp_path, "--count", "cortex-m4", "--format", "json")
        assert result.exit_code == 0, result.stderr
        needs.append(json.loads(result.stdout))
    small, large = needs
    assert small["target"] == "cortex-m4"
    assert 0 < small["flash"] < large["flash"]
    assert 0 < small["ram"] < large["ram"]
    assert 0 < small["instructions"] < large["instructions"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["forge.yml", "lab", "samples"]
    # The lock under which a step reserves memory: no environment was prepared, and no run was begun.
    assert [path for path in (tmp_path / "lab").rglob("*") if path.is_file()] == [tmp_path / "lab" / "memory" / "lock"]
