"""A project's statements about a published version: its notes, its deprecation, its place in standing tables."""

from __future__ import annotations

from forge.core.http.act_forms import Button, form_view
from forge.projects.models import Project
from forge.registry.discovery.standings.actions import join_standing, leave_standing
from forge.registry.discovery.standings.errors import NotComparable
from forge.registry.tags.describing.actions import deprecate_tag, describe_tag, end_deprecation
from forge.registry.tags.withdrawing.actions import end_withdrawal, withdraw_tag
from forge.web.runes.page import show_rune


def _version_page(project: Project, tag: str) -> str:
    return f"{project.get_absolute_url()}?tag={tag}"


def _quality(project: Project, tag: str) -> str:
    return f"{_version_page(project, tag)}#quality"


def _published(project: Project, _tag: str) -> str:
    return f"{project.get_absolute_url()}/published"


describe = form_view(
    {
        "notes": Button(describe_tag, _version_page),
        "deprecate": Button(deprecate_tag, _version_page),
        "undeprecate": Button(end_deprecation, _version_page),
        "withdraw": Button(withdraw_tag, _published),
        "restore": Button(end_withdrawal, _version_page),
        "compare": Button(join_standing, _quality),
        "leave": Button(leave_standing, _quality),
    },
    show_rune,
    (NotComparable,),
)
"""Does what was pressed, and goes back to the version's page."""
