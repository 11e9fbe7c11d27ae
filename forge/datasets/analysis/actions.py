"""Starting an analysis of a project's data."""

from __future__ import annotations

from django.db import transaction

from forge.accounts.permissions import Verb
from forge.compute.parties import party_of
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.events.log import append_event
from forge.datasets.analysis.hooks import find_current_rune
from forge.datasets.analysis.kinds import ANALYSIS_KIND
from forge.datasets.announcements import DATA_CHANGED
from forge.datasets.errors import NothingToAnalyse
from forge.datasets.models import DataSet, Sample
from forge.datasets.models.analysis import DataAnalysis
from forge.datasets.protection.limits import count_run
from forge.datasets.sample_uses import SampleUse
from forge.jobs.actions import enqueue_preparation
from forge.jobs.kinds import kind_of
from forge.jobs.models import UNFINISHED_STATES
from forge.jobs.queue import enqueue
from forge.jobs.workers.slots import notify_workers
from forge.projects.access import require
from forge.projects.models import Project
from rune.environments.analysis import ANALYSIS


def start_analysis(actor: Actor, project: Project, *, prepares: bool = False) -> DataAnalysis:
    """Queues an analysis of all samples with the current build; returns the one that is queued already. With `prepares`
    the environment that compares labels is prepared first.

    Raises `NothingToAnalyse`, `TooManyProtectedRuns`, and `Forbidden` or `NotFound`.
    """
    require(actor, Verb.EDIT, project)
    with transaction.atomic():
        data_set = DataSet.objects.visible_to(actor).filter(project=project).select_for_update(of=("self",)).first()
        if data_set is None or not Sample.objects.available().filter(data_set=data_set).exists():
            raise NothingToAnalyse("The data has no samples.")
        row, _ = DataAnalysis.objects.select_related("job").get_or_create(data_set=data_set)
        if row.job is not None and row.job.state in UNFINISHED_STATES:
            return row
        rune = find_current_rune(project)
        spec = {
            "data_set": str(data_set.pk),
            "rune": "" if rune is None else rune.digest,
            "build": "" if rune is None else rune.build,
            "url": "" if rune is None else rune.url,
        }
        kind = kind_of(ANALYSIS_KIND)
        party = party_of(actor, project.organisation_id)
        row.job = enqueue(kind, party.organisation, spec, party=party, project=project, key=str(data_set.pk))
        row.save(update_fields=["job"])
        if prepares:
            row.job.required_job = enqueue_preparation(actor, project, ANALYSIS.name)
            row.job.save(update_fields=["required_job"])
        if rune is not None:
            count_run(row.job.pk, actor, data_set, Sample.objects.for_use(SampleUse.ANALYSIS).filter(data_set=data_set))
        write_entry(actor, "data.analyse", project.stream, project.place)
        announce_analysis(data_set, actor)
        transaction.on_commit(lambda: notify_workers(kind.capability), robust=True)
    return row


def announce_analysis(data_set: DataSet, actor: Actor | None = None) -> None:
    """Tells everybody who has the page open, in the transaction that changed the analysis."""
    append_event(data_set.project.stream, DATA_CHANGED(revision=data_set.revision), actor)
