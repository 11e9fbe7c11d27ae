"""A project's data under uploads, imports, labels, versions, withdrawals, backups and crashes in any order: versions
stay what they were, nothing that was taken in is lost, and no byte that was withdrawn is anywhere.

A seed decides each step. A crash is an error at one of the places where a process could be killed between two
transactions, or inside of one; what would clean up behind an error does not run then.
"""

from __future__ import annotations

import os
import random
import struct
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.conf import settings
from django.utils import timezone

from forge.accounts.models import User
from forge.compute.pool.compiler import Compiler
from forge.compute.workdir import workdirs
from forge.core.blobs.backup_hold import hold_blobs
from forge.core.blobs.store import read_blob
from forge.core.blobs.sweep import adopt_strays, sweep_blobs
from forge.core.errors import DomainError
from forge.datasets.errors import NothingToSave
from forge.datasets.imports import actions as imports
from forge.datasets.imports import job as import_job
from forge.datasets.imports.ending import BYTES_FOR, stop_old_imports
from forge.datasets.models import Consent, DataImport, DataSet, DataVersion, Sample, SampleRemoval
from forge.datasets.models.imports import ImportState
from forge.datasets.removals.actions import delete_sample, end_consents, withdraw_consent
from forge.datasets.removals.report import backups_until
from forge.datasets.samples.actions.mark import SampleMark, mark_samples
from forge.datasets.versions.actions import save_version
from forge.datasets.versions.contents import entries_of
from forge.jobs import queue
from forge.jobs.models import WorkerCapability
from forge.jobs.workers.slots import JobSlots
from forge.projects.models import Project
from rune.datasets.content.read import read_content
from rune.digests import digest_of
from tests.support.forge.factories.recordings import consent_of, sample_of, sound
from tests.support.forge.factories.samples import packed

pytestmark = pytest.mark.django_db(transaction=True)

SEEDS = 500
SHARES = 20
"""The parts in which the proof runs and is taken up again, each with so many of the seeds."""
STEPS = 30
LABELS = ("knock", "glass", "")
PEOPLE = ("", "Guest 1", "Guest 2", "Guest 3")
MARKER = 40
"""Bytes that distinguish a recording from all others, wherever they are."""
CRASHES = (
    "forge.core.blobs.sweep.delete_bytes",
    "forge.datasets.actions.append_event",
    "forge.datasets.actions.write_entry",
    "forge.datasets.imports.actions.link_uploaded",
    "forge.datasets.imports.batch.link_owned",
    "forge.datasets.imports.batch.put_batch",
    "forge.datasets.imports.job.delete_if_unlinked",
    "forge.datasets.imports.job.stop_imports",
    "forge.datasets.samples.actions.add.link_uploaded",
    "forge.datasets.samples.actions.add.store_sample",
    "forge.datasets.removals.actions.append_event",
    "forge.datasets.removals.actions.delete_analyses",
    "forge.datasets.removals.actions.delete_if_unlinked",
    "forge.datasets.removals.actions.erase",
    "forge.datasets.removals.actions.erase_removed",
    "forge.datasets.removals.actions.links_of_all",
    "forge.datasets.versions.actions.figures_of",
    "forge.datasets.versions.actions.link_blobs",
)
CLEANING = "forge.projects.files.storage.delete_if_unlinked"
"""Runs behind an error, and not behind a kill."""

Step = Callable[[], Collection[int]]
"""Does one thing; returns the numbers of the samples that it may change or delete."""


class DataProcessKilled(BaseException):
    """The process ended here."""


@dataclass(frozen=True)
class ExpectedSample:
    """A sample as it must be."""

    digest: str
    label: str


