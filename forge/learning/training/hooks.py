"""The hooks of training; higher floors register functions in their `AppConfig.ready`."""

from __future__ import annotations

from dataclasses import dataclass

from forge.core.actors import Actor
from forge.core.hooks import Hook
from forge.projects.models import Project, Version


@dataclass(frozen=True)
class ModelOffer:
    """The model of a run as a version of the project, beside the files as they are."""

    project: Project
    title: str
    message: str
    base: Version
    offered: Version
    origin: str
    """Where it comes from, as people read it."""


open_change: Hook[[Actor, ModelOffer], str] = Hook()
"""Opens a change request with a model, in a transaction of the caller; returns its address."""
