"""Sockets run on the test's own event loop; rooms and their writer end with the test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from forge.collab.rooms import rooms
from forge.core.events.delivery import attach


@pytest.fixture
async def server() -> AsyncIterator[None]:
    """The steps of the server's start and end around sockets."""
    attach(asyncio.get_running_loop())
    yield
    await rooms.close()
    attach(None)
