"""The deployment that another one is promoted from."""

from __future__ import annotations

from forge.core.errors import Invalid
from forge.deployments.models import Deployment
from forge.projects.models import Project


def checked_source(project: Project, name: str, own: Deployment | None = None) -> Deployment | None:
    """Returns the deployment of a project with this name, from which `own` or a new one is promoted; None for "".

    Raises `Invalid` for an unknown one, and for one that is itself promoted from `own`, over others too.
    """
    if not name:
        return None
    rows = {each.pk: each for each in Deployment.objects.filter(project=project)}
    source = next((each for each in rows.values() if each.name == name), None)
    if source is None:
        raise _bad(f"{project.full_name} has no deployment {name[:60]}.")
    above: Deployment | None = source
    while above is not None:
        if own is not None and above.pk == own.pk:
            raise _bad(f"{source.title} is promoted from {own.title}. One of them must come first.")
        above = rows.get(above.promoted_from_id) if above.promoted_from_id else None
    return source


def _bad(message: str) -> Invalid:
    return Invalid(message, errors={"promoted_from": [message]})
