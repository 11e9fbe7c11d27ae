"""A server whose data folder has an agent's draft before it starts, and the agent's further calls over the protocol."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from playwright.sync_api import Page

from tests.support.servers.agents import answer, refusal, with_token
from tests.support.servers.live_forge import REPOSITORY, LiveForge


def in_thread(work: Coroutine[Any, Any, Any]) -> Any:
    """Returns what a coroutine returns; Playwright has the event loop of the test's own thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def opened(page: Page, forge: LiveForge, path: str, person: str) -> Page:
    """Opens a page as a person."""
    page.goto(forge.link(person))
    page.wait_for_url(lambda url: "token" not in url)
    page.goto(f"{forge.address}{path}")
    return page


class ForgeWithDraft(LiveForge):
    """The server. `seed` comes before its start."""

    agent_token = ""
    """The token that the agent of the draft shows."""

    def seed(self) -> None:
        """Makes the draft."""
        self._lay_tables()
        program = [sys.executable, "-m", "tests.support.forge.seeded_agents"]
        ending = subprocess.run(
            program, cwd=REPOSITORY, env=self.environment, capture_output=True, text=True, timeout=300
        )
        assert ending.returncode == 0, ending.stderr[-4000:]
        self.agent_token = ending.stdout.split()[-1]

    def call(self, tool: str, **arguments: Any) -> Any:
        """Has the agent call a tool, and returns the answer."""
        return in_thread(self._called(answer, tool, arguments))

    def refused(self, tool: str, **arguments: Any) -> Any:
        """Has the agent call a tool that refuses, and returns the error."""
        return in_thread(self._called(refusal, tool, arguments))

    async def _called(self, how: Any, tool: str, arguments: dict[str, Any]) -> Any:
        async with with_token(self, self.agent_token) as client:
            return await how(client, tool, project="acme/kitchen", **arguments)
