"""The organisation that a form for a new project proposes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from forge.accounts.models import Organisation
from forge.accounts.principals import Principal
from forge.projects.models import Project


def usual_organisation(principal: Principal, creatable: Sequence[Organisation]) -> str:
    """The only one, or where the person made a project last; "" where nobody can tell, so that they are asked."""
    if len(creatable) < 2:
        return creatable[0].name if creatable else ""
    last_created = (
        Project.objects.of_member(principal)
        .filter(created_by_id=principal.pk, organisation__in=creatable)
        .order_by("-created")
    )
    return last_created.values_list("organisation__name", flat=True).first() or ""


def usual_among(creatable: Sequence[Organisation], last_created: Mapping[str, datetime]) -> str:
    """The same, where a page knows already when the person made a project last in each organisation, by its name."""
    if len(creatable) == 1:
        return creatable[0].name
    used_names = [each.name for each in creatable if each.name in last_created]
    return max(used_names, key=last_created.__getitem__, default="")
