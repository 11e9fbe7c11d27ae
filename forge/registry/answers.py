"""What the registry answers to the floors below: a project's state shows its tags."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forge.accounts.models import User
from forge.projects.hooks import state_parts
from forge.projects.models import Project
from forge.registry.actions import tags_of
from forge.registry.shapes import tag_to_json


@state_parts.answer
def tags_state(project: Project, user: User) -> Mapping[str, Any]:
    """The part `tags` of a project's state."""
    return {"tags": [tag_to_json(tag) for tag in tags_of(user, project)]}
