"""Calls that wait for the end of a job: when they answer, what they say meanwhile, and what ends them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from uuid import uuid4

import pytest
from pydantic import ValidationError

from forge.agents.mcp import waiting
from forge.agents.mcp.tools.building import ReadBuild
from forge.agents.mcp.waiting import MOST_WAIT_SECONDS, is_unfinished, until_ended, waiting_place
from forge.core.events import delivery
from rune.tools.mcp.declarations import ToolAnswer, ToolRefused

STREAM = "project:waves"


class JobReport(ToolAnswer):
    """A job as a tool answers it."""

    state: str
    progress: float = 0.0
    activity: str = ""


class JobSeen:
    """A job whose state is another at each look."""

    def __init__(self, *states: str) -> None:
        self._states = list(states)
        self.looks = 0
        self.reports: list[tuple[float, str]] = []

    async def read(self) -> ToolAnswer:
        self.looks += 1
        return JobReport(state=self._states.pop(0) if len(self._states) > 1 else self._states[0], progress=0.5)

    async def report(self, seconds: float, sentence: str) -> None:
        self.reports.append((seconds, sentence))


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(waiting, "LEAST_PAUSE", 0.001)
    yield
    assert not delivery._listeners, "nobody listens afterwards"


@pytest.mark.parametrize("state", ["succeeded", "failed", "cancelled", "finished", "paused", "lost"])
def test_an_ending_and_a_pause_are_not_waited_for(state: str) -> None:
    assert not is_unfinished(JobReport(state=state))


async def test_a_job_that_ends_is_answered_with_what_was_said_of_it_meanwhile() -> None:
    job = JobSeen("running", "running", "succeeded")
    answer = await until_ended(JobReport(state="queued"), STREAM, 30, job.read, job.report)
    assert answer == JobReport(state="succeeded", progress=0.5)
    assert [sentence for _, sentence in job.reports] == ["queued, 0%", "running, 50%", "running, 50%"]
    seconds = [each for each, _ in job.reports]
    assert seconds == sorted(seconds)


async def test_a_job_that_goes_on_is_answered_when_the_time_is_over() -> None:
    job = JobSeen("running")
    answer = await until_ended(JobReport(state="running"), STREAM, 0.05, job.read, job.report)
    assert answer == JobReport(state="running", progress=0.5)
    assert job.looks >= 1


async def test_an_event_of_the_project_ends_a_long_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "_GROWTH", 1e6)
    monkeypatch.setattr(waiting, "MOST_PAUSE", 1e6)
    delivery.attach(asyncio.get_running_loop())
    try:
        job = JobSeen("running", "running", "succeeded")
        call = asyncio.create_task(until_ended(JobReport(state="queued"), STREAM, 1e6, job.read, job.report))
        while not call.done():
            delivery.deliver(delivery.group_of(STREAM), {"type": "build.changed"})
            await asyncio.sleep(0)
        assert (await call).state == "succeeded"  # type: ignore[attr-defined]
    finally:
        delivery.attach(None)


async def test_a_right_that_ended_meanwhile_ends_the_wait() -> None:
    job = JobSeen("running")

    async def refuse() -> ToolAnswer:
        raise ToolRefused("agent-stopped", "Stopped.")

    with pytest.raises(ToolRefused):
        await until_ended(JobReport(state="running"), STREAM, 30, refuse, job.report)


async def test_a_call_that_its_client_cancels_waits_no_longer() -> None:
    job = JobSeen("running")
    call = asyncio.create_task(until_ended(JobReport(state="running"), STREAM, 1e6, job.read, job.report))
    while not job.reports:
        await asyncio.sleep(0)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call


def test_so_many_calls_of_one_agent_wait_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "MOST_WAITING_CALLS", 1)
    one, other = uuid4(), uuid4()
    with waiting_place(one) as first, waiting_place(one) as second, waiting_place(other) as third:
        assert (first, second, third) == (True, False, True)
    with waiting_place(one) as again:
        assert again
    assert not waiting._waiting


@pytest.mark.parametrize("seconds", [-1, MOST_WAIT_SECONDS + 1])
def test_nobody_waits_longer_than_a_request_may_take(seconds: int) -> None:
    with pytest.raises(ValidationError):
        ReadBuild(project="acme/kitchen", build=1, wait_seconds=seconds)
