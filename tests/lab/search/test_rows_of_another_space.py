"""Rows whose recipe varied other arguments when they were written: a search goes on beside them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from lab.command.search import command
from lab.search.devices import SearchDevice, SearchDevices
from lab.search.limits import DeviceLimits
from lab.search.sampling import next_candidate
from lab.search.sampling_step import drawn_places
from lab.search.space import Candidate, Space
from lab.search.trials import Trial, TrialState, read_trials
from lab.training.settings import ENVIRONMENT
from rune.devices.boards.fit import Needs
from tests.support.cases import each_case
from tests.support.training.motion_data import write_motion

DEVICES = SearchDevices(SearchDevice("cortex-m4", DeviceLimits()))
SPACE = Space({"filters": (4, 8), "window": (50, 100)}, ("int8",))
POLICY = "training: {recipe: motion, data: samples, seed: 7, arguments: {epochs: 1, window: 50, blocks: 2, filters: 8}}"


@each_case("values", [{}, {"filters": 8}, {"filters": 8, "window": 50, "kernel": 5}])
def test_a_row_of_another_space_is_no_obstacle(values: dict[str, int]) -> None:
    earlier = Candidate(values, "int8")
    row = Trial(1, earlier, TrialState.TRAINED, Needs("cortex-m4", 5000, 1000, 10_000), (0.8, 0.6, 0.9))
    candidates: list[Candidate] = []
    while (candidate := next_candidate(SPACE, [row], [earlier, *candidates], DEVICES, 1, drawn_places)) is not None:
        candidates.append(candidate)
    places = [SPACE.places(each) for each in candidates]
    assert None not in places
    assert len({str(each) for each in places}) == SPACE.size


@pytest.mark.proof
@pytest.mark.skipif(not ENVIRONMENT.is_ready, reason="needs the TensorFlow environment, which `make lab` prepares")
def test_a_search_goes_on_from_rows_that_lack_an_argument(tmp_path: Path) -> None:
    write_motion(tmp_path / "samples")
    (tmp_path / "forge.yml").write_text(POLICY)
    path = tmp_path / "model.search.jsonl"
    first = CliRunner().invoke(command, [str(tmp_path), "--trials", "1"])
    assert first.exit_code == 0, first.output
    head, row = (json.loads(line) for line in path.read_text().splitlines())
    del row["arguments"]["window"]
    path.write_text("".join(json.dumps(each) + "\n" for each in (head, row)))
    second = CliRunner().invoke(command, [str(tmp_path), "--trials", "2"])
    assert second.exit_code == 0, second.output
    earlier, *others = read_trials(path)[1]
    assert "window" not in earlier.candidate.values
    assert [each.state for each in others] == [TrialState.TRAINED]
    assert "window" in others[0].candidate.values
