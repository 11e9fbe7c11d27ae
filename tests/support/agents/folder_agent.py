"""An assistant in a test that calls the tools of `rune mcp`, without the protocol."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rune.tools.cli.agents.server import call_tool, folder_tools
from rune.tools.cli.agents.workspace import FolderCall, Workspace


class FolderAgent:
    """An assistant in a folder. `reports` are the shares and sentences about the calls under way."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.reports: list[tuple[float, str]] = []
        self._workspace = Workspace(folder)
        self._tools = {each.name: each for each in folder_tools()}

    def call(self, tool: str, **arguments: Any) -> Any:
        """Calls a tool and returns its answer. Raises `ToolRefused`."""
        declaration = self._tools[tool]
        call = FolderCall(self._workspace, lambda share, text: self.reports.append((share, text)))
        return call_tool(declaration, call, declaration.arguments.model_validate(arguments))
