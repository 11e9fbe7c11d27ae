"""Publishes the templates as projects of the server's own organisation, so that Explore has runes that anyone can try.

A periodic task does it in the background. What is left to do follows from the projects, builds and tags that exist, so
it can be stopped at any point and run again: each template is published once for each version of Hammer Forge.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from forge.accounts.models import Organisation
from forge.accounts.names import SERVER_ORGANISATION
from forge.accounts.organisations.actions.server_organisation import acting_for, server_organisation
from forge.builds.actions import request_build
from forge.builds.models import Build
from forge.compute.pool.toolchain import TOOLCHAIN
from forge.core.actors import Actor
from forge.core.errors import DomainError
from forge.jobs.models import JobState
from forge.projects.actions import create_from_files, delete_file, update_project, write_file
from forge.projects.models import Project, Visibility
from forge.projects.versions.store import described_bytes, working_tree
from forge.registry.models import Tag
from forge.registry.tags.publishing.actions import publish_build
from rune import __version__
from rune.source.templates import Template, list_templates

_log = logging.getLogger(__name__)

EVERY = 5.0
"""Seconds between two steps: one build is requested at a time, so that people's builds wait for at most one."""
RETRY_AFTER = timedelta(days=1)
"""A template that could not be built is built again after this time."""
LICENCE = "LICENSE"
NOTES = "Published by this server for its version of Hammer Forge."
_logged_problems: set[str] = set()
"""Problems that this process has logged already."""


def publish_templates() -> None:
    """Does the next step: publishes the builds that succeeded, and requests the next build."""
    if not settings.PUBLISHES_TEMPLATES:
        _hide_all()
        return
    organisation = server_organisation()
    if organisation is None:
        return
    actor, projects, published_names = acting_for(organisation), _projects_of(organisation), _published_in(organisation)
    templates = list_templates()
    for name in projects.keys() - {template.name for template in templates}:
        _show(actor, projects[name], Visibility.PRIVATE)
    is_building = False
    for template in templates:
        project = projects.get(template.name)
        try:
            if project is not None:
                _show(actor, project, Visibility.PUBLIC, template.summary)
            if template.name not in published_names and not is_building:
                is_building = _advance(actor, organisation, template, project)
        except DomainError as error:
            _log_once(template.name, error.detail)


def _hide_all() -> None:
    """Hides the projects that were published before the operator switched this off."""
    organisation = Organisation.objects.filter(name=SERVER_ORGANISATION, memberships=None).first()
    if organisation is not None:
        for project in _projects_of(organisation).values():
            _show(acting_for(organisation), project, Visibility.PRIVATE)


def _projects_of(organisation: Organisation) -> Mapping[str, Project]:
    projects = Project.objects.alive().filter(organisation=organisation).select_related("organisation")
    return {project.name: project for project in projects}


def _published_in(organisation: Organisation) -> frozenset[str]:
    """The names of the projects that published this version of Hammer Forge."""
    tags = Tag.objects.filter(repository__project__organisation=organisation, name=__version__)
    return frozenset(tags.values_list("repository__project__name", flat=True))


def _show(actor: Actor, project: Project, visibility: Visibility, summary: str | None = None) -> None:
    """Writes who sees the project, and what is said of it, where that differs."""
    is_public = visibility == Visibility.PUBLIC
    present = (project.visibility, project.shares_files, project.description)
    if present != (visibility, is_public, project.description if summary is None else summary):
        update_project(actor, project, visibility=visibility, shares_files=is_public, description=summary)


def _advance(actor: Actor, organisation: Organisation, template: Template, project: Project | None) -> bool:
    """Brings a template one step closer to its publication. Returns whether its build is waiting or running."""
    files = {**dict(template.contents()), LICENCE: (settings.BASE_DIR / LICENCE).read_bytes()}
    if project is None:
        project = create_from_files(actor, organisation, template.name, files.items(), template=template.name)
        _show(actor, project, Visibility.PUBLIC, template.summary)
    else:
        _write_files(actor, project, files)
    builds = Build.objects.filter(project=project, version__digest=working_tree(project).digest)
    build = builds.select_related("project__organisation", "version", "artefact").order_by("-number").first()
    if build is not None and not build.is_over:
        return True
    if build is not None and build.state == JobState.SUCCEEDED and build.artefact is not None:
        if build.artefact.spec["toolchain"] == TOOLCHAIN:
            publish_build(actor, build, __version__, NOTES)
            return False
    elif build is not None and build.job is not None and build.created > timezone.now() - RETRY_AFTER:
        _log_once(template.name, build.job.error or f"Its build ended as {build.state}.")
        return False
    request_build(actor, project)
    return True


def _write_files(actor: Actor, project: Project, files: Mapping[str, bytes]) -> None:
    """Makes a project's files those of its template; files that are the same are not written."""
    stored_files = working_tree(project).manifest
    for path in stored_files.keys() - files.keys():
        delete_file(actor, project, path)
    for path, content in files.items():
        if stored_files.get(path) != described_bytes(content):
            write_file(actor, project, path, content)


def _log_once(template: str, problem: str) -> None:
    message = f"The template {template} is not published: {problem}"
    if message not in _logged_problems:
        _logged_problems.add(message)
        _log.warning(message)
