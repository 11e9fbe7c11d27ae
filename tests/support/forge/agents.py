"""An agent in a test, and its calls without a network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from forge.accounts.models import User
from forge.agents.actions.rights import AGENT_SCOPES, connect_agent
from forge.agents.mcp.calls import call_tool
from forge.agents.mcp.server import TOOLS
from forge.agents.models import AgentGrant
from forge.projects.models import Project

_TOOLS = {each.name: each for each in TOOLS}


@dataclass(frozen=True)
class AgentAtWork:
    """An agent that a person admitted to a project."""

    grant: AgentGrant
    project: Project

    def call(self, tool: str, **arguments: Any) -> Any:
        """Calls a tool about the project and returns its answer. Raises `ToolRefused`."""
        declaration = _TOOLS[tool]
        if "project" in declaration.arguments.model_fields:
            arguments = {"project": self.project.full_name, **arguments}
        return call_tool(self.grant.pk, declaration, declaration.arguments.model_validate(arguments))


def agent_of(person: User, *projects: Project, scopes: Sequence[str] = AGENT_SCOPES, days: int = 7) -> AgentAtWork:
    """Admits an agent to projects; its calls are about the first."""
    until = timezone.now() + timedelta(days=days)
    keys = [each.stream for each in projects]
    return AgentAtWork(connect_agent(person, "Claude", "client-of-claude", scopes, keys, until), projects[0])
