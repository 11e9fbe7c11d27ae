"""`rune search` on the command line: what is refused before anything is counted, and what a person reads at the end."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lab.command.search_text import summary, training_section, trial_line
from lab.search.space import Candidate, Space
from lab.search.trials import Trial, TrialState, open_trials
from lab.training.settings import ENVIRONMENT
from rune.devices.boards.fit import Needs, run_time
from rune.devices.boards.lookup import find_board
from rune.environments.environment import FOLDER_VARIABLE
from rune.project.files import MemoryFiles
from rune.source.policy import check_policy
from rune.source.policy.sections.training import Training
from rune.tools.cli import main
from rune.wording import milliseconds_text
from tests.support.cases import each_case
from tests.support.training.motion_data import write_motion

SPACE = Space({"filters": (4, 8)}, ("int8",))
ONE_CANDIDATE = [
    part
    for value in ("window=50", "filters=8", "blocks=2", "kernel=5", "stride=1", "separable=0")
    for part in ("--vary", value)
]


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
        (["--board", "raspberry-pi-pico", "--board", "esp32"], "there is no board 'esp32'"),
        (["--board", "raspberry-pi-pico", "--board", "raspberry-pi-pico"], "Both boards of the search are Raspberry"),
        (
            ["--board", "raspberry-pi-pico", "--board", "teensy-41", "--board", "esp32-c3-devkitm-1"],
            "A search has one or two boards, and not 3.",
        ),
        (
            ["--board", "raspberry-pi-pico", "--board", "teensy-41", "--target", "cortex-m0plus"],
            "has the target cortex-m7, and not cortex-m0plus",
        ),
        (["--milliseconds", "50"], "--milliseconds limits the time on a board. Name a --board."),
        (["--board", "raspberry-pi-pico", "--milliseconds", "0"], '"0" is not a number of milliseconds above 0'),
        (["--board", "raspberry-pi-pico", "--milliseconds", "-1"], "is not a number of milliseconds above 0"),
        (["--board", "raspberry-pi-pico", "--milliseconds", "nan"], "is not a number of milliseconds above 0"),
        (["--board", "raspberry-pi-pico", "--milliseconds", "many"], "is not a number of milliseconds above 0"),
        (["--show", "1"], "Call rune search first"),
        (["--trials", "0"], "0 is not in the range"),
    ],
)
def test_settings_that_cannot_work_are_named(ready: Path, arguments: list[str], message: str) -> None:
    result = search(ready, *arguments)
    assert result.exit_code != 0
    assert message in result.stderr
    assert sorted(path.name for path in ready.iterdir()) == ["forge.yml", "samples"]


@pytest.mark.slow
def test_a_trial_that_may_take_too_long_is_counted_and_not_trained(ready: Path) -> None:
    board = find_board("raspberry-pi-pico")
    limited = ["--board", board.key, "--milliseconds", "0.5", *ONE_CANDIDATE]
    result = search(ready, *limited, "--format", "json")
    assert result.exit_code == 0, result.output
    events = [json.loads(line) for line in result.stdout.splitlines()]
    trials = [each for each in events if each["event"] == "trial"]
    assert trials
    for trial in trials:
        time = run_time(trial["needs"]["instructions"], board)
        assert trial["state"] == "over limit"
        assert trial["reason"] == f"inference time {milliseconds_text(time.most)} of at most 0.5 ms"
        assert trial["time"] == {"least": time.least, "most": time.most}
    assert events[-1]["best"] == []
    text = search(ready, *limited)
    assert "Raise the limits, or allow more minutes." in text.stdout


@pytest.mark.slow
def test_a_candidate_is_counted_on_both_boards_and_a_limit_names_the_board(ready: Path) -> None:
    boards = [find_board("raspberry-pi-pico"), find_board("arduino-nano-33-ble-sense")]
    both = [part for each in boards for part in ("--board", each.key)]
    result = search(ready, *both, "--instructions", "1k", *ONE_CANDIDATE, "--format", "json")
    assert result.exit_code == 0, result.output
    trials = [each for each in map(json.loads, result.stdout.splitlines()) if each["event"] == "trial"]
    assert trials
    for trial in trials:
        first, second = trial["needs"], trial["second_needs"]
        assert [first["target"], second["target"]] == ["cortex-m0plus", "cortex-m4"]
        assert first["instructions"] > second["instructions"] > 1000
        reason = f"instructions {first['instructions']:,} of at most 1,000 on Raspberry Pi Pico"
        assert (trial["state"], trial["reason"]) == ("over limit", reason)
        assert trial["time"]["most"] == run_time(first["instructions"], boards[0]).most
    other = search(ready, "--board", boards[0].key, "--instructions", "1k", *ONE_CANDIDATE)
    assert "is of a search with another second target" in other.stderr


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
    assert "nference time" not in text


def test_the_summary_has_the_time_on_a_board_as_a_range() -> None:
    board = find_board("raspberry-pi-pico")
    trials = [
        Trial(1, Candidate({}, "int8"), TrialState.TRAINED, Needs("cortex-m0plus", 9, 4, 123_456), (0.8, 0.3, 0.9)),
        Trial(2, Candidate({}, "int8"), TrialState.TRAINED, Needs("cortex-m0plus", 9, 3), (0.7, 0.3, 0.9)),
    ]
    text = "\n".join(summary(trials, "", SPACE, {"circle": 3}, [board]))
    assert "Instructions  Inference time " in text
    assert f"123,456       {run_time(123_456, board).text}" in text
    assert re.search(r"^2 .* - +- +int8$", text, re.MULTILINE)
    assert "Inference time is an estimate for Raspberry Pi Pico" in text


def test_the_line_of_a_trial_ends_with_its_time_on_a_board() -> None:
    needs = Needs("cortex-m0plus", 9_000, 4_000, 123_456)
    trial = Trial(1, Candidate({}, "int8"), TrialState.TRAINED, needs, (0.8, 0.3, 0.9))
    board = find_board("raspberry-pi-pico")
    assert trial_line(trial.to_json(), [board]).endswith(f"123,456 instructions, {run_time(123_456, board).text}")
    assert trial_line(trial.to_json()).endswith("123,456 instructions")


def test_the_summary_has_the_larger_memory_and_the_instructions_of_both_boards() -> None:
    boards = [find_board("raspberry-pi-pico"), find_board("esp32-c3-devkitm-1")]
    first, second = Needs("cortex-m0plus", 9_000, 4_100, 123_456), Needs("rv32imc", 9_500, 4_000, 98_765)
    trial = Trial(1, Candidate({}, "int8"), TrialState.TRAINED, accuracy=(0.8, 0.3, 0.9)).with_needs([first, second])
    text = "\n".join(summary([trial], "", SPACE, {"circle": 3}, boards))
    titles = (
        "RAM     Flash   Instructions, Raspberry Pi Pico  Inference time  +Instructions, ESP32-C3-DevKitM-1  Settings"
    )
    assert re.search(rf"^Trial  Accuracy +{titles}$", text, re.MULTILINE)
    assert re.search(
        rf"4.1 kB  9.5 kB  123,456 +{run_time(123_456, boards[0]).text} +98,765 +int8$", text, re.MULTILINE
    )
    assert "the larger of what both boards need. Trials are compared by what they need on Raspberry Pi Pico." in text
    time = run_time(123_456, boards[0]).text
    line = f"RAM 4.1 kB, flash 9.5 kB, 123,456 instructions, {time}, 98,765 instructions on ESP32-C3-DevKitM-1"
    assert trial_line(trial.to_json(), boards).endswith(line)


def test_a_search_without_any_trained_trial_says_what_to_do() -> None:
    text = "\n".join(summary([], "The budget of time is used up.", SPACE, {}))
    assert "No candidate was trained to its end. Raise the limits" in text
