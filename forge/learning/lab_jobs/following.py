"""Does the job of a training run or a search in a process of `lab`, and follows it: what it sends is checked, stored a
few times a second, and told to open pages; what somebody tells the row goes to the process."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

from forge.core.json_shape import has_shape
from forge.jobs.kinds import AttemptFailed, JobContext, JobFailed
from forge.learning.lab_jobs.executing import lab_errors
from forge.learning.lab_jobs.models import NEEDS_ENVIRONMENT, RecipeJob
from forge.learning.lab_jobs.process import EnvironmentMissing, LabRefused
from forge.learning.lab_jobs.used_time import counted_time
from forge.learning.lab_jobs.waiting import WaitingLab
from forge.learning.learnable_data.archive import ARCHIVE, usable_entries, write_data

R = TypeVar("R", bound=RecipeJob)
INSTRUCTION_SECONDS = 0.5
"""The seconds between two checks for instructions."""
LAB_ATTEMPTS = 3
"""Attempts of a job, if the process that trains ends without an answer."""

Ask = Callable[..., Any]
EventTakers = Mapping[str, tuple[Any, Callable[[Any], None]]]
"""The shape of each event, and what takes it, by its name."""


class LabFollower(Generic[R]):
    """The row of a run or a search while one of its jobs is at work. `folder` has the files of the job, `numbers` the
    sample of each recording."""

    ACTION: ClassVar[str]
    """The word of `lab` for the work, which is the verb for people too."""
    WORK: ClassVar[str]
    """The name of the work in messages."""
    PROCESS: ClassVar[str]
    """The name of the process in messages."""
    MISSING: ClassVar[str]
    """The sentences around the packages that are missing."""
    WAITING: ClassVar[WaitingLab | None] = None

    def __init__(self, job: JobContext, row: R, folder: Path) -> None:
        self.job = job
        self.row = row
        self.folder = folder
        self.numbers: Mapping[str, int] = {}
        self.flushed = time.monotonic()
        self._last_instruction = ""
        self._instruction_due = 0.0

    def write_samples(self) -> None:
        """Writes the samples that may be learned from, without those of the test split. Raises `JobFailed` where there
        is no such sample."""
        row = self.row
        if row.data_version is None:
            raise JobFailed(f"The version of the data was deleted. {self.ACTION.capitalize()} on another one.")
        self.job.report(0.0, "Reading the samples")
        entries = usable_entries(row.data_version, row.project)
        self.numbers = write_data(row.data_version, entries, self.folder / ARCHIVE)
        if not self.numbers:
            raise JobFailed(
                f"No sample of version {row.data_number} may be learned from now: consents ended or were withdrawn. "
                f"Save a new version and {self.ACTION} on that."
            )

    def learn(self, ask: Ask, shape: Any, seconds: float, **settings: Any) -> Any:
        """Asks `lab` to learn by the recipe of the row. `settings` are those of its kind. The time counts as used by
        the organisation."""
        row = self.row
        request = {
            "action": self.ACTION,
            "folder": str(self.folder),
            "data": ARCHIVE,
            "recipe": row.recipe,
            "arguments": row.arguments,
            "seed": row.seed,
            "form": row.form,
            "model": row.model_path,
            **settings,
        }
        with (
            lab_errors(self._described, LAB_ATTEMPTS),
            counted_time(self.job.party.organisation, self.tick) as tick,
        ):
            return ask(
                request,
                shape,
                seconds=seconds,
                tick=tick,
                report=self.job.report,
                receive=self.receive,
                command=self.next_command,
                work=self.WORK,
                waiting=self.WAITING,
            )

    def _described(self, error: EnvironmentMissing | LabRefused) -> str:
        """Stores the reason of an error for programs. Returns it for people."""
        if isinstance(error, EnvironmentMissing):
            reason, text = f"{NEEDS_ENVIRONMENT} {error.environment['name']}", self.MISSING.format(error.advice)
        else:
            reason, text = error.reason, str(error)
        type(self.row).objects.filter(pk=self.row.pk).update(reason=reason)
        return text

    def tick(self) -> None:
        """Renews the lease, and stores what has come."""
        self.job.tick()
        if self.is_due():
            self.flush()

    def receive(self, event: Any) -> None:
        """Takes an event. Raises `AttemptFailed` for one that is malformed."""
        name = event.get("event") if isinstance(event, dict) else None
        shape, take = self.takers().get(str(name), (None, None))
        if shape is None or take is None or not has_shape(event, shape) or not self.is_possible(event):
            raise self.malformed_event()
        take(event)

    def next_command(self) -> Mapping[str, Any] | str | None:
        """The next line for the process: an instruction, once."""
        if time.monotonic() < self._instruction_due:
            return None
        self._instruction_due = time.monotonic() + INSTRUCTION_SECONDS
        rows = type(self.row).objects.filter(pk=self.row.pk)
        instruction = rows.values_list("instruction", flat=True).first() or ""
        is_new = bool(instruction) and instruction != self._last_instruction
        self._last_instruction = instruction
        return instruction if is_new else None

    def malformed_event(self) -> AttemptFailed:
        return AttemptFailed(f"The {self.PROCESS} sent something that is malformed.", attempts=1)

    def takers(self) -> EventTakers:
        raise NotImplementedError

    def is_possible(self, event: Mapping[str, Any]) -> bool:
        """Returns whether an event of the right type says what there can be."""
        return True

    def is_due(self) -> bool:
        """Returns whether something is to be stored now."""
        raise NotImplementedError

    def flush(self) -> None:
        """Stores what has come, and tells open pages. Raises `LeaseLost`."""
        raise NotImplementedError
