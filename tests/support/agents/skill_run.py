"""Carrying out a skill without a language model: a client that keeps which tools it called."""

from __future__ import annotations

import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mcp import Client
from mcp.client.stdio import StdioServerParameters

from tests.conftest import REPOSITORY
from tests.support.servers.agents import answer

SKILLS = REPOSITORY / "examples" / "agents"
RUNE = Path(sys.executable).parent / "rune"
_TOOL = re.compile(r"`([a-z]+_[a-z_]+)`")
_NO_TOOLS = {"can_be_built", "became_right", "became_wrong", "wait_seconds"}
"""Arguments and parts of answers that skills name."""


@dataclass
class SkillRun:
    """A client in a project. `where` are the arguments that say which project."""

    client: Client
    where: dict[str, Any]
    tools: set[str] = field(default_factory=set)

    async def call(self, tool: str, **arguments: Any) -> Any:
        """Calls a tool about the project and returns its answer."""
        self.tools.add(tool)
        return await answer(self.client, tool, **{**self.where, **arguments})


@asynccontextmanager
async def in_folder(folder: Path) -> AsyncIterator[Client]:
    """Yields a client of `rune mcp` over a folder, which it starts as a program."""
    server = StdioServerParameters(command=str(RUNE), args=["mcp", str(folder)])
    async with Client(server) as client:
        yield client


def tools_of_skill(name: str) -> set[str]:
    """Returns the tools that a skill names."""
    return set(_TOOL.findall((SKILLS / name / "SKILL.md").read_text("utf-8"))) - _NO_TOOLS
