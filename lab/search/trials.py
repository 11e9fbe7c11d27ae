"""The trials of a search as rows of a file. The rows are the truth: all that a search knows is read from them, so a
search that was killed goes on, and loses the trials that were not finished."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import IO, Any, Protocol

from lab.refusal import Reason, Refused
from lab.search.space import Candidate
from rune.devices.boards.fit import Needs
from rune.wording import quoted

FORMAT_VERSION = 1


class TrialState(StrEnum):
    """The state in which a trial ended."""

    OVER_LIMIT = "over limit"
    """The state of a trial that counts, and is not trained."""
    TRAINED = "trained"
    STOPPED = "stopped"
    """A quarter of the others were better after as many epochs."""
    FAILED = "failed"


@dataclass(frozen=True)
class Trial:
    """A candidate and what became of it. `accuracy` is the share of validation recordings that the rune answered
    right, with its 95 % interval; `curve` the accuracy on validation windows after each epoch. `needs` are those on the
    first board or the core of the search, and `second_needs` those on its second board. They are None where counting
    failed, and without instructions where the memory plan alone was over a limit; `second_needs` also where the search
    has one board."""

    number: int
    candidate: Candidate
    state: TrialState
    needs: Needs | None = None
    accuracy: tuple[float, float, float] | None = None
    curve: tuple[float, ...] = ()
    seconds: float = 0.0
    reason: str = ""
    second_needs: Needs | None = None

    @property
    def all_needs(self) -> tuple[Needs, ...]:
        """The needs on each device of the search, in their order (`lab.search.devices`)."""
        return tuple(each for each in (self.needs, self.second_needs) if each is not None)

    def with_needs(self, needs: Sequence[Needs]) -> Trial:
        """The trial with its needs on one or two devices."""
        first, *others = needs
        return replace(self, needs=first, second_needs=others[0] if others else None)

    @property
    def used_budget(self) -> bool:
        """Returns whether it came as far as training. What is over a limit, or contradicts itself, costs nothing."""
        return self.state is not TrialState.OVER_LIMIT and self.needs is not None

    def to_json(self) -> dict[str, Any]:
        """The row. It has `second_needs` where there are some."""
        second = {} if self.second_needs is None else {"second_needs": asdict(self.second_needs)}
        return {
            "trial": self.number,
            "arguments": dict(self.candidate.values),
            "quantize": self.candidate.form,
            "state": self.state.value,
            "needs": None if self.needs is None else asdict(self.needs),
            "accuracy": None if self.accuracy is None else list(self.accuracy),
            "curve": list(self.curve),
            "seconds": self.seconds,
            "reason": self.reason,
            **second,
        }

    @staticmethod
    def from_json(row: Mapping[str, Any]) -> Trial:
        """The trial of a row. Raises `KeyError`, `TypeError` and `ValueError` for anything else."""
        return Trial(
            number=int(row["trial"]),
            candidate=Candidate(dict(row["arguments"]), str(row["quantize"])),
            state=TrialState(row["state"]),
            needs=_needs(row["needs"]),
            accuracy=None if row["accuracy"] is None else tuple(row["accuracy"]),
            curve=tuple(row["curve"]),
            seconds=float(row["seconds"]),
            reason=str(row["reason"]),
            second_needs=_needs(row.get("second_needs")),
        )


def _needs(row: Mapping[str, Any] | None) -> Needs | None:
    return None if row is None else Needs(**row)


@dataclass(frozen=True)
class TrialClaim:
    """A candidate that is tried now, and the number of its trial."""

    number: int
    candidate: Candidate


class TrialRows(Protocol):
    """The rows of a search: a file that one process has, or rows that several processes share (`lab.search.shared`)."""

    trials: list[Trial]
    """The trials that have ended."""

    def refresh(self) -> Sequence[Candidate]:
        """Reads what other processes stored meanwhile into `trials`. Returns the candidates that they try now."""

    def interrupted_trial(self) -> TrialClaim | None:
        """Returns the trial that this process tries again, once: its worker ended during it."""

    def claim(self, candidate: Candidate) -> TrialClaim | None:
        """Begins a trial. None if another process tries the candidate, or has used up the budget."""

    def append(self, trial: Trial) -> None:
        """Stores a trial that has ended; it is on disk when this returns."""


class TrialFile:
    """The open file of a search. One process has it at a time."""

    def __init__(self, file: IO[bytes], trials: Sequence[Trial]) -> None:
        self._file = file
        self._last = max((each.number for each in trials), default=0)
        self.trials = list(trials)

    def refresh(self) -> Sequence[Candidate]:
        """No other process has the file."""
        return ()

    def interrupted_trial(self) -> TrialClaim | None:
        """A trial that was not finished has no row, and is chosen again."""
        return None

    def claim(self, candidate: Candidate) -> TrialClaim:
        """Gives the candidate the next number."""
        self._last += 1
        return TrialClaim(self._last, candidate)

    def append(self, trial: Trial) -> None:
        """Stores a trial; it is on disk when this returns."""
        _write(self._file, trial.to_json())
        self.trials.append(trial)


@contextmanager
def open_trials(path: Path, settings: Mapping[str, Any], *, fresh: bool = False) -> Iterator[TrialFile]:
    """Opens the file of a search with these settings, which is created if there is none.

    A row that was being written when its process died is removed. Raises `Refused` for a file of another search, for a
    file that is not one, and while another process has it.
    """
    with path.open("a+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = f"Another process is searching with {quoted(path.name)}. Wait for it, or stop it."
            raise Refused(Reason.SETTINGS, message) from None
        if fresh:
            file.truncate(0)
        file.seek(0)
        data = file.read()
        complete = data[: data.rfind(b"\n") + 1]
        if len(complete) < len(data):
            file.truncate(len(complete))
        if not complete:
            _write(file, {"version": FORMAT_VERSION, "settings": settings})
            yield TrialFile(file, [])
            return
        own, trials = _parse(complete, path.name)
        if own != settings:
            names = sorted(name for name in {*own, *settings} if own.get(name) != settings.get(name))
            message = f"{quoted(path.name)} is of a search with another {' and another '.join(names)}."
            raise Refused(Reason.SETTINGS, f"{message} Rename it to keep it, or search anew with --fresh.")
        yield TrialFile(file, trials)


def read_trials(path: Path) -> tuple[Mapping[str, Any], list[Trial]]:
    """The settings and the trials of a search. Raises `Refused` and `OSError`."""
    data = path.read_bytes()
    return _parse(data[: data.rfind(b"\n") + 1], path.name)


def _parse(data: bytes, name: str) -> tuple[Mapping[str, Any], list[Trial]]:
    try:
        head, *rows = map(json.loads, data.splitlines())
        if head["version"] != FORMAT_VERSION:
            raise ValueError("another version")
        return head["settings"], [Trial.from_json(row) for row in rows]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"{quoted(name)} is not a list of trials. Remove it, or search anew with --fresh."
        raise Refused(Reason.DATA, message) from error


def _write(file: IO[bytes], row: Mapping[str, Any]) -> None:
    file.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
    file.flush()
    os.fsync(file.fileno())
