"""Finding conversions for a person: unknown and forbidden look the same."""

from __future__ import annotations

from uuid import UUID

from forge.accounts.access import nothing_here
from forge.core.actors import Actor
from forge.learning.lab_jobs.access import find_among, lab_jobs_of
from forge.learning.lab_jobs.models import LabJobQuerySet
from forge.learning.models import ConvertedForm, ModelConversion
from forge.projects.models import Project


def conversions_of(actor: Actor, project: Project) -> LabJobQuerySet[ModelConversion]:
    """The conversions of a project, newest first. Raises `Forbidden` or `NotFound`."""
    return lab_jobs_of(actor, project, ModelConversion).prefetch_related("forms").order_by("-created")


def find_conversion(actor: Actor, project: Project, conversion_id: UUID) -> ModelConversion:
    """A conversion of a project. Raises `Forbidden` or `NotFound`."""
    return find_among(actor, conversions_of(actor, project), pk=conversion_id)


def find_form(actor: Actor, project: Project, conversion_id: UUID, number: int) -> ConvertedForm:
    """A form of a conversion that has a file. Raises `Forbidden` or `NotFound`."""
    row = find_conversion(actor, project, conversion_id)
    form = next((each for each in row.forms.all() if each.number == number and each.digest), None)
    if form is None:
        raise nothing_here(actor)
    return form
