"""The slot of one process's previews, which nothing else takes: jobs have their own (`forge.jobs.workers.slots`).

A preview of another organisation is begun although the slot is full, and the organisation that computed more is
suspended meanwhile. A wake-up that finds no place is remembered by those who are at work, so none is lost.
"""

from __future__ import annotations

import logging
import threading
from uuid import UUID

from django.db import connections

from forge.builds.previews.refresh import refresh_previews
from forge.builds.previews.superseding import PreviewWork
from forge.compute.pool.toolchain import warm_compilers
from forge.compute.pool.warm_compilers import WarmCompilers
from forge.compute.scheduler.recent_usage import sharing
from forge.compute.scheduler.slots import Party, SlotScheduler, may_begin
from forge.jobs.workers.slots import stopping
from forge.projects.models import Project

_log = logging.getLogger(__name__)

BEYOND = 2
"""Previews that a process may have begun and suspended; each needs memory."""
PLACES_OF_PREVIEWS = 1 + BEYOND


class PreviewSlots:
    """The slot of previews in this process, with warm compilers; previews of other organisations may be suspended."""

    def __init__(self, stopping: threading.Event, compilers: WarmCompilers) -> None:
        self._wanted: dict[UUID, Party] = {}
        self._busy: dict[UUID, Party] = {}
        self._work: dict[UUID, PreviewWork] = {}
        """The work of the projects that are busy."""
        self._lock = threading.Lock()
        self._stopping = stopping
        self._compilers = compilers
        self._scheduler = SlotScheduler(
            1, places=PLACES_OF_PREVIEWS, short=1.0, half_life=3.0, head_start=0.5, sharing=sharing
        )

    def work(self, *project_ids: UUID) -> None:
        """Refreshes the previews of projects, or leaves them to the thread that is at it; each project counts once.
        Work on an older text ends early."""
        rows = list(Project.objects.filter(pk__in=project_ids).values_list("pk", "organisation", "sequence"))
        with self._lock:
            self._wanted |= {project: Party(organisation, project) for project, organisation, _ in rows}
            at_work = [(self._work[project], sequence) for project, _, sequence in rows if project in self._work]
        for work, sequence in at_work:
            work.supersede(sequence)
        self._refresh_wanted()

    def _refresh_wanted(self) -> None:
        while (project := self._begin()) is not None:
            party, work = self._busy[project], self._work[project]
            try:
                with self._scheduler.claim(party) as slot, self._compilers.lend(party.organisation) as compiler:
                    refresh_previews(project, compiler, self._stopping, slot.pace, work)
            except Exception:
                _log.exception("A preview stopped in the middle")
            finally:
                with self._lock:
                    del self._busy[project], self._work[project]

    def _begin(self) -> UUID | None:
        """The next project; one whose organisation has none at work goes before."""
        # The thread that ends one looks again after it gave its place back, so nothing that finds no place is lost.
        with self._lock:
            able = [] if self._stopping.is_set() else self._able()
            if not able:
                return None
            busy = {party.organisation for party in self._busy.values()}
            project = min(able, key=lambda one: self._wanted[one].organisation in busy)
            self._busy[project] = self._wanted.pop(project)
            self._work[project] = PreviewWork()
            is_more = bool(self._able())
        if is_more:
            # One message may name several projects; those of others do not wait for this one.
            threading.Thread(target=self._refresh_in_thread, daemon=True, name="previews").start()
        return project

    def _able(self) -> list[UUID]:
        parties = self._busy.values()
        return [project for project, party in self._wanted.items() if may_begin(party, parties, 1, BEYOND)]

    def _refresh_in_thread(self) -> None:
        try:
            self._refresh_wanted()
        finally:
            connections.close_all()

    def close(self) -> None:
        """Ends the compilers' processes. Threads that are at work must have been told to stop before."""
        self._compilers.close()


preview_slots = PreviewSlots(stopping, warm_compilers(limit=PLACES_OF_PREVIEWS))
