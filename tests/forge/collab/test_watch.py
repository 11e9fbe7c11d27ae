"""The watch of numbers goes on whatever happens to one of the rooms that it follows."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from forge.collab import watch as watch_module
from forge.collab.room import room as room_module
from forge.collab.room.storage import load_stored
from forge.projects.actions import create_project
from tests.support.clients.yjs_socket import YjsClient

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("server")]


async def test_a_room_that_loads_slowly_does_not_end_the_watch_of_the_others(
    project: Any, organisation: Any, owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow_project = await sync_to_async(create_project)(owner, organisation, "slow")
    polls, is_polled_twice, numbers = 0, threading.Event(), watch_module._numbers

    def load_after_two_polls(project_id: Any) -> Any:
        nonlocal polls
        if project_id == slow_project.pk:
            polls = 0
            assert is_polled_twice.wait(30), "the watch looks no more"
        return load_stored(project_id)

    def count(*arguments: Any) -> Any:
        nonlocal polls
        polls += 1
        # The callbacks of the first look have run when the second one begins.
        if polls > 2:
            is_polled_twice.set()
        return numbers(*arguments)

    monkeypatch.setattr(room_module, "load_stored", load_after_two_polls)
    monkeypatch.setattr(watch_module, "_numbers", count)
    async with YjsClient(owner, project), YjsClient(owner, slow_project) as slow:
        await slow.type("# loaded\n")
