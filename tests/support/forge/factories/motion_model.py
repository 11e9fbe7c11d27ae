"""A project whose model reads motion, for tests."""

from __future__ import annotations

from forge.accounts.models import User
from forge.projects.actions import write_file
from forge.projects.models import Project
from tests.support.training.motion_model import RUNEFILE, motion_model


def motion_project(person: User, project: Project) -> None:
    """Writes the Runefile and the model into a project."""
    write_file(person, project, "Runefile.yml", RUNEFILE.encode())
    write_file(person, project, "model.tflite", motion_model())
