"""The rows of a search: stored before the next trial, whole after a crash, and of one search only."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.refusal import Refused
from lab.search.space import Candidate
from lab.search.trials import Trial, TrialState, open_trials, read_trials
from rune.devices.boards.fit import Needs

SETTINGS = {"recipe": "motion", "seed": 3}
TRIALS = [
    Trial(
        1,
        Candidate({"filters": 8}, "int8"),
        TrialState.TRAINED,
        Needs("cortex-m4", 9000, 4000, 50_000),
        (0.75, 0.5, 0.9),
        (0.5, 0.75),
        2.5,
    ),
    Trial(2, Candidate({"filters": 99}, "int8"), TrialState.OVER_LIMIT, Needs("cortex-m4", 90_000, 1), reason="flash"),
    Trial(3, Candidate({"filters": 4}, "float32"), TrialState.FAILED, reason="It diverged."),
]


def written(path: Path) -> Path:
    with open_trials(path, SETTINGS) as file:
        for trial in TRIALS:
            file.append(trial)
    return path


def test_trials_are_read_as_they_were_written(tmp_path: Path) -> None:
    path = written(tmp_path / "own.search.jsonl")
    assert read_trials(path) == (SETTINGS, TRIALS)
    with open_trials(path, SETTINGS) as file:
        assert file.trials == TRIALS


def test_a_row_has_the_needs_on_a_second_board_where_there_are_some(tmp_path: Path) -> None:
    first, second = Needs("cortex-m0plus", 9000, 4000, 50_000), Needs("cortex-m4", 9500, 4100)
    trial = Trial(4, Candidate({}, "int8"), TrialState.OVER_LIMIT).with_needs([first, second])
    assert trial.all_needs == (first, second)
    with open_trials(tmp_path / "own.jsonl", SETTINGS) as file:
        file.append(trial)
    assert read_trials(tmp_path / "own.jsonl")[1] == [trial]
    assert trial.to_json()["second_needs"] == {
        "target": "cortex-m4",
        "flash": 9500,
        "ram": 4100,
        "instructions": None,
    }


def test_a_row_of_one_board_is_as_before_there_was_a_second(tmp_path: Path) -> None:
    row = (
        '{"trial": 1, "arguments": {"filters": 8}, "quantize": "int8", "state": "trained", "needs": {"target": '
        '"cortex-m4", "flash": 9000, "ram": 4000, "instructions": 50000}, "accuracy": [0.75, 0.5, 0.9], "curve": '
        '[0.5, 0.75], "seconds": 2.5, "reason": ""}'
    )
    assert written(tmp_path / "own.jsonl").read_text().splitlines()[1] == row


def test_a_trial_is_on_disk_before_the_next(tmp_path: Path) -> None:
    with open_trials(tmp_path / "own.jsonl", SETTINGS) as file:
        file.append(TRIALS[0])
        assert read_trials(tmp_path / "own.jsonl")[1] == TRIALS[:1]


@pytest.mark.parametrize("lost", [1, 30])
def test_a_row_that_was_cut_short_is_removed_and_the_others_stay(tmp_path: Path, lost: int) -> None:
    path = written(tmp_path / "own.jsonl")
    path.write_bytes(path.read_bytes()[:-lost])
    with open_trials(path, SETTINGS) as file:
        assert file.trials == TRIALS[:2]
        file.append(TRIALS[2])
    assert read_trials(path)[1] == TRIALS


def test_a_search_with_other_settings_is_refused_by_their_names(tmp_path: Path) -> None:
    path = written(tmp_path / "own.jsonl")
    with (
        pytest.raises(Refused, match=r'"own.jsonl" is of a search with another seed. Rename it'),
        open_trials(path, {**SETTINGS, "seed": 4}),
    ):
        pass
    with open_trials(path, {**SETTINGS, "seed": 4}, fresh=True) as file:
        assert file.trials == []
    assert read_trials(path) == ({**SETTINGS, "seed": 4}, [])


@pytest.mark.parametrize("data", [b"{}\n", b"[1]\n", b"no json\n", b'{"version": 2, "settings": {}}\n', b"\xff\n"])
def test_another_file_is_refused_and_stays(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "own.jsonl"
    path.write_bytes(data)
    with pytest.raises(Refused, match="is not a list of trials"), open_trials(path, SETTINGS):
        pass
    assert path.read_bytes() == data


def test_one_process_has_a_search_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "own.jsonl"
    with (
        open_trials(path, SETTINGS),
        pytest.raises(Refused, match="Another process is searching"),
        open_trials(path, SETTINGS),
    ):
        pass
