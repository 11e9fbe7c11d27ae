from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hmrd.machine import step
from hmrd.protocol.problems import DeviceProblem, ProblemName
from hmrd.protocol.reports import Phase, RequestAnswer, SelfTestOutcome
from hmrd.protocol.wanted import ApprovedOutputs, DesiredState, RequestKind, RequestToDevice, WantedRune
from hmrd.state import (
    DeviceMachine,
    MachineEvent,
    MachineState,
    Polled,
    RuneChecked,
    RuneFetched,
    RuneHalted,
    RuneSlot,
    Started,
    WorkFailed,
)
from hmrd.storage.files import StorageFailed
from hmrd.storage.states import StateFile, state_from_json, state_to_json

RUNE = WantedRune("acme/door/gateways", 3, "1.4", f"sha256:{'a' * 64}", 1000, ApprovedOutputs(7, f"sha256:{'b' * 64}"))
DESIRED = DesiredState(RUNE, 30, requests=(RequestToDevice(4, RequestKind.SELF_TEST, 9),))
EVENTS = st.sampled_from(
    [
        Started(1.5),
        Polled(2.0, DESIRED),
        Polled(2.0, DESIRED, DeviceProblem(ProblemName.OLDER, "older")),
        RuneFetched(3.0, RUNE),
        RuneChecked(4.0, RUNE, SelfTestOutcome.PASSED),
        WorkFailed(5.0, RUNE, DeviceProblem(ProblemName.TRAPPED, "unreachable")),
        RuneHalted(6.0, RUNE.rune, DeviceProblem(ProblemName.TRAPPED)),
    ]
)


@given(st.lists(EVENTS, max_size=12))
@settings(max_examples=60, deadline=None)
def test_a_state_is_the_same_after_it_was_written_and_read(events: list[MachineEvent]) -> None:
    machine = DeviceMachine("hmrd 1", "linux-x86_64")
    for event in events:
        machine, _ = step(machine, event)
        assert state_from_json(state_to_json(machine.state)) == machine.state


def test_a_rune_that_was_deployed_at_the_device_is_read_again() -> None:
    local = replace(RUNE, deployment="")
    state = MachineState(wanted=local, target=local, slots=(RuneSlot(local, is_healthy=True), None), active=0)

    assert state_from_json(state_to_json(state)) == state


def test_answers_without_a_log_are_read_again() -> None:
    state = MachineState(answers=(RequestAnswer(4, f"sha256:{'c' * 64}"), RequestAnswer(5, log="line\n")))

    assert state_from_json(state_to_json(state)) == state


def test_a_damaged_file_leaves_the_state_before_it(tmp_path: Path) -> None:
    file = StateFile(tmp_path / "state.json")
    first = MachineState(phase=Phase.FETCHING, wanted=RUNE)
    file.write(first)
    file.write(replace(first, sequence=2))
    (tmp_path / "state.json").write_bytes(b'{"slots": [')

    assert file.read() == (first, True)


def test_a_state_that_was_never_written_is_empty(tmp_path: Path) -> None:
    assert StateFile(tmp_path / "state.json").read() == (MachineState(), False)


def test_a_full_disk_has_a_name_and_leaves_the_former_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = StateFile(tmp_path / "state.json")
    file.write(MachineState(sequence=1))

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StorageFailed) as failure:
        file.write(MachineState(sequence=2))

    assert failure.value.problem.name is ProblemName.DISK_FULL
    assert file.read() == (MachineState(sequence=1), False)
    assert not list(tmp_path.glob("*.new"))
