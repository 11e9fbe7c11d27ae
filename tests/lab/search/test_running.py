"""A search without TensorFlow: training is replaced by a rule, everything around it is real."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

import lab.search.running as running
from lab.recipes.arguments import Values
from lab.refusal import Reason, Refused
from lab.search.devices import SearchDevice, SearchDevices, devices_on
from lab.search.limits import DeviceLimits, TimeLimit
from lab.search.ranking import best_trials
from lab.search.running import Budget, CandidateSearch, run_search, rungs
from lab.search.space import Candidate, Space
from lab.search.trials import Trial, TrialFile, TrialState, open_trials
from lab.training.preparing import PreparedRun, prepare_run
from lab.training.run import SharedWork
from rune.datasets.splits import Split
from rune.devices.boards.fit import Needs, run_time
from rune.devices.boards.lookup import find_board
from rune.source.policy.sections.training import Training
from tests.support.cases import each_case
from tests.support.training.motion_data import write_motion
from tests.support.training.table_data import write_tables

SPACE = Space({"filters": (4, 8, 16, 32), "blocks": (1, 2, 3)}, ("int8",))


@dataclass
class SearchWorld:
    """The results of training: a rule, the runs that were made, and the events of the search."""

    base: PreparedRun
    path: Path
    accuracy: Callable[[Values], float] = lambda values: values["filters"] / 64
    trained_needs: Callable[[Needs], Needs] = lambda needs: needs
    runs: list[PreparedRun] = field(default_factory=list)
    events: list[Mapping[str, Any]] = field(default_factory=list)

    def search(self, trials: int, limits: DeviceLimits | None = None, workers: int = 1, patience: int = 99) -> str:
        return self.search_on(on_core(limits or DeviceLimits()), trials, workers, patience)

    def search_on(self, devices: SearchDevices, trials: int, workers: int = 1, patience: int = 99) -> str:
        search = CandidateSearch(self.base, SPACE, devices)
        with open_trials(self.path, search.settings()) as file:
            self.file = file
            return run_search(search, file, Budget(trials, 5, workers, patience), self.events.append)

    def train(self, run: PreparedRun, _folder: Any, send: Any, *, minutes: float, shared_work: SharedWork) -> Any:
        assert minutes > 0
        assert shared_work.processes is not None
        self.runs.append(run)
        accuracy = self.accuracy(run.settings.values)
        for epoch in range(int(run.settings.values["epochs"])):
            send({"event": "epoch", "epoch": epoch + 1, "validation_accuracy": accuracy})
        report = {"judgements": {"validation": {"accuracy": [accuracy, 0.0, 1.0]}}}
        return type("Trained", (), {"report": report, "model": self.trained_needs})

    @property
    def trials(self) -> TrialFile:
        return self.file


def on_core(limits: DeviceLimits) -> SearchDevices:
    return SearchDevices(SearchDevice("cortex-m4", limits))


def count(_recipe: Any, values: Values, _labels: Any, _form: Any, devices: SearchDevices) -> tuple[Needs, ...]:
    """A rule in place of the compiler: another core needs a third more flash and half as many instructions."""
    ram, instructions = int(values.get("filters", 8) * 100), int(values.get("blocks", 2) * 1000)
    first = devices.first.target

    def needs(target: str) -> Needs:
        return (
            Needs(target, 5000, ram, instructions) if target == first else Needs(target, 6667, ram, instructions // 2)
        )

    return devices.count(needs)


def count_trained(*arguments: Any) -> tuple[Needs, ...]:
    """The same of a trained rune, whose model is what training changes in its needs."""
    *_, change, _devices = arguments
    return tuple(map(change, count(*arguments)))


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SearchWorld:
    samples = write_motion(tmp_path / "samples", takes=1, seconds=1)
    training = Training("motion", "samples", arguments={"epochs": 18, "filters": 16, "window": 20, "hop": 20})
    world = SearchWorld(prepare_run(training, samples, {}), tmp_path / "own.search.jsonl")
    monkeypatch.setattr(running, "train", world.train)
    monkeypatch.setattr(running, "count_under_limits", count)
    monkeypatch.setattr(running, "count_rune", count_trained)
    return world


def test_the_first_candidate_is_the_project_as_it_is(world: SearchWorld) -> None:
    assert world.search(1) == "The budget of trials is used up."
    (trial,) = world.trials.trials
    assert trial.candidate.values == {"filters": 16, "blocks": 3}
    assert (trial.state, trial.accuracy) == (TrialState.TRAINED, (0.25, 0.0, 1.0))
    assert [event["event"] for event in world.events] == ["counted", *["epoch"] * 18, "trial"]


def test_no_trial_sees_a_recording_of_the_test_split(world: SearchWorld) -> None:
    assert set(world.base.test.splits) == {Split.TEST}
    world.search(3)
    test_digests = {each.digest for each in world.base.test.recordings}
    for run in world.runs:
        assert set(run.dataset.splits) == {Split.TRAIN, Split.VALIDATION}
        assert len(run.dataset.recordings) == len(run.dataset.splits)
        assert test_digests.isdisjoint(each.digest for each in run.dataset.recordings)


@pytest.mark.slow
def test_what_is_over_a_limit_is_not_trained_and_costs_no_trial(world: SearchWorld) -> None:
    world.search(6, DeviceLimits(ram=900))
    over = [each for each in world.trials.trials if each.state is TrialState.OVER_LIMIT]
    assert over
    assert all("RAM" in each.reason and each.accuracy is None for each in over)
    assert all(run.settings.values["filters"] <= 9 for run in world.runs)
    assert len(world.runs) == 6


def test_what_may_take_longer_than_the_limit_is_not_trained(world: SearchWorld) -> None:
    board = find_board("arduino-nano-33-ble-sense")
    of_two_blocks = run_time(2000, board).most
    world.search(3, DeviceLimits(time=TimeLimit(of_two_blocks, board)))
    own, *others = world.trials.trials  # three blocks
    assert own.state is TrialState.OVER_LIMIT
    assert own.reason == f"inference time {1.5 * of_two_blocks:.3g} ms of at most {of_two_blocks:.3g} ms"
    assert all((each.state is TrialState.OVER_LIMIT) == (each.candidate.values["blocks"] == 3) for each in others)
    assert len(world.runs) == 3


PICO, ESP32 = find_board("raspberry-pi-pico"), find_board("esp32-c3-devkitm-1")


def test_what_is_over_a_limit_of_the_second_board_alone_is_not_trained(world: SearchWorld) -> None:
    small = replace(ESP32, flash=6000)
    world.search_on(devices_on([PICO, small], DeviceLimits()), 1)
    assert world.runs == []
    trials = world.trials.trials
    assert {each.state for each in trials} == {TrialState.OVER_LIMIT}
    assert {each.reason for each in trials} == {"flash 6.7 kB of at most 6.0 kB on ESP32-C3-DevKitM-1"}


def test_a_trial_has_its_needs_on_both_boards(world: SearchWorld) -> None:
    world.search_on(devices_on([PICO, ESP32], DeviceLimits()), 1)
    (trial,) = world.trials.trials
    assert trial.needs == Needs(PICO.target, 5000, 1600, 3000)
    assert trial.second_needs == Needs(ESP32.target, 6667, 1600, 1500)
    first, *_, last = world.events
    assert (first["instructions"], first["second_needs"]) == (3000, asdict(trial.second_needs))
    assert last["second_needs"] == asdict(trial.second_needs)


def test_a_trained_rune_over_a_limit_of_the_second_board_has_failed(world: SearchWorld) -> None:
    world.trained_needs = lambda needs: replace(needs, flash=needs.flash + 400)
    world.search_on(devices_on([PICO, ESP32], DeviceLimits(flash=7000)), 1)
    (trial,) = world.trials.trials
    assert trial.state is TrialState.FAILED
    assert trial.reason == "the trained network needs more: flash 7.1 kB of at most 7.0 kB on ESP32-C3-DevKitM-1"
    assert [each.flash for each in trial.all_needs] == [5400, 7067]


def test_a_search_of_one_board_does_not_go_on_with_another_core(world: SearchWorld) -> None:
    world.search_on(devices_on([PICO], DeviceLimits()), 1)
    with pytest.raises(Refused, match="of a search with another second target"):
        world.search_on(devices_on([PICO, ESP32], DeviceLimits()), 2)


def test_a_trial_has_the_needs_of_its_trained_rune(world: SearchWorld) -> None:
    world.trained_needs = lambda needs: replace(needs, ram=needs.ram + 100)
    world.accuracy = lambda values: 1 - values["filters"] / 64  # a smaller one is better, and goes on
    world.search(9, DeviceLimits(ram=1600))
    own, *others = world.trials.trials
    # It was within the limit before it was trained, so it used up a trial of the budget.
    reason = "the trained network needs more: RAM 1.7 kB of at most 1.6 kB"
    assert (own.state, own.reason, own.used_budget) == (TrialState.FAILED, reason, True)
    trials = [each for each in others if each.state is TrialState.TRAINED]
    assert trials
    assert all(each.needs and each.needs.ram == each.candidate.values["filters"] * 100 + 100 for each in trials)


def test_a_search_that_nothing_fits_says_so(world: SearchWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "MAX_COUNTED", 5)
    reason = world.search(1, DeviceLimits(ram=1))
    assert reason == "5 candidates were counted, and hardly any can be trained within the limits."
    assert world.runs == []


def test_a_search_goes_on_from_its_rows(world: SearchWorld) -> None:
    world.search(2)
    first = list(world.trials.trials)
    world.search(4)
    assert world.trials.trials[:2] == first
    assert [each.number for each in world.trials.trials] == [1, 2, 3, 4]
    assert len(world.runs) == 4
    assert world.search(4) == "The budget of trials is used up."
    assert len(world.runs) == 4


def test_several_workers_try_different_candidates_at_once(world: SearchWorld) -> None:
    barrier = threading.Barrier(3, timeout=30)
    rule = world.accuracy

    def together(values: Values) -> float:
        barrier.wait()
        return rule(values)

    world.accuracy = together
    world.search(3, workers=3)
    assert sorted(each.number for each in world.trials.trials) == [1, 2, 3]
    assert len({str(each.candidate) for each in world.trials.trials}) == 3


def test_a_search_ends_when_every_candidate_was_tried(world: SearchWorld) -> None:
    assert world.search(100) == "Every candidate of the space was tried."
    assert len(world.trials.trials) == SPACE.size


def test_a_search_without_gain_ends(world: SearchWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "count_under_limits", lambda *_: (Needs("cortex-m4", 1, 2, 3),))
    world.trained_needs = lambda _: Needs("cortex-m4", 1, 2, 3)
    world.accuracy = lambda values: 0.5 if values["filters"] == 16 and values["blocks"] == 3 else 0.4
    reason = world.search(100, patience=3)
    assert reason == "The last 3 trained trials brought nothing better."
    assert len(world.trials.trials) == 4


def test_trials_that_others_beat_are_stopped_at_a_rung(world: SearchWorld) -> None:
    world.accuracy = lambda values: 1 - values["filters"] / 64 - values["blocks"] / 100  # the smallest is the best
    world.search(100)
    states = {(each.candidate.values["filters"], each.candidate.values["blocks"]): each for each in world.trials.trials}
    assert states[4, 1].state is TrialState.TRAINED
    stopped_trials = [each for each in states.values() if each.state is TrialState.STOPPED]
    assert stopped_trials
    assert all(
        len(each.curve) in rungs(18, 100) and "a quarter of the others" in each.reason for each in stopped_trials
    )
    assert [each.candidate.values for each in best_trials(world.trials.trials)] == [{"filters": 4, "blocks": 1}]


@each_case(
    ("epochs", "trials", "places"),
    [
        (64, 200, (1, 4, 16)),
        (64, 192, (1, 4, 16)),
        (64, 191, (4, 16)),
        (64, 12, (16,)),
        (64, 11, ()),
        (600, 1000, (9, 37, 150)),
        (18, 200, (1, 4)),
        (3, 200, ()),
    ],
)
def test_rungs_are_quarters_of_quarters_of_the_epochs(epochs: int, trials: int, places: tuple[int, ...]) -> None:
    assert rungs(epochs, trials) == places


def test_a_trial_that_fails_is_a_row_and_the_search_goes_on(world: SearchWorld) -> None:
    def rule(values: Values) -> float:
        if values["blocks"] == 3:
            raise Refused(Reason.DIVERGED, "The loss of epoch 1 is not a number.")
        return 0.5

    world.accuracy = rule
    world.search(4)
    assert world.trials.trials[0].state is TrialState.FAILED
    assert world.trials.trials[0].reason == "The loss of epoch 1 is not a number."
    assert any(each.state is TrialState.TRAINED for each in world.trials.trials)


def test_a_candidate_that_contradicts_itself_costs_no_trial(
    world: SearchWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def counted(recipe: Any, values: Values, *others: Any) -> tuple[Needs, ...]:
        if values["blocks"] == 3:
            raise Refused(Reason.SETTINGS, "hop is 25; it must be at most the window of 20 rows.")
        return count(recipe, values, *others)

    monkeypatch.setattr(running, "count_under_limits", counted)
    world.search(4)
    assert len(world.runs) == 4
    assert world.trials.trials[0].reason == "hop is 25; it must be at most the window of 20 rows."


def test_a_fault_of_ours_ends_the_search_and_keeps_its_rows(world: SearchWorld) -> None:
    def rule(_values: Values) -> float:
        if len(world.runs) == 3:
            raise ZeroDivisionError
        return 0.5

    world.accuracy = rule
    with pytest.raises(ZeroDivisionError):
        world.search(5)
    assert [each.number for each in world.trials.trials] == [1, 2]


def test_a_step_that_runs_out_of_time_fails_its_trial_while_the_search_goes_on(world: SearchWorld) -> None:
    def rule(values: Values) -> float:
        if values["filters"] == 32:
            raise Refused(Reason.OUT_OF_TIME, "The quantisation took longer than its limit, and was stopped.")
        return 0.5

    world.accuracy = rule
    assert world.search(100) == "Every candidate of the space was tried."
    failed_trials = [each for each in world.trials.trials if each.state is TrialState.FAILED]
    assert {each.candidate.values["filters"] for each in failed_trials} == {32}
    assert len({tuple(each.candidate.values.items()) for each in world.trials.trials}) == SPACE.size


def test_trials_that_other_processes_ended_are_compared_too(world: SearchWorld) -> None:
    """A row that comes while the search runs is among the others at the next rung."""
    needs = Needs("cortex-m4", 1, 1, 1)
    better = [
        Trial(900 + place, candidate, TrialState.TRAINED, needs, (0.99, 0.9, 1.0), (0.99,) * 18)
        for place, candidate in enumerate(Candidate({"filters": 5 + each, "blocks": 1}, "int8") for each in range(4))
    ]

    def rule(_values: Values) -> float:
        if len(world.runs) == 2:  # the first trial has passed all rungs alone
            world.file.trials = [*world.file.trials, *better]
        return 0.5

    world.accuracy = rule
    world.search(100)
    own = [each for each in world.trials.trials if each.number < 900]
    assert [each.state for each in own[:2]] == [TrialState.TRAINED, TrialState.STOPPED]


def test_all_columns_are_learned_where_a_candidate_has_0_of_them(
    tmp_path: Path, world: SearchWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "count_under_limits", lambda *_: (Needs("cortex-m4", 1, 2, 3),))
    world.trained_needs = lambda _: Needs("cortex-m4", 1, 2, 3)
    world.accuracy = lambda _: 0.5
    base = prepare_run(Training("table", "tables"), write_tables(tmp_path / "tables", 10), {})
    search = CandidateSearch(base, Space({"columns": (0, 1)}, ("int8",)), on_core(DeviceLimits()))
    with open_trials(tmp_path / "rows.jsonl", search.settings()) as file:
        run_search(search, file, Budget(3, 5, 1, 99), world.events.append)
    # The project itself reads all four, as a candidate with 0 of them does.
    assert sorted(each.settings.values["columns"] for each in world.runs) == [1, 4, 4]
