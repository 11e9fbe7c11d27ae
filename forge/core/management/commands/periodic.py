"""`manage.py periodic`: lists what is done again and again, where, how often, and what became of it the last time."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from forge.core.models import PeriodicRun
from forge.core.processes.periodic import PeriodicTask, RunsIn, run_once, tasks

ROW = "{:<16} {:>8}  {:<35} {:<22} {}"


class Command(BaseCommand):
    """Lists the periodic tasks; with a name, does that one now."""

    help = "Lists the periodic work of this installation, or does the task that is named at once."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("task", nargs="?", default="", help="a task to do now; without it, all are listed")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["task"]
        if name:
            self._do(name)
            return
        runs_by_name = {run.name: run for run in PeriodicRun.objects.all()}
        self.stdout.write(ROW.format("TASK", "EVERY", "RUNS IN", "LAST RUN (UTC)", "PURPOSE"))
        for task in sorted(tasks.values(), key=lambda each: each.name):
            last = last_run(task, runs_by_name.get(task.name))
            self.stdout.write(ROW.format(task.name, period(task.every), task.runs.value, last, task.purpose))
        for run in runs_by_name.values():
            if run.error and run.name in tasks:
                self.stdout.write(f"{run.name} failed the last time: {run.error}")

    def _do(self, name: str) -> None:
        task = tasks.get(name)
        if task is None:
            raise CommandError(f"There is no periodic task {name!r}. There are: {', '.join(sorted(tasks))}.")
        if error := run_once(task):
            raise CommandError(f"{name} failed: {error}")
        self.stdout.write(f"{name} is done.")


def period(seconds: float) -> str:
    """A period in the largest unit that divides it: `2 s`, `10 min`, `24 h`."""
    for size, unit in ((3600, "h"), (60, "min")):
        if seconds >= size and not seconds % size:
            return f"{seconds / size:g} {unit}"
    return f"{seconds:g} s"


def last_run(task: PeriodicTask, run: PeriodicRun | None) -> str:
    """Returns when it was started last, as far as that is recorded."""
    if task.runs is not RunsIn.ONE_WORKER:
        return "not recorded"
    if run is None or run.started is None:
        return "never"
    at = f"{run.started:%Y-%m-%d %H:%M:%S}"
    return f"{at} !" if run.error else at
