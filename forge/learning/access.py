"""Finding conversions for a person: unknown and forbidden look the same."""

from __future__ import annotations

from uuid import UUID

from forge.accounts.access import nothing_here
from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.learning.models import ConvertedForm, ModelConversion, ModelConversionQuerySet
from forge.projects.access import require
from forge.projects.models import Project


def conversions_of(actor: Actor, project: Project) -> ModelConversionQuerySet:
    """The conversions of a project, newest first. Raises `Forbidden` or `NotFound`."""
    require(actor, Verb.READ, project)
    rows = ModelConversion.objects.visible_to(actor).filter(project=project)
    return rows.select_related("person", "job", "project__organisation").prefetch_related("forms").order_by("-created")


def find_conversion(actor: Actor, project: Project, conversion_id: UUID) -> ModelConversion:
    """A conversion of a project. Raises `Forbidden` or `NotFound`."""
    row = conversions_of(actor, project).filter(pk=conversion_id).first()
    if row is None:
        raise nothing_here(actor)
    return row


def find_form(actor: Actor, project: Project, conversion_id: UUID, number: int) -> ConvertedForm:
    """A form of a conversion that has a file. Raises `Forbidden` or `NotFound`."""
    row = find_conversion(actor, project, conversion_id)
    form = next((each for each in row.forms.all() if each.number == number and each.digest), None)
    if form is None:
        raise nothing_here(actor)
    return form
