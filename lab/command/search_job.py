"""A search of a server, as the action `search` of `lab.command.job`.

The server has the trials as rows (`lab.search.shared`), which the processes of several workers share. What was not
finished when this process ended is tried again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from lab.command.training.request import requested_training
from lab.recipes.catalogue import recipe_of
from lab.search.devices import SearchDevices, devices_on
from lab.search.limits import DeviceLimits
from lab.search.running import Budget, CandidateSearch, run_search
from lab.search.shared import SearchCommands, SharedRows
from lab.search.space import Candidate, Space, require_searched, space_of
from lab.search.trials import TrialClaim
from lab.training.preparing import PreparedRun, prepare_run
from lab.training.results import trial_files
from lab.training.run import TrainedModel
from lab.training.settings import ENVIRONMENT
from rune.datasets.splits import Split
from rune.devices.boards.lookup import find_board
from rune.environments.analysis import OPTUNA, QUANTISER, require_environments
from rune.project.runefile import DEFAULT_RUNEFILE

Json = Any
Send = Callable[[Mapping[str, Json]], None]


def search_settings(
    request: Mapping[str, Json], report: Callable[[float, str], None], send: Send, commands: SearchCommands
) -> dict[str, Json]:
    """Searches on the ZIP file `data` of `folder` until the budget is used up or the server's process says to stop.

    Sends `space` once, then the events of `run_search`; `trial` names the `files` of a trained one, which are in the
    folder. Raises `Refused`, `EnvironmentNeeded` and `OSError`.
    """
    require_environments(ENVIRONMENT, QUANTISER, OPTUNA)
    folder = Path(request["folder"])
    report(0.0, "Reading the recordings")
    training = requested_training(request)
    require_searched(recipe_of(training.recipe))
    base = prepare_run(training, folder / request["data"], {})
    space = space_of(base.settings.recipe, request["vary"], training.form)
    search = CandidateSearch(base, space, _devices(request))
    send(_description(base, space))
    rows = SharedRows(send, commands, _interrupted_claim(request["interrupted"]))
    models = _TrialModels(folder)
    budget = Budget(**request["budget"])
    reporting = _Reporting(report, send, budget, rows, models)
    reason = run_search(search, rows, budget, reporting.receive, commands.is_stopped, models.keep)
    return {"reason": reason, "trials": len(rows.trials)}


def _devices(request: Mapping[str, Json]) -> SearchDevices:
    """The boards with their limits. A search of before inference time was limited has no `milliseconds`, and one of
    before there was a second board has no `second_board`."""
    keys = [request["board"], request.get("second_board")]
    limits = request["limits"]
    return devices_on(
        [find_board(key) for key in keys if key],
        DeviceLimits(limits["ram"], limits["flash"], limits["instructions"]),
        limits.get("milliseconds"),
    )


def _interrupted_claim(row: Json) -> TrialClaim | None:
    return None if row is None else TrialClaim(row["trial"], Candidate(dict(row["arguments"]), row["quantize"]))


class _TrialModels:
    """The files of trained trials, which the server's process reads from the folder when it gets their events."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names: dict[int, dict[str, str]] = {}

    def keep(self, number: int, run: PreparedRun, result: TrainedModel) -> None:
        """Writes the files of a trial."""
        files = {**trial_files(run, result), DEFAULT_RUNEFILE: result.runefile.encode()}
        names = {}
        for place, (path, data) in enumerate(files.items()):
            names[path] = f"trial-{number}-{place}"
            (self._folder / names[path]).write_bytes(data)
        self._names[number] = names

    def take(self, number: int) -> Mapping[str, str]:
        """The name of each file in the folder by its path in the project."""
        return self._names.pop(number, {})


class _Reporting:
    """Passes events on, and says how far the search is."""

    def __init__(
        self,
        report: Callable[[float, str], None],
        send: Send,
        budget: Budget,
        rows: SharedRows,
        models: _TrialModels,
    ) -> None:
        self._report = report
        self._send = send
        self._budget = budget
        self._rows = rows
        self._models = models

    def receive(self, event: Mapping[str, Json]) -> None:
        if event["event"] != "trial":
            self._send(event)
            return
        self._send({**event, "files": self._models.take(event["trial"])})
        used_budget, trials = sum(each.used_budget for each in self._rows.trials), len(self._rows.trials)
        share = min(1.0, used_budget / self._budget.trials)
        self._report(share, f"{trials} trials, {used_budget} of at most {self._budget.trials} trained")


def _description(base: PreparedRun, space: Space) -> dict[str, Json]:
    return {
        "event": "space",
        "size": space.size,
        "arguments": {name: list(values) for name, values in space.arguments.items()},
        "forms": list(space.forms),
        "labels": list(base.settings.labels),
        "validation": sum(base.dataset.counts()[Split.VALIDATION.value].values()),
    }
