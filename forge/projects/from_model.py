"""Creates a project from one .tflite file, with a Runefile that fits its inputs and outputs."""

from __future__ import annotations

from forge.accounts.models import Organisation
from forge.accounts.names import slug
from forge.core.actors import Actor
from forge.projects.actions import create_from_files, free_name
from forge.projects.model_files import SUFFIX, fitting_runefile, verified_model
from forge.projects.models import Project


def create_from_model(actor: Actor, organisation: Organisation, name: str, filename: str, data: bytes) -> Project:
    """Makes a project of a model. Without a name, it is called after the file, or as near to that as is free.

    Raises `ModelRefused`, and what `create_from_files` raises.
    """
    model = verified_model(data)
    stem = filename.rpartition("/")[2].removesuffix(SUFFIX)
    path = f"models/{slug(stem) if stem else 'model'}{SUFFIX}"
    runefile = fitting_runefile(model, path)
    contents = [("Runefile.yml", runefile.encode("utf-8")), (path, data)]
    return create_from_files(actor, organisation, name or free_name(organisation, stem or "my-model"), contents)
