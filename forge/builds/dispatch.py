"""Wake-ups and slots of one process's builds. The database rows are the source of truth.

Numbered builds have slots of their own, previews have one of theirs that nothing else takes. A build or preview of
another organisation is begun although the slots are full, and whoever computed more is suspended meanwhile. A wake-up
that finds no place is remembered by those who are at work, so none is lost; the sweep finds what a dead process left.
"""

from __future__ import annotations

import logging
import os
import threading
from uuid import UUID

from django.db import connections

from forge.builds.leased_build import LeasedBuild
from forge.builds.leases import BuildLease, sweep, take
from forge.builds.models import Build, Kind, State
from forge.builds.notify import notify_workers
from forge.builds.previews.refresh import refresh_previews
from forge.compute.pool.toolchain import warm_compilers
from forge.compute.pool.warm_compilers import WarmCompilers
from forge.compute.scheduler.recent_usage import sharing
from forge.compute.scheduler.slots import Party, Scheduler, may_begin
from forge.projects.models import Project

_log = logging.getLogger(__name__)

BEYOND = 2
"""Builds, and previews, that a process may have begun and suspended; each needs memory."""
PLACES_OF_PREVIEWS = 1 + BEYOND


def numbered_slots() -> int:
    """How many numbered builds compute at once in a process: half of the cores, so that typing stays quick."""
    return max(1, (os.cpu_count() or 2) // 2)


class NumberedSlots:
    """The slots of numbered builds in this process: `count` compute, and a few more may be suspended."""

    def __init__(self, count: int, stopping: threading.Event) -> None:
        self._count = count
        self._scheduler = Scheduler(
            count, places=count + BEYOND, short=5.0, half_life=5.0, head_start=1.0, sharing=sharing
        )
        self._busy: list[Party] = []
        self._lock = threading.Lock()
        self._stopping = stopping

    def work(self) -> None:
        """Builds the queued builds, one after another; returns when none is left that a slot is free for."""
        while (lease := self._begin()) is not None:
            try:
                with self._scheduler.claim(lease.party) as slot:
                    LeasedBuild(lease, self._stopping, pace=slot.pace).run()
            except Exception:
                # The lease runs out by itself and the sweep gives the build another attempt.
                _log.exception("A build stopped in the middle")
            finally:
                with self._lock:
                    self._busy.remove(lease.party)

    def _begin(self) -> BuildLease | None:
        # Whoever ends a build looks again after it gave its place back, so a build that finds no place is not lost.
        with self._lock:
            if self._stopping.is_set() or len(self._busy) >= self._count + BEYOND:
                return None
            lease = take(may_take=lambda party: may_begin(party, self._busy, self._count, BEYOND))
            if lease is not None:
                self._busy.append(lease.party)
            return lease


class PreviewSlots:
    """The slot of previews in this process, with warm compilers; previews of other organisations may be suspended."""

    def __init__(self, stopping: threading.Event, compilers: WarmCompilers) -> None:
        self._wanted: dict[UUID, Party] = {}
        self._busy: dict[UUID, Party] = {}
        self._lock = threading.Lock()
        self._stopping = stopping
        self._compilers = compilers
        self._scheduler = Scheduler(
            1, places=PLACES_OF_PREVIEWS, short=1.0, half_life=3.0, head_start=0.5, sharing=sharing
        )

    def work(self, *project_ids: UUID) -> None:
        """Refreshes the previews of projects, or leaves them to whoever is at it; each project counts once."""
        rows = Project.objects.filter(pk__in=project_ids).values_list("pk", "organisation")
        with self._lock:
            self._wanted |= {project: Party(organisation, project) for project, organisation in rows}
        self._refresh_wanted()

    def _refresh_wanted(self) -> None:
        while (project := self._begin()) is not None:
            party = self._busy[project]
            try:
                with self._scheduler.claim(party) as slot, self._compilers.lend(party.organisation) as compiler:
                    refresh_previews(project, compiler, self._stopping, slot.pace)
            except Exception:
                _log.exception("A preview stopped in the middle")
            finally:
                with self._lock:
                    del self._busy[project]

    def _begin(self) -> UUID | None:
        """The next project; one whose organisation has none at work goes before."""
        # Whoever ends one looks again after it gave its place back, so nothing that finds no place is lost.
        with self._lock:
            able = [] if self._stopping.is_set() else self._able()
            if not able:
                return None
            busy = {party.organisation for party in self._busy.values()}
            project = min(able, key=lambda one: self._wanted[one].organisation in busy)
            self._busy[project] = self._wanted.pop(project)
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
        """Ends the compilers' processes. Whoever is at work must have been told to stop before."""
        self._compilers.close()


stopping = threading.Event()
"""Set when this process ends; those at work put back what they hold."""
numbered = NumberedSlots(numbered_slots(), stopping)
preview_slots = PreviewSlots(stopping, warm_compilers(limit=PLACES_OF_PREVIEWS))


def look_after_builds() -> None:
    """Puts builds back whose worker died, and notifies a worker where builds wait: one notification may be lost."""
    for build_id in sweep():
        _log.warning("Build %s starts again: its worker stopped answering", build_id)
    if Build.objects.filter(kind=Kind.NUMBERED, state=State.QUEUED).exists():
        notify_workers()
