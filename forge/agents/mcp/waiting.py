"""Waiting for the end of a job within a call, so that an agent need not ask again and again.

A call that waits holds neither a thread nor a connection to the database: it sleeps until an event of its project or
the next look, and reads anew. Its right is asked for at each look.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final
from uuid import UUID

from pydantic import Field

from forge.core.events.delivery import Message, group_of, listen, stop_listening
from forge.jobs.models import JobState
from rune.tools.mcp.builds import BuildAnswer, NeedsState
from rune.tools.mcp.declarations import ToolAnswer, ToolArguments

MOST_WAIT_SECONDS: Final = 50
"""Seconds that one call waits: clients and proxies end a request after 60."""
MOST_WAITING_CALLS: Final = 8
"""Calls of one agent that wait in a process; others answer at once."""
LEAST_PAUSE: Final = 0.5
"""Seconds between two looks, however many events there are."""
MOST_PAUSE: Final = 5.0
"""Seconds between two looks without an event, which may be lost."""
_GROWTH: Final = 1.5
_UNFINISHED: Final = frozenset({"queued", "waiting", "running"})

Read = Callable[[], Awaitable[ToolAnswer]]
Report = Callable[[float, str], Awaitable[None]]
"""Says for how many seconds a call has waited, and for what."""

_waiting: Counter[UUID] = Counter()


class WaitingArguments(ToolArguments):
    """The arguments of a tool that reads a job."""

    wait_seconds: int = Field(
        description="answer once it has ended, at the latest after so many seconds, with progress meanwhile",
        default=0,
        ge=0,
        le=MOST_WAIT_SECONDS,
    )


def is_unfinished(answer: ToolAnswer) -> bool:
    """Returns whether an answer is about a job that goes on by itself, or about a build whose packages are not counted
    yet. A paused job waits for a person."""
    if isinstance(answer, BuildAnswer) and answer.state == JobState.SUCCEEDED:
        return any(each.state is NeedsState.WAITING for each in answer.packages)
    return getattr(answer, "state", "") in _UNFINISHED


@contextmanager
def waiting_place(agent: UUID) -> Iterator[bool]:
    """Yields whether one more call of an agent may wait."""
    _waiting[agent] += 1
    try:
        yield _waiting[agent] <= MOST_WAITING_CALLS
    finally:
        _waiting[agent] -= 1
        if not _waiting[agent]:
            del _waiting[agent]


async def until_ended(first: ToolAnswer, stream: str, seconds: float, read: Read, report: Report) -> ToolAnswer:
    """Reads again until the job has ended or the time is over, and returns the last answer. `stream` is that of
    the job's project. Raises what `read` raises."""
    clock = asyncio.get_running_loop().time
    begin, pause, answer = clock(), LEAST_PAUSE, first
    with _events_of(stream) as changed:
        while is_unfinished(answer) and (left := begin + seconds - clock()) > 0:
            await report(round(clock() - begin, 3), _sentence(answer))
            await asyncio.sleep(min(LEAST_PAUSE, left))
            with suppress(TimeoutError):
                await asyncio.wait_for(changed.wait(), min(pause - LEAST_PAUSE, left))
            changed.clear()
            answer = await read()
            pause = min(pause * _GROWTH, MOST_PAUSE)
    return answer


@contextmanager
def _events_of(stream: str) -> Iterator[asyncio.Event]:
    changed, group = asyncio.Event(), group_of(stream)

    def note(_: Message) -> None:
        changed.set()

    listen(group, note)
    try:
        yield changed
    finally:
        stop_listening(group, note)


def _sentence(answer: ToolAnswer) -> str:
    """Returns where a job is, for who waits: its state, its share where it has one, and what it does."""
    share, activity = getattr(answer, "progress", None), getattr(answer, "activity", "")
    parts = [str(getattr(answer, "state", "")), "" if share is None else f"{share:.0%}", activity]
    return ", ".join(each for each in parts if each)
