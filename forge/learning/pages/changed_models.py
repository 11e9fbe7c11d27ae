"""The models that changed between two states of a project's files, for the pages of changes and reviews
(`models/changed.html`)."""

from __future__ import annotations

from typing import Any

from forge.core.actors import Actor
from forge.learning.offers.changed_models import Files, changed_models
from forge.learning.offers.trained_models import trained_model_changes
from forge.learning.origins.outside_models import changed_outside_models
from forge.projects.models import Project


def changed_model_facts(actor: Actor, project: Project, before: Files, after: Files) -> dict[str, Any]:
    """The models of runs and searches and the forms of conversions that changed, and the models that were trained
    outside the server."""
    return {
        "trained_models": trained_model_changes(actor, project, before, after),
        "changed_models": changed_models(actor, project, before, after),
        "outside_models": changed_outside_models(project, before, after),
    }
