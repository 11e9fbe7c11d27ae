"""Writing down that someone takes out what is private: files, archives, runes.

The same thing is written once an hour for the same person: a studio fetches what it shows again and again.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction

from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.core.audit.entries import entries_since, write_entry
from forge.projects.access import require
from forge.projects.models import Project

WITHIN = timedelta(hours=1)


def note_download(actor: Actor, project: Project, action: str, subject: str = "", **what: Any) -> None:
    """Writes down that someone downloads `what`; once an hour. Before the first byte is sent.

    `subject` is the key of the thing, or else the project's. Raises `Forbidden`, `NotFound` and `SignInNeeded`.
    """
    require(actor, Verb.SEE, project)
    subject = subject or project.stream
    same = entries_since(actor, action, WITHIN).filter(subject=subject)
    if same.filter(**{f"data__{name}": value for name, value in what.items()}).exists():
        return
    with transaction.atomic():
        write_entry(actor, action, subject, project.place, **what)
