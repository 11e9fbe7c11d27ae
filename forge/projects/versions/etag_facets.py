"""The facet of a project's files before they are replaced."""

from __future__ import annotations

from forge.core.preconditions import Facet
from forge.projects.models import Project
from forge.projects.versions.store import working_tree


def files_facets(project: Project) -> tuple[Facet, ...]:
    """The files as they are, which a restored version replaces."""
    return files_facets_of(project, working_tree(project).digest)


def files_facets_of(project: Project, digest: str) -> tuple[Facet, ...]:
    """The same of files whose digest is known."""
    return (Facet("files", digest, f"The files of {project.full_name} were edited."),)
