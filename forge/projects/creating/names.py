"""Names of an organisation's projects: which are free, and taking one."""

from __future__ import annotations

import unicodedata

from forge.accounts.errors import NameInUse
from forge.accounts.models import Organisation
from forge.accounts.names import check_project_name, is_name, slug
from forge.accounts.organisations.name_reservations import lock_names
from forge.core.errors import Invalid
from forge.projects.hooks import name_assigned
from forge.projects.models import FormerProjectName, Project


def free_name(organisation: Organisation, preferred_name: str) -> str:
    """A name near to the one asked for that no project of the organisation has: `digits`, `digits-2`, ..."""
    base = slug(preferred_name)
    try:
        check_project_name(base)
    except Invalid:
        base = f"my-{base}"[:40]
    names_in_use = set(Project.objects.alive().filter(organisation=organisation).values_list("name", flat=True))
    number, name = 2, base
    while name in names_in_use:
        name, number = f"{base[:50]}-{number}", number + 1
    return name


def name_after(organisation: Organisation, filename: str) -> str:
    """A free name for a project of a file, without the suffix; "" for no file."""
    stem = filename.rpartition("/")[2].partition(".")[0]
    return free_name(organisation, stem) if stem else ""


def typed_name(text: str) -> str:
    """The name that a person means who types this in a form: `shake-alarm` for `Shake Alarm`.

    A text of which no letter or digit is left stays as it is, to be refused.
    """
    text = text.strip()
    plain = "".join(each for each in unicodedata.normalize("NFKD", text.casefold()) if each.isascii())
    return slug(plain) if not is_name(text) and any(each.isalnum() for each in plain) else text


def take_name(organisation: Organisation, name: str, project: Project | None = None) -> None:
    """Makes sure that a name is free for a project, or for a new one, until the transaction ends; as a former name it
    leads to no project any more. Raises `NameInUse`.
    """
    lock_names(organisation.pk)
    if Project.objects.alive().filter(organisation=organisation, name=name).exists():
        raise NameInUse(f"{organisation.name} has a project {name} already. Choose another name.")
    if project is not None:
        name_assigned.call(project, name)
    FormerProjectName.objects.filter(organisation=organisation, name=name).delete()
