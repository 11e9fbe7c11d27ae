"""What can change of a project between looking at it and deleting it, and of its files before they are replaced."""

from __future__ import annotations

from forge.core.seen import Facet
from forge.projects.hooks import deletion_facets
from forge.projects.models import Project
from forge.projects.versions.store import working_tree


def project_facets(project: Project) -> tuple[Facet, ...]:
    """What a deletion takes away."""
    return (
        Facet("name", project.full_name, f"The project is called {project.full_name} now."),
        Facet("visibility", project.visibility, f"It is {project.visibility} now."),
        Facet("edits", project.sequence, "Its files were edited."),
        *(facet for facets in deletion_facets.call(project) for facet in facets),
    )


def files_facets(project: Project) -> tuple[Facet, ...]:
    """The files as they are, which a restored version replaces."""
    return files_facets_of(project, working_tree(project).digest)


def files_facets_of(project: Project, digest: str) -> tuple[Facet, ...]:
    """The same of files whose digest is known."""
    return (Facet("files", digest, f"The files of {project.full_name} were edited."),)
