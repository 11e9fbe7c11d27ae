"""Adding a published version to the standing table of its test samples, and taking it out."""

from __future__ import annotations

from collections import Counter

from django.db import transaction
from django.utils import timezone

from forge.accounts.permissions import Verb
from forge.builds.evaluations.outcomes import evaluation_of, samples_under_test
from forge.builds.models import Artefact, Build
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.errors import Invalid
from forge.core.preconditions import Precondition, require_precondition
from forge.projects.access import require
from forge.projects.models import Project, Visibility
from forge.registry.discovery.standings.access import entries_of
from forge.registry.discovery.standings.errors import NotComparable
from forge.registry.discovery.standings.models import ADDRESS_LENGTH, TITLE_LENGTH
from forge.registry.models import StandingEntry, StandingTable
from forge.registry.tags.access import find_any_tag, find_tag
from forge.registry.tags.facets import version_facets
from forge.registry.tags.messages import checked_sentence
from rune.assessment.evaluation.evaluation import Evaluation


@transaction.atomic
def join_standing(
    actor: Actor, project: Project, name: str, title: str = "", *, precondition: Precondition = None
) -> StandingEntry:
    """Adds the rune of a tag to the table of its test samples. Creates the table if there is none, with `title` as its
    task. A rune that is in the table already stays as it is. Raises `Forbidden`, `NoSuchTag`,
    `Stale`, `NotComparable`, and `Invalid` for a new table without a title.
    """
    require(actor, Verb.PUBLISH, project)
    tag = find_tag(actor, project, name)
    require_precondition(version_facets(tag), precondition)
    if tag.moves:
        raise NotComparable(f"{tag.name} may name another rune later. Add a version, such as 1.0.")
    artefact, evaluation = _comparable(project, tag.build)
    # Two people may add the same version at once.
    table = StandingTable.objects.select_for_update().get(pk=_table(actor, tag.build, evaluation, title).pk)
    existing = table.entries.filter(project=project, rune=artefact.digest, left=None).first()
    if existing is not None:
        return existing
    if table.closed is not None:
        raise NotComparable(f"No version can be added to {table.title} any more. {table.closing}")
    outcomes = evaluation.pairs
    entry = StandingEntry.objects.create(
        table=table,
        project=project,
        build=tag.build,
        version=tag.name,
        rune=artefact.digest,
        size=artefact.size,
        memory=artefact.planned_memory,
        right=sum(label == answer for label, answer in outcomes),
        sample_count=len(outcomes),
        author=actor.person,
        joined=timezone.now(),
    )
    what = {"tag": tag.name, "table": table.title, "address": table.address}
    write_entry(actor, "standing.join", f"project:{project.pk}", project.place, **what)
    return entry


@transaction.atomic
def leave_standing(
    actor: Actor, project: Project, name: str, reason: str, *, precondition: Precondition = None
) -> None:
    """Takes the rune of a tag out of its tables, which show the reason and the day. Raises `Forbidden`,
    `NoSuchTag`, `Stale` and `Invalid`."""
    require(actor, Verb.PUBLISH, project)
    tag = find_any_tag(actor, project, name)
    require_precondition(version_facets(tag), precondition)
    reason = checked_sentence(reason, "standing_reason", "Write a reason: the table shows it.")
    for entry in entries_of(tag):
        StandingEntry.objects.filter(pk=entry.pk).update(left=timezone.now(), reason=reason)
        what = {"tag": tag.name, "table": entry.table.title, "address": entry.table.address, "reason": reason}
        write_entry(actor, "standing.leave", f"project:{project.pk}", project.place, **what)


def _comparable(project: Project, build: Build) -> tuple[Artefact, Evaluation]:
    """The rune of a build, and the evaluation by which it is compared. Raises `NotComparable`."""
    if project.visibility == Visibility.PRIVATE:
        raise NotComparable("Others cannot see this project. Change who can see it first, in its settings.")
    evaluation = evaluation_of(build)
    if build.artefact is None or evaluation is None or evaluation.accuracy is None:
        raise NotComparable("This version was not tested on samples with one label each, so it has no accuracy.")
    if evaluation.left or evaluation.unread:
        raise NotComparable("Not all of its test samples were run, so that others would be measured on more.")
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
