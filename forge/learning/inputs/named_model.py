"""The model that a request names: a file of the project, or a form of a conversion that becomes one."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from forge.core.actors import Actor
from forge.core.errors import Invalid
from forge.learning.access import find_form
from forge.learning.inputs.questions import ModelToFeed, form_to_feed, model_to_feed
from forge.learning.offers.actions import apply_paths
from forge.projects.models import Project


def named_model(actor: Actor, project: Project, values: Mapping[str, str]) -> ModelToFeed:
    """The model of `file`, or that of `conversion` and `form`, which becomes `file` or the likeliest path.

    Raises `Invalid`, `BadPath`, `ProjectFileNotFound`, `ModelRefused`, `Unprocessable`, and `Forbidden` or `NotFound`.
    """
    path, conversion = values.get("file", ""), values.get("conversion", "")
    if not conversion:
        if not path:
            raise Invalid("`file` is missing: the path of a model of the project.")
        return model_to_feed(project, path)
    try:
        number, key = int(values.get("form", "")), UUID(conversion)
    except ValueError:
        raise Invalid("`conversion` is the id of a conversion, and `form` the number of a form of it.") from None
    form = find_form(actor, project, key, number)
    return form_to_feed(form, path or apply_paths(project, form.conversion)[0].path)
