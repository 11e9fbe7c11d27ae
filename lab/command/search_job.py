"""A search of a server, as the action `search` of `lab.command.job`.

The server has the trials as rows: it sends those of before, and gets each new one as an event `trial` when it is
finished. What was not finished when this process ended is tried again.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from lab.command.environment_needed import EnvironmentNeeded
from lab.command.training_job import RunCommands
from lab.refusal import Reason, Refused
from lab.search.limits import DeviceLimits
from lab.search.running import Budget, CandidateSearch, run_search
from lab.search.space import Space, space_of
from lab.search.trials import FORMAT_VERSION, open_trials
from lab.training.run import PreparedRun, prepare_run
from lab.training.settings import ENVIRONMENT
from rune.datasets.splits import Split
from rune.source.policy.sections.training import Training

Json = Any
Send = Callable[[Mapping[str, Json]], None]
TRIALS = "trials.jsonl"


def search_settings(
    request: Mapping[str, Json], report: Callable[[float, str], None], send: Send, commands: RunCommands
) -> dict[str, Json]:
    """Searches on the ZIP file `data` of `folder` until the budget is used up or the server's process says to stop.

    Sends `space` once, then the events of `run_search`. Raises `Refused`, `EnvironmentNeeded` and `OSError`.
    """
    _require_tools()
    folder = Path(request["folder"])
    report(0.0, "Reading the recordings")
    training = Training(
        request["recipe"],
        request["data"],
        request["model"],
        request["form"],
        request["seed"],
        request["arguments"],
    )
    base = prepare_run(training, folder / request["data"], {}, (Split.TRAIN, Split.VALIDATION))
    space = space_of(base.settings.recipe, request["vary"], training.form)
    search = CandidateSearch(base, space, request["target"], DeviceLimits(**request["limits"]))
    send(_described(base, space))
    path = folder / TRIALS
    _write_rows(path, search.settings(), request["trials"])
    budget = Budget(**request["budget"])
    with open_trials(path, search.settings()) as file:
        reason = run_search(
            search, file, budget, _Reporting(report, send, budget, len(request["trials"])).receive, commands.has_command
        )
    return {"reason": reason, "trials": len(file.trials)}


class _Reporting:
    """Passes events on, and says how far the search is."""

    def __init__(self, report: Callable[[float, str], None], send: Send, budget: Budget, trials: int) -> None:
        self._report = report
        self._send = send
        self._budget = budget
        self._used = 0
        self._trials = trials

    def receive(self, event: Mapping[str, Json]) -> None:
        self._send(event)
        if event["event"] == "trial":
            self._trials += 1
            self._used += event["state"] in ("trained", "stopped")
            share = min(1.0, self._used / self._budget.trials)
            self._report(share, f"{self._trials} trials, {self._used} of at most {self._budget.trials} trained")


def _require_tools() -> None:
    if importlib.util.find_spec("optuna") is None:
        message = (
            "Optuna, which chooses candidates, is not installed on this server. The operator installs it with the "
            "extra `search`."
        )
        raise Refused(Reason.SETTINGS, message)
    if not ENVIRONMENT.is_ready:
        raise EnvironmentNeeded(ENVIRONMENT)


def _write_rows(path: Path, settings: Mapping[str, Json], rows: Sequence[Json]) -> None:
    head = {"version": FORMAT_VERSION, "settings": settings}
    path.write_text("".join(f"{json.dumps(each)}\n" for each in (head, *rows)), "utf-8")


def _described(base: PreparedRun, space: Space) -> dict[str, Json]:
    return {
        "event": "space",
        "size": space.size,
        "arguments": {name: list(values) for name, values in space.arguments.items()},
        "forms": list(space.forms),
        "labels": list(base.settings.labels),
        "validation": sum(base.dataset.counts()[Split.VALIDATION.value].values()),
    }
