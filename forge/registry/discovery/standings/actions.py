"""Adding a published version to the standing table of its test samples, and taking it out."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

from django.db import transaction
from django.utils import timezone
from rest_framework.fields import CharField

from forge.accounts.permissions import Verb
from forge.builds.evaluations.outcomes import evaluation_of, samples_under_test
from forge.builds.models import Artefact, Build
from forge.core.actors import Actor
from forge.core.api.acts import DONE, ActAnswer, act
from forge.core.api.states import IF_MATCH
from forge.core.audit.entries import write_entry
from forge.core.errors import Conflict, Invalid
from forge.core.preconditions import Precondition, require_precondition
from forge.projects.models import Project, Visibility
from forge.projects.place import PROJECT
from forge.registry.discovery.standings.access import entries_of
from forge.registry.discovery.standings.errors import NotComparable
from forge.registry.discovery.standings.models import ADDRESS_LENGTH, TITLE_LENGTH
from forge.registry.discovery.standings.serializers import StandingJson, standing_to_json
from forge.registry.models import StandingEntry, StandingTable
from forge.registry.tags.access import find_any_tag, find_tag
from forge.registry.tags.etag_facets import version_facets
from forge.registry.tags.messages import checked_sentence
from rune.assessment.evaluation.evaluation import Evaluation

_STANDING = "tags/<str:tag>/standing"
Title = Annotated[str, CharField(max_length=TITLE_LENGTH, allow_blank=True)]
Reason = Annotated[str, CharField(max_length=2000)]


def _table_of_entry(entry: StandingEntry, actor: Actor) -> StandingJson:
    return standing_to_json(entry.table, actor)


JOINED = ActAnswer(for_actor=_table_of_entry)


@act(
    "PUT",
    PROJECT,
    _STANDING,
    "tags_join_standing",
    verb=Verb.PUBLISH,
    state=IF_MATCH,
    answer=JOINED,
    raises=(Conflict, Invalid),
)
@transaction.atomic
def join_standing(
    actor: Actor, project: Project, tag: str, title: Title = "", *, precondition: Precondition = None
) -> StandingEntry:
    """Adds what a tag names to the table of the samples that its build was tested on. The first version of a table
    names the task, by `title`. A rune that is in the table already stays as it is."""
    row = find_tag(actor, project, tag)
    require_precondition(version_facets(row), precondition)
    if row.moves:
        raise NotComparable(f"{row.name} may name another rune later. Add a version, such as 1.0.")
    artefact, evaluation = _comparable(project, row.build)
    # Two people may add the same version at once.
    table = StandingTable.objects.select_for_update().get(pk=_table(actor, row.build, evaluation, title).pk)
    existing = table.entries.filter(project=project, rune=artefact.digest, left=None).first()
    if existing is not None:
        return existing
    if table.closed is not None:
        raise NotComparable(f"No version can be added to {table.title} any more. {table.closing}")
    outcomes = evaluation.pairs
    entry = StandingEntry.objects.create(
        table=table,
        project=project,
        build=row.build,
        version=row.name,
        rune=artefact.digest,
        size=artefact.size,
        memory=artefact.planned_memory,
        right=sum(label == answer for label, answer in outcomes),
        sample_count=len(outcomes),
        author=actor.person,
        joined=timezone.now(),
    )
    what = {"tag": row.name, "table": table.title, "address": table.address}
    write_entry(actor, "standing.join", f"project:{project.pk}", project.place, **what)
    return entry


@act(
    "DELETE",
    PROJECT,
    _STANDING,
    "tags_leave_standing",
    verb=Verb.PUBLISH,
    state=IF_MATCH,
    answer=DONE,
    raises=(Invalid,),
)
@transaction.atomic
def leave_standing(
    actor: Actor, project: Project, tag: str, reason: Reason, *, precondition: Precondition = None
) -> None:
    """Takes it out. The table goes on to show it among those that left, with the day and the reason."""
    row = find_any_tag(actor, project, tag)
    require_precondition(version_facets(row), precondition)
    reason = checked_sentence(reason, "reason", "Write a reason: the table shows it.")
    for entry in entries_of(row):
        StandingEntry.objects.filter(pk=entry.pk).update(left=timezone.now(), reason=reason)
        what = {"tag": row.name, "table": entry.table.title, "address": entry.table.address, "reason": reason}
        write_entry(actor, "standing.leave", f"project:{project.pk}", project.place, **what)


def _comparable(project: Project, build: Build) -> tuple[Artefact, Evaluation]:
    """The rune of a build, and the evaluation by which it is compared. Raises `NotComparable`."""
    if project.visibility == Visibility.PRIVATE:
        raise NotComparable("Others cannot see this project. Change who can see it first, in its settings.")
    evaluation = evaluation_of(build)
    if build.artefact is None or evaluation is None or evaluation.accuracy is None:
        raise NotComparable("This version was not tested on samples with one label each, so it has no accuracy.")
    if evaluation.left or evaluation.unread:
        raise NotComparable("Not all of its test samples were run, so its accuracy cannot be compared.")
    usable = samples_under_test(build.data_version, project)
    if usable is None or usable.digest != build.samples:
        raise NotComparable("Some of the samples that it was tested on may not be used any more. Build it again.")
    return build.artefact, evaluation


def _table(actor: Actor, build: Build, evaluation: Evaluation, title: str) -> StandingTable:
    table = StandingTable.objects.filter(samples=build.samples).first()
    if table is not None:
        return table
    title = " ".join(title.replace("\0", "").split())
    message = ""
    if not title:
        message = "Name the task: this is the first version that is compared on these samples."
    elif len(title) > TITLE_LENGTH:
        message = f"A title has at most {TITLE_LENGTH} characters; this one has {len(title)}."
    if message:
        raise Invalid(message, errors={"title": [message]})
    version = build.data_version
    values = {
        "address": build.samples.partition(":")[2][:ADDRESS_LENGTH],
        "title": title,
        "data_version": version,
        "data_digest": "" if version is None else version.digest,
        "labels": dict(Counter(label for label, _ in evaluation.pairs)),
        "author": actor.person,
        "created": timezone.now(),
    }
    # Somebody may make it at the same moment.
    return StandingTable.objects.get_or_create(samples=build.samples, defaults=values)[0]