class DataSimulation:
    """The data of a project, and what must be true of it."""

    def __init__(self, seed: int, project: Project, people: Collection[User], owner: User) -> None:
        self.random = random.Random(seed)
        self.project, self.people, self.owner = project, list(people), owner
        self.recordings: dict[str, bytes] = {}
        """The markers of all that was ever sent, by the digests that samples of them have."""
        self.samples: dict[int, ExpectedSample] = {}
        self.versions: dict[int, tuple[str, list[Any]]] = {}
        self.backup = ExitStack()
        self.steps: tuple[Step, ...] = (
            self.add, self.add, self.add, self.import_archive, self.label, self.label, self.save, self.save,
            self.withdraw, self.delete, self.end_consent, self.begin_or_end_backup, self.let_time_pass,
        )  # fmt: skip

    def step(self) -> None:
        """Does one thing, which a crash may end in the middle, and looks whether all else is as it was."""
        action = self.random.choice(self.steps)
        before = dict(self.samples)
        if self.random.random() < 0.4:
            with patch(self.random.choice(CRASHES), side_effect=DataProcessKilled), patch(CLEANING):
                try:
                    changed = action()
                except DataProcessKilled:
                    changed = self.candidates
        else:
            changed = action()
        rows = Sample.objects.available().filter(data_set__project=self.project)
        self.samples = {row.number: ExpectedSample(row.digest, row.label) for row in rows}
        rest = {number: sample for number, sample in before.items() if number not in changed}
        assert rest.items() <= self.samples.items(), action.__name__
        assert {each.digest for each in self.samples.values()} <= self.recordings.keys()
        self.check_versions()

    # Steps. Each sets `candidates` before it begins: a kill may have been before or after its change.

    candidates: Collection[int] = ()

    def add(self) -> Collection[int]:
        self.candidates = ()
        consent, data = self._consent(), self._recording()
        sample_of(consent, self._person(consent), data, label=self._one(LABELS), pseudonym=self._one(PEOPLE))
        return ()

    def import_archive(self) -> Collection[int]:
        self.candidates = ()
        consent = self._consent()
        person = self._person(consent)
        files = {f"{self._one(LABELS) or 'data'}/{n}.wav": self._recording() for n in range(self.random.randint(1, 3))}
        archive = packed(files)
        row = imports.begin_import(person, consent, len(archive), imports.Defaults(self._one(PEOPLE)))
        imports.receive_piece(person, row, 0, [archive])
        self._work()
        row = DataImport.objects.get(pk=row.pk)
        if row.state == ImportState.READY:
            imports.start_import(person, row, None)
            self._work()
        return ()

    def label(self) -> Collection[int]:
        numbers = self._some(sorted(self.samples))
        self.candidates = numbers
        if numbers:
            marks = [SampleMark(number, self._one(LABELS)) for number in numbers]
            mark_samples(self.owner, self.project, marks, self._revision())
            for each in marks:
                assert Sample.objects.get(data_set__project=self.project, number=each.number).label == each.label
        return numbers

    def save(self) -> Collection[int]:
        self.candidates = ()
        try:
            version = save_version(self.owner, self.project, revision=self._revision())
        except NothingToSave:
            return ()
        assert version.number in self.versions or version.number == max(self.versions, default=0) + 1
        return ()

    def withdraw(self) -> Collection[int]:
        consent = self._consent()
        own = self.candidates = self._numbers(consent)
        withdraw_consent(self._person(consent), consent)
        assert not self._numbers(consent)
        return own

    def delete(self) -> Collection[int]:
        self.candidates = [self._one(sorted(self.samples))] if self.samples else []
        for number in self.candidates:
            delete_sample(self.owner, Sample.objects.get(data_set__project=self.project, number=number))
        return self.candidates

    def end_consent(self) -> Collection[int]:
        consent = self._consent()
        self.candidates = self._numbers(consent)
        Consent.objects.filter(pk=consent.pk).update(ends=timezone.now() - timedelta(seconds=1))
        # With it end those that a kill left.
        self.candidates = self._numbers_of_ended()
        end_consents()
        return self.candidates

    def begin_or_end_backup(self) -> Collection[int]:
        self.candidates = ()
        if self.random.random() < 0.5:
            self.backup.enter_context(hold_blobs("a simulated backup"))
        else:
            self.backup.close()
        return ()

    def let_time_pass(self) -> Collection[int]:
        """The periodic tasks, two hours later; a job whose worker was killed begins again."""
        self.candidates = self._numbers_of_ended()
        now = timezone.now() + timedelta(hours=2)
        queue.sweep(now)
        self._work()
        end_consents(now)
        adopt_strays(now)
        sweep_blobs(now)
        return self.candidates

    # Checks

    def check_versions(self) -> None:
        """Every version has the digest and the samples that it had when it was saved."""
        rows = {row.number: row for row in DataVersion.objects.filter(data_set__project=self.project)}
        assert self.versions.keys() <= rows.keys()
        for number, row in rows.items():
            digest, entries = self.versions.setdefault(number, (row.digest, list(entries_of(row))))
            assert (row.digest, digest_of(read_blob(row.digest))) == (digest, digest)
            assert list(entries_of(row)) == entries

    def settle(self) -> None:
        """Ends the backups, and lets the periodic tasks do what they could not before."""
        self.backup.close()
        for _ in range(2):
            changed = self.let_time_pass()
            self.samples = {number: sample for number, sample in self.samples.items() if number not in changed}
        stop_old_imports(timezone.now() + BYTES_FOR + timedelta(minutes=1))
        sweep_blobs(timezone.now() + timedelta(hours=2))

    def check_bytes(self) -> None:
        """The bytes of all samples are there, and those of no other recording that was ever sent."""
        rows = Sample.objects.filter(data_set__project=self.project)
        for row in rows.filter(removed=None):
            assert self.recordings[row.digest] in read_blob(row.digest)
            self.recordings.pop(row.digest)
        assert not rows.filter(removed__isnull=False, erased=None).exists()
        assert not rows.filter(removed__isnull=False).exclude(drawing={}).exists()
        assert not rows.filter(removed__isnull=False, analysis__isnull=False).exists()
        for path in _stored_files():
            data = path.read_bytes()
            left = [digest for digest, marker in self.recordings.items() if marker in data]
            assert not left, path
        for removal in SampleRemoval.objects.filter(data_set__project=self.project):
            days = timedelta(days=settings.BACKUP_DAYS)
            assert backups_until(removal.created) == (removal.created + days if days else None)

    # Choices

    def _recording(self) -> bytes:
        """A sound that nobody sent before."""
        values = [self.random.randint(-20_000, 20_000) for _ in range(160)]
        data = sound(*values)
        self.recordings[digest_of(read_content(data).data)] = struct.pack("<160h", *values)[:MARKER]
        return data

    def _consent(self) -> Consent:
        """Returns a consent in force, or a new one."""
        standing = [*Consent.objects.in_force().filter(data_set__project=self.project).order_by("agreed", "pk")]
        if (len(standing) < 3 and self.random.random() < 0.5) or not standing:
            return consent_of(self._one(self.people), self.project)
        consent: Consent = self._one(standing)
        return consent

    def _person(self, consent: Consent) -> User:
        return next(each for each in self.people if each.pk == consent.person_id)

    def _numbers(self, consent: Consent) -> list[int]:
        return list(Sample.objects.available().filter(consent=consent).values_list("number", flat=True))

    def _numbers_of_ended(self) -> list[int]:
        """Returns the numbers of samples of consents whose end a kill left to the periodic task."""
        samples = Sample.objects.available().filter(
            data_set__project=self.project, consent__ends__lte=timezone.now() + timedelta(hours=2)
        )
        return list(samples.values_list("number", flat=True))

    def _revision(self) -> int:
        row = DataSet.objects.filter(project=self.project).first()
        return 0 if row is None else row.revision

    def _work(self) -> None:
        JobSlots(1, (WorkerCapability.BUILD,), threading.Event()).work()

    def _one(self, things: Any) -> Any:
        return self.random.choice(things)

    def _some(self, things: list[int]) -> list[int]:
        return self.random.sample(things, min(len(things), self.random.randint(1, 3)))


