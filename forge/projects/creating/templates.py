"""The template that a person chose, by its name; `rune.source.templates` knows which there are."""

from __future__ import annotations

from forge.projects.errors import UnknownTemplate
from rune.source.templates import Template, list_templates


def find_template(name: str) -> Template:
    """A template by name. Raises `UnknownTemplate`."""
    templates = {template.name: template for template in list_templates()}
    if name not in templates:
        raise UnknownTemplate(f"There is no template {name}. There are: {', '.join(templates) or 'none'}.")
    return templates[name]
