"""The writers between two moments of a project's document: known when a version is made, and kept with it.

An update names its author, also one that only deletes. Updates are dropped when they are merged into a state, so of
each author the number of the last one is kept then.
"""

from __future__ import annotations

from uuid import UUID

from django.db.models import Max

from forge.accounts.models import User
from forge.projects.models import DocumentUpdate, MergedAuthor, Project, Version

TEMPLATE = 1
"""The number of the update that makes a new project's files. Nobody wrote those of a template."""


def record_merged_authors(project_id: UUID, sequence: int) -> None:
    """Records the authors of the updates up to this number before they are dropped, in the same transaction."""
    dropped_updates = DocumentUpdate.objects.filter(project_id=project_id, sequence__lte=sequence).exclude(author=None)
    last = dropped_updates.order_by().values_list("author").annotate(last=Max("sequence"))
    MergedAuthor.objects.bulk_create(
        [MergedAuthor(project_id=project_id, person_id=author, sequence=number) for author, number in last],
        update_conflicts=True,
        update_fields=["sequence"],
        unique_fields=["project", "person"],
    )


def writers_since_previous_version(project: Project, sequence: int) -> list[str]:
    """The ids of the people who wrote between the newest version before an update's number and that number.

    The project's row is locked by the caller: versions are made one after another.
    """
    before = Version.objects.filter(project=project, sequence__lt=sequence).aggregate(last=Max("sequence"))["last"]
    after = before or (TEMPLATE if project.template else 0)
    updates = DocumentUpdate.objects.filter(project=project, sequence__gt=after, sequence__lte=sequence)
    people = set(updates.exclude(author=None).order_by().values_list("author", flat=True).distinct())
    people |= set(MergedAuthor.objects.filter(project=project, sequence__gt=after).values_list("person", flat=True))
    return sorted(str(each) for each in people)


def last_writer(project: Project, sequence: int) -> User | None:
    """The person who wrote last, up to an update's number; None if nobody is known."""
    updates = DocumentUpdate.objects.filter(project=project, sequence__lte=sequence).exclude(author=None)
    last = updates.select_related("author").order_by("-sequence").first()
    if last is not None:
        return last.author
    merged_authors = MergedAuthor.objects.filter(project=project, sequence__lte=sequence).select_related("person")
    earlier = merged_authors.order_by("-sequence").first()
    return None if earlier is None else earlier.person
