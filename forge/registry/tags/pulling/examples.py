"""The example inputs of a published rune: anybody who may run the rune may have them."""

from __future__ import annotations

from urllib.parse import quote

from forge.accounts.permissions import Verb, can
from forge.builds.example_inputs import examples_for_others, examples_json
from forge.builds.sample_inputs import inputs_for_reader
from forge.core.actors import Actor
from forge.projects.models import Project
from forge.registry.models import Tag


def examples_for(actor: Actor, project: Project, tag: Tag) -> str:
    """Returns the example inputs of a tag that somebody may run, with those beside the Runefile for who reads it."""
    return inputs_for_reader(actor, tag.build) if can(actor, Verb.READ, project) else examples_of_tag(project, tag)


def examples_of_tag(project: Project, tag: Tag) -> str:
    """Returns the example inputs of a tag as JSON for the player; "" without any. The caller has checked that the
    person may run the tag."""
    base = f"/api/v1/projects/{project.full_name}/tags/{quote(tag.name)}/examples/"
    return examples_json(base, examples_for_others(tag.build))