def _stored_files() -> Iterator[Path]:
    """All files of the server, the database's apart: blobs, caches, and the folders of its workers."""
    for root in {Path(settings.DATA_DIR), workdirs()}:
        yield from (path for path in root.rglob("*") if path.is_file() and "sqlite3" not in path.name)


@pytest.fixture(autouse=True)
def _reader(monkeypatch: pytest.MonkeyPatch, compiler: Compiler) -> None:
    """Nobody is woken, and the process that reads archives stays from seed to seed."""
    monkeypatch.setattr(imports, "notify_workers", lambda capability: None)
    run = import_job.run_import_job

    def lent() -> AbstractContextManager[Compiler]:
        return nullcontext(compiler)

    monkeypatch.setitem(vars(import_job.IMPORT), "execute", lambda context: run(context, lent))


def simulate(seed: int, steps: int, people: Collection[User], owner: User, project: Project) -> DataSimulation:
    own = Project.objects.create(organisation=project.organisation, name=f"seed-{seed}", created_by=project.created_by)
    simulation = DataSimulation(seed, own, people, owner)
    for _ in range(steps):
        try:
            simulation.step()
        except DomainError as refusal:
            raise AssertionError(f"seed {seed}: {refusal.detail}") from refusal
    simulation.settle()
    simulation.check_versions()
    simulation.check_bytes()
    return simulation


def test_the_check_finds_a_byte_that_is_left_behind(developer: User, owner: User, project: Project) -> None:
    simulation = DataSimulation(1, project, [developer], owner)
    sample = sample_of(consent_of(developer, project), developer, simulation._recording())
    bytes_of_it = read_blob(sample.digest)
    withdraw_consent(developer, sample.consent)
    left = Path(settings.DATA_DIR) / "forgotten"
    left.write_bytes(bytes_of_it)
    with pytest.raises(AssertionError, match="forgotten"):
        simulation.check_bytes()
    left.unlink()
    simulation.check_bytes()


@pytest.mark.slow
@pytest.mark.protects("recordings/withdrawn-from-data")
@pytest.mark.parametrize("seed", [3, 11])
def test_versions_stay_and_no_withdrawn_byte_is_left(seed: int, developer: User, owner: User, project: Project) -> None:
    assert simulate(seed, 15, [developer, owner], owner, project).versions


@pytest.mark.proof(shares=SHARES)
@pytest.mark.protects("recordings/withdrawn-from-data")
def test_any_seed(
    developer: User, owner: User, project: Project, record_property: Callable[[str, object], None]
) -> None:
    share, shares = map(int, os.environ.get("FORGE_PROOF_SHARE", "0/1").split("/"))
    seeds = range(share, SEEDS, shares)
    versions = 0
    for seed in seeds:
        versions += len(simulate(seed, STEPS, [developer, owner], owner, project).versions)
    assert versions > len(seeds)
    record_property("seeds", len(seeds))
    record_property("versions", versions)
