"""The facets of a project that can change between reading it and changing or deleting it."""

from __future__ import annotations

from collections.abc import Collection

from forge.core.preconditions import Facet
from forge.projects.hooks import deletion_facets
from forge.projects.models import Project


def project_facets(project: Project) -> tuple[Facet, ...]:
    """All that changing or deleting a project depends on."""
    edits = Facet("edits", project.sequence, "Its files were edited.")
    return (*_settings(project), edits, *_publication_facets(project))


def removal_facets(project: Project) -> tuple[Facet, ...]:
    """Returns the facets that a deletion removes."""
    about_others = ("description", "shares_files")
    return tuple(each for each in project_facets(project) if each.name not in about_others)


def change_facets(project: Project, fields: Collection[str]) -> tuple[Facet, ...]:
    """Returns the facets that a change of some fields replaces. Opening a project also opens its publications."""
    opens = not {"visibility", "shares_files"}.isdisjoint(fields)
    replaced_fields = {"visibility", "shares_files", *fields} if opens else set(fields)
    settings = (each for each in _settings(project) if each.name in replaced_fields)
    return (*settings, *(_publication_facets(project) if opens else ()))


def _settings(project: Project) -> tuple[Facet, ...]:
    sharing = "are shared" if project.shares_files else "are not shared"
    return (
        Facet("name", project.full_name, f"The project is called {project.full_name} now."),
        Facet("visibility", project.visibility, f"It is {project.visibility} now."),
        Facet("description", project.description, "Its description changed."),
        Facet("shares_files", project.shares_files, f"The files of what it published {sharing} now."),
    )


def _publication_facets(project: Project) -> tuple[Facet, ...]:
    return tuple(facet for facets in deletion_facets.call(project) for facet in facets)
