"""Organisations and projects that were named before their name became a word of our own addresses."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from forge.accounts.models import Organisation
from forge.accounts.names import RESERVED_ORGANISATIONS, RESERVED_PROJECTS
from forge.projects.models import Project

_log = logging.getLogger(__name__)


def warn_of_reserved_names() -> None:
    """Tells operators in the log, once for each name; to be called when a server starts."""
    for warning in reserved_name_warnings():
        _log.warning(warning)


def reserved_name_warnings() -> Iterator[str]:
    """Returns, for each organisation and project whose pages cannot be reached any more, why and what to do."""
    # One that has members was made by people, before its name was reserved; the server's own has none.
    of_people = Organisation.objects.filter(name__in=RESERVED_ORGANISATIONS, memberships__isnull=False).distinct()
    for name in of_people.values_list("name", flat=True):
        yield _warning(f"organisation {name}", name, f"organisations/{name}")
    projects = Project.objects.alive().filter(name__in=RESERVED_PROJECTS).select_related("organisation")
    for project in projects.order_by("organisation__name", "name"):
        path = f"{project.organisation.name}/{project.name}"
        yield _warning(f"project {path}", path, f"projects/{path}")


def _warning(what: str, path: str, route: str) -> str:
    return (
        f"The {what} has a name that this version uses for its own addresses, so /{path} may lead to something else. "
        f'Let an owner rename it: PATCH /api/v1/{route} with {{"name": "another-name"}} '
        "and the ETag of its GET as If-Match."
    )
