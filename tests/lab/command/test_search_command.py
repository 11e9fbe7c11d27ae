"""`rune search` on the command line: what is refused before anything is counted, and what a person reads at the end."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lab.command.search_text import summary, training_section
from lab.environments.environment import FOLDER_VARIABLE
from lab.search.space import Candidate, Space
from lab.search.trials import Trial, TrialState, open_trials
from lab.training.settings import ENVIRONMENT
from rune.devices.boards.fit import Needs
from rune.project.files import MemoryFiles
from rune.source.policy import check_policy
from rune.source.policy.sections.training import Training
from rune.tools.cli import main
from tests.support.cases import each_case
from tests.support.training.motion_data import write_motion

SPACE = Space({"filters": (4, 8)}, ("int8",))


def search(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["search", str(folder), *arguments])


@pytest.fixture
def ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project, and a folder of environments in which that of TensorFlow seems to be ready; nothing here starts it."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "lab"))
    ENVIRONMENT.folder.mkdir(parents=True)
    (ENVIRONMENT.folder / "ready.json").write_text("{}")
    project = tmp_path / "project"
    write_motion(project / "samples", takes=1, seconds=2)
    (project / "forge.yml").write_text("training: {recipe: motion, data: samples, arguments: {dropout: 0.1}}\n")
    return project


def test_a_backbone_is_not_searched(ready: Path) -> None:
    policy = "training: {recipe: transfer, data: samples, backbone: b.tflite}"
    (ready / "forge.yml").write_text(policy)
    result = search(ready)
    assert result.exit_code == 1
    assert "The recipe transfer is not searched: its backbone decides" in result.stderr


@each_case(
    ("arguments", "message"),
    [
        (["--vary", "filters"], '--vary "filters" is not an argument with values'),
        (["--vary", "filters=4,,8"], "is not an argument with values"),
        (["--vary", "colour=1"], 'The recipe motion has no argument "colour"'),
        (["--vary", "filters=1000"], "filters is 1000; it must be a whole number from 2 to 128"),
        (["--ram", "20"], '"20" is not a quantity such as "20 kB"'),
        (["--ram", "0kB"], "is not a quantity"),
        (["--board", "arduino-nano"], "there is no board 'arduino-nano'; did you mean"),
        (
            ["--board", "arduino-nano-33-ble-sense", "--target", "cortex-m7"],
            "has the target cortex-m4, and not cortex-m7",
        ),
        (["--show", "1"], "Call rune search first"),
        (["--trials", "0"], "0 is not in the range"),
    ],
)
def test_settings_that_cannot_work_are_named(ready: Path, arguments: list[str], message: str) -> None:
    result = search(ready, *arguments)
    assert result.exit_code != 0
    assert message in result.stderr
    assert sorted(path.name for path in ready.iterdir()) == ["forge.yml", "samples"]


def test_a_missing_environment_is_named_with_its_size(ready: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(ready.parent / "other"))
    result = search(ready)
    assert result.exit_code == 1
    assert "Training candidates needs the tensorflow environment: 320 MB to download" in result.stderr


def test_the_trials_of_another_search_are_not_continued(ready: Path) -> None:
    with open_trials(ready / "model.search.jsonl", {"recipe": "keywords"}):
        pass
    result = search(ready)
    assert result.exit_code == 1
    assert '"model.search.jsonl" is of a search with another' in result.stderr
    assert "--fresh" in result.stderr


def test_a_trial_is_shown_as_lines_for_the_forge_yml(ready: Path) -> None:
    with open_trials(ready / "model.search.jsonl", {"seed": 5}) as file:
        file.append(Trial(1, Candidate({"filters": 8}, "int16x8"), TrialState.FAILED))
    result = search(ready, "--show", "1")
    assert result.exit_code == 0
    policy = check_policy(MemoryFiles({"forge.yml": result.stdout.encode()}))
    assert not policy.has_errors
    assert policy.training == Training(
        "motion", "samples", form="int16x8", seed=5, arguments={"dropout": 0.1, "filters": 8}
    )
    missing = search(ready, "--show", "2")
    assert (missing.exit_code, missing.stderr.count("has no trial 2; it has 1 trials")) == (1, 1)


def test_a_section_keeps_names_with_special_characters() -> None:
    training = Training("motion", 'a "b": c', model="é.tflite", seed=1)
    policy = check_policy(MemoryFiles({"forge.yml": training_section(training).encode()}))
    assert policy.training == training


def test_the_summary_has_the_best_with_intervals_and_says_what_was_not_read() -> None:
    needs = Needs("cortex-m4", 9_000, 4_000, 123_456)
    trials = [
        Trial(1, Candidate({"filters": 8}, "int8"), TrialState.TRAINED, needs, (0.8, 0.3755, 0.9638)),
        Trial(2, Candidate({"filters": 4}, "int8"), TrialState.TRAINED, needs, (0.6, 0.2, 0.9)),
        Trial(3, Candidate({"filters": 9}, "int8"), TrialState.FAILED, reason="It diverged."),
    ]
    text = "\n".join(summary(trials, "The budget of trials is used up.", SPACE, {"circle": 3, "shake": 2}))
    assert "2 of 2 candidates were trained, 0 stopped early, 0 over a limit and not trained, 1 failed." in text
    assert "Trial 3 failed: It diverged." in text
    assert "1      80.0%     (38% to 96%)  4.0 kB  9.0 kB  123,456       filters 8 and int8" in text
    assert "60.0%" not in text
    assert "on the 5 recordings of the validation split" in text
    assert "The test split was not read" in text


def test_a_search_without_any_trained_trial_says_what_to_do() -> None:
    text = "\n".join(summary([], "The budget of time is used up.", SPACE, {}))
    assert "No candidate was trained to its end. Allow more RAM" in text
