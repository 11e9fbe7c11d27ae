"""Finding standing tables, their versions and their outcomes, for someone."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from forge.builds.evaluations.outcomes import evaluation_on
from forge.builds.models import Build
from forge.core.actors import Actor
from forge.core.errors import NotFound
from forge.core.http.filters import ListFilter, WordsFilter
from forge.registry.models import StandingEntry, StandingTable, Tag
from rune.assessment.evaluation.evaluation import Evaluation

_IS_PUBLISHED = Exists(
    Tag.objects.listed().filter(
        repository__project=OuterRef("project"), name=OuterRef("version"), build__artefact__digest=OuterRef("rune")
    )
)
"""Whether the tag of a version in a table still names its rune, and was not withdrawn."""


class StandingTableFilter(ListFilter):
    """The filters of the list of tables."""

    q = WordsFilter("title", help_text="Words of the task")


def tables_for(actor: Actor) -> QuerySet[StandingTable]:
    """The tables that somebody may see, the newest first, with the number of versions that they may see in each."""
    visible_entries = StandingEntry.objects.visible_to(actor).filter(_IS_PUBLISHED, left=None)
    present = Count("entries", filter=Q(entries__in=visible_entries))
    return StandingTable.objects.visible_to(actor).annotate(versions=present).order_by("-created")


def find_table(actor: Actor, address: str) -> StandingTable:
    """A table by its address. Raises `NotFound`, also for one without a version that the person may see."""
    table = StandingTable.objects.visible_to(actor).filter(address=address).first()
    if table is None:
        raise NotFound("There is no such standing table.")
    return table


def entries_in(actor: Actor, table: StandingTable) -> tuple[list[StandingEntry], list[StandingEntry]]:
    """The versions of a table that somebody may see, and those that left or are no longer published. The others are not
    even counted: nobody learns of a project that they may not see."""
    rows = table.entries.visible_to(actor).select_related("project__organisation", "build__artefact")
    present = list(rows.filter(_IS_PUBLISHED, left=None))
    return present, list(rows.exclude(pk__in=[each.pk for each in present]))


def table_for(build: Build) -> StandingTable | None:
    """The table of a build's test samples, or None. The caller has checked that the person may see the build."""
    return StandingTable.objects.filter(samples=build.samples).first() if build.samples else None


def entries_of(tag: Tag) -> Sequence[StandingEntry]:
    """The rune of a tag in its tables. The caller has checked that the person may see the tag."""
    if tag.build.artefact is None:
        return ()
    rows = StandingEntry.objects.filter(project=tag.repository.project_id, rune=tag.build.artefact.digest, left=None)
    return list(rows.select_related("table"))


def evaluation_in(entry: StandingEntry, table: StandingTable) -> Evaluation | None:
    """Returns what a version answered on the samples of a table; None where that is no longer stored."""
    build = entry.build
    if build is None or build.artefact is None:
        return None
    return evaluation_on(build.artefact, table.samples)
