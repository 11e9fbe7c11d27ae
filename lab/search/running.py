"""Runs the trials of a search: each is counted, trained if it is within the limits, and judged on the validation split
by its own rune. The test split is not read."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from lab.child.start import ProcessPool
from lab.recipes.arguments import Values
from lab.recipes.numbers import chosen_columns
from lab.refusal import Reason, Refused
from lab.search.counting import count_rune, count_under_limits
from lab.search.devices import SearchDevices
from lab.search.features import SharedFeatures
from lab.search.ranking import Point, compared_point, is_worth_going_on, without_gain
from lab.search.sampling import Draw, draw_in_process, next_candidate
from lab.search.space import Candidate, Space
from lab.search.trials import Trial, TrialClaim, TrialRows, TrialState
from lab.training.preparing import PreparedRun
from lab.training.run import SharedWork, TrainedModel, train
from lab.training.run_folder import RunFolder
from lab.training.settings import LOOP_SOURCES, RunSettings, file_digest, files_digest
from rune.compiler.anvil.errors import CompileError
from rune.compiler.building.errors import BuildFailed
from rune.devices.boards.fit import Needs
from rune.wording import counted

SHARE = 4
"""The number of candidates at a rung of which one goes on, with so many times the epochs at the next rung."""
MOST_RUNGS = 3
"""The most rungs before the last epoch."""
LEAST_ENDED = 3
"""About the least number of trials of a search that are trained to the end: a search of few trials compares them
less often."""
MAX_COUNTED = 40
"""Candidates that are counted for one trial of the budget: limits that nothing meets end a search."""
_POLL_SECONDS = 0.5
_USED_UP = "The budget of trials is used up."
Send = Callable[[Mapping[str, Any]], None]
Keep = Callable[[int, PreparedRun, TrainedModel], None]
"""Keeps the model of the trial with this number."""


@dataclass(frozen=True)
class Budget:
    """The budget of a search: trained trials, minutes, and trials at a time. It also ends after `patience` trained
    trials in a row of which none joined the best."""

    trials: int
    minutes: float
    workers: int
    patience: int


@dataclass(frozen=True)
class CandidateSearch:
    """A search around the run of a project, whose own settings are the first candidate."""

    base: PreparedRun
    space: Space
    devices: SearchDevices

    def settings(self) -> dict[str, Any]:
        """The settings that determine the accuracy of a trial and the cores that it is counted on, beside the
        candidate. Limits and budget may change."""
        settings = self.base.settings
        second = self.devices.second
        fixed_arguments = {name: value for name, value in settings.values.items() if name not in self.space.arguments}
        return {
            "recipe": settings.recipe.name,
            "fixed arguments": fixed_arguments,
            "seed": settings.seed,
            "labels": list(settings.labels),
            "data": settings.data,
            "target": self.devices.first.target,
            **({} if second is None else {"second target": second.target}),
            "network": file_digest(settings.recipe.network_source),
            "loop": files_digest(LOOP_SOURCES),
        }

    def own_candidate(self) -> Candidate:
        """The settings of the project as they are."""
        values = self.base.settings.values
        return Candidate({name: values[name] for name in self.space.arguments}, self.base.training.form)


class _SearchStopped(Exception):
    """A trial that others have overtaken, or whose search has ended."""


def keep_nothing(_number: int, _run: PreparedRun, _result: TrainedModel) -> None:
    """Keeps nothing: the trials of this search are trained again before they are used."""


def run_search(
    search: CandidateSearch,
    rows: TrialRows,
    budget: Budget,
    send: Send,
    is_stopped: Callable[[], bool] = lambda: False,
    keep: Keep = keep_nothing,
) -> str:
    """Runs trials until the budget is used up or `is_stopped`, and returns the reason for the end as a sentence.

    Sends an event `counted` and `epoch` of a running trial, and `trial` with the row of a finished one. Other processes
    may run trials of the same rows meanwhile.
    """
    with TemporaryDirectory(prefix="rune-search-") as name, closing(ProcessPool()) as processes:
        folder = Path(name)
        shared_work = SharedWork(SharedFeatures(folder).write, processes, is_alone=budget.workers == 1)
        draw = draw_in_process(processes)
        return _SearchRun(search, rows, budget, send, is_stopped, keep, folder, shared_work, draw).run()


class _SearchRun:
    def __init__(
        self,
        search: CandidateSearch,
        rows: TrialRows,
        budget: Budget,
        send: Send,
        is_stopped: Callable[[], bool],
        keep: Keep,
        folder: Path,
        shared_work: SharedWork,
        draw: Draw,
    ) -> None:
        self._search = search
        self._rows = rows
        self._budget = budget
        self._sink = send
        self._is_stopped = is_stopped
        self._keep = keep
        self._folder = folder
        self._shared_work = shared_work
        self._draw = draw
        self._deadline = time.monotonic() + budget.minutes * 60
        self._lock = threading.Lock()
        self._rungs: dict[int, dict[int, Point]] = {}
        self._is_over = False

    def run(self) -> str:
        running: dict[Future[Trial], Candidate] = {}
        reason: str | None = None
        pool = ThreadPoolExecutor(self._budget.workers)
        try:
            while True:
                reason = reason or self._reason_to_end()
                while reason is None and len(running) < self._budget.workers:
                    claim = self._begin(list(running.values()))
                    if isinstance(claim, str):
                        reason = claim
                    elif claim is None:
                        break
                    else:
                        running[pool.submit(self._try, claim)] = claim.candidate
                if not running:
                    return reason or _USED_UP
                futures, _ = wait(running, timeout=_POLL_SECONDS, return_when=FIRST_COMPLETED)
                if time.monotonic() >= self._deadline or self._is_stopped():
                    self._is_over = True
                for future in futures:
                    del running[future]
                    self._finish(future)
        finally:
            self._is_over = True  # running trials end at their next epoch
            pool.shutdown(wait=True, cancel_futures=True)

    def _begin(self, own: Sequence[Candidate]) -> TrialClaim | str | None:
        """Begins the next trial. Returns None while those at work may use up the budget, and why there is no next."""
        interrupted_claim = self._rows.interrupted_trial()
        if interrupted_claim is not None:
            return interrupted_claim
        while True:
            others = self._rows.refresh()
            reason = self._reason_to_end()
            if reason is not None:
                return reason
            used_budget = sum(each.used_budget for each in self._rows.trials)
            if used_budget + len(own) + len(others) >= self._budget.trials:
                return None
            candidate = self._next([*own, *others])
            if candidate is None:
                return "Every candidate of the space was tried."
            claim = self._rows.claim(candidate)
            if claim is not None:
                return claim

    def _reason_to_end(self) -> str | None:
        trials = self._rows.trials
        if self._is_stopped():
            return "The search was stopped."
        if time.monotonic() >= self._deadline:
            return "The budget of time is used up."
        if without_gain(trials) >= self._budget.patience:
            return f"The last {self._budget.patience} trained trials brought nothing better."
        if len(trials) >= MAX_COUNTED * self._budget.trials:
            return f"{len(trials)} candidates were counted, and hardly any can be trained within the limits."
        return None

    def _next(self, running: Sequence[Candidate]) -> Candidate | None:
        own = self._search.own_candidate()
        if not self._rows.trials and not running:
            return own
        search = self._search
        seed = search.base.settings.seed
        return next_candidate(search.space, self._rows.trials, running, search.devices, seed, self._draw)

    def _finish(self, future: Future[Trial]) -> None:
        try:
            trial = future.result()
        except _SearchStopped:
            return  # its search has ended: it was neither better nor worse
        self._rows.append(trial)
        self._send({"event": "trial", **trial.to_json()})

    def _send(self, event: Mapping[str, Any]) -> None:
        with self._lock:
            self._sink(event)

    def _try(self, claim: TrialClaim) -> Trial:
        started = time.monotonic()
        trial = self._result(claim.number, claim.candidate)
        return replace(trial, seconds=round(time.monotonic() - started, 2))

    def _result(self, number: int, candidate: Candidate) -> Trial:
        search, trial = self._search, Trial(number, candidate, TrialState.FAILED)
        settings = search.base.settings
        values: Values = candidate.merged(settings.values)
        if search.base.dataset.columns:
            values = chosen_columns(values, search.base.dataset.columns, settings.recipe.task)
        try:
            needs = count_under_limits(settings.recipe, values, settings.labels, candidate.form, search.devices)
            trial = trial.with_needs(needs)
            reason = search.devices.reason(needs)
            if reason is not None:
                return replace(trial, state=TrialState.OVER_LIMIT, reason=reason)
            self._send(_counted_event(number, needs))
            return self._train(trial, values, needs[0])
        except (Refused, BuildFailed, CompileError) as error:
            if self._is_over or time.monotonic() >= self._deadline:
                raise _SearchStopped from error
            return replace(trial, reason=error.message if isinstance(error, Refused) else str(error))

    def _train(self, trial: Trial, values: Values, needs: Needs) -> Trial:
        """Trains a candidate with these needs on the first device, and runs its rune on the validation split."""
        number, candidate = trial.number, trial.candidate
        curve: list[float] = []

        def receive(event: Mapping[str, Any]) -> None:
            if self._is_over:
                raise _SearchStopped
            if event["event"] == "epoch":
                curve.append(round(event["validation_accuracy"], 4))
                self._send({"event": "epoch", "trial": number, "epoch": len(curve), "validation_accuracy": curve[-1]})
                if not self._goes_on(number, curve, needs, int(values["epochs"])):
                    raise _Overtaken

        base = self._search.base
        training = replace(base.training, form=candidate.form, arguments=dict(values))
        settings: RunSettings = replace(base.settings, values=values)
        run = PreparedRun(training, settings, base.dataset, base.test)
        minutes = max(0.1, (self._deadline - time.monotonic()) / 60)
        try:
            with TemporaryDirectory(dir=self._folder, prefix="trial-") as name:
                folder = RunFolder(Path(name), settings.digest)
                result = train(run, folder, receive, minutes=minutes, shared_work=self._shared_work)
        except _Overtaken:
            reason = f"after {counted(len(curve), 'epoch')}, a quarter of the others or more were better"
            return replace(trial, state=TrialState.STOPPED, curve=tuple(curve), reason=reason)
        return self._judge(replace(trial, state=TrialState.TRAINED, curve=tuple(curve)), run, result)

    def _judge(self, trial: Trial, run: PreparedRun, result: TrainedModel) -> Trial:
        """The trial with the accuracy of its rune, and with what the trained rune needs: the compiler takes some
        kernels by the weights."""
        search, settings = self._search, run.settings
        accuracy = result.report["judgements"]["validation"]["accuracy"]
        if accuracy is None:
            raise Refused(Reason.DATA, "No recording of the validation split fills a window.")
        needs = count_rune(settings.recipe, settings.values, settings.labels, result.model, search.devices)
        trial = trial.with_needs(needs)
        reason = search.devices.reason(needs)
        if reason is not None:
            return replace(trial, state=TrialState.FAILED, reason=f"the trained network needs more: {reason}")
        self._keep(trial.number, run, result)
        return replace(trial, accuracy=(accuracy[0], accuracy[1], accuracy[2]))

    def _goes_on(self, number: int, curve: list[float], needs: Needs, epochs: int) -> bool:
        """Returns whether a trial goes on behind this epoch: successive halving that waits for no other trial."""
        if len(curve) not in rungs(epochs, self._budget.trials):
            return True
        own = compared_point(max(curve), needs, self._search.devices)
        with self._lock:
            rung = self._rungs.setdefault(len(curve), {})
            others = {**self._stored_points(len(curve)), **rung}
            rung[number] = own
        others.pop(number, None)
        return is_worth_going_on(own, list(others.values()), SHARE)

    def _stored_points(self, epoch: int) -> dict[int, Point]:
        """The trials with a row that came to this epoch, those of other processes among them."""
        return {
            each.number: compared_point(max(each.curve[:epoch]), each.needs, self._search.devices)
            for each in self._rows.trials
            if each.needs is not None and len(each.curve) >= epoch
        }


def _counted_event(number: int, needs: Sequence[Needs]) -> dict[str, Any]:
    """The event of a trial within the limits. It has `second_needs` where the search has a second board."""
    first, *others = needs
    second = {"second_needs": asdict(others[0])} if others else {}
    figures = {"ram": first.ram, "flash": first.flash, "instructions": first.instructions}
    return {"event": "counted", "trial": number, **figures, **second}


class _Overtaken(Exception):
    """At a rung, a trial is not among those that go on."""


def rungs(epochs: int, trials: int) -> tuple[int, ...]:
    """The epochs at which a trial is compared with the others: a 64th, a 16th and a quarter of all, or the later ones
    of these in a search of few trials."""
    shares = [SHARE**number for number in range(1, MOST_RUNGS + 1) if trials >= LEAST_ENDED * SHARE**number]
    return tuple(sorted({epochs // share for share in shares} - {0, epochs}))
