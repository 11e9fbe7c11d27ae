"""Training runs of a server, as actions of `lab.command.job`: what recipes there are, what a network will need, and a
run.

A run sends its events as lines `{"event": ...}`. The server's process tells it to stop or to pause by a further line.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from lab.child.job import ChildCommand, Report
from lab.command.training.request import requested_training
from lab.recipes.arguments import RecipeArgument, Values, read_arguments, with_all_channels
from lab.recipes.backbone import Backbone, read_backbone
from lab.recipes.catalogue import RECIPES, recipe_of
from lab.recipes.readme import read_page
from lab.recipes.recipe import Recipe, behind_backbone
from lab.recipes.sizes import SIZES
from lab.search.candidate import candidate_model
from lab.search.counting import needs_of_candidate, needs_of_rune, size_of_rune
from lab.search.space import SEARCHED_FORMS
from lab.training.compression.teacher import Teacher, teacher_record_path
from lab.training.preparing import PreparedRun, prepare_run
from lab.training.results import result_files
from lab.training.run import RunPaused, TrainedModel, train
from lab.training.run_folder import RunFolder
from lab.training.script import script_files
from lab.training.settings import ENVIRONMENT
from lab.training.smaller_batch import train_within_memory
from lab.training.start import StartModel, start_arguments, with_start
from rune.environments.analysis import QUANTISER, SCIKIT_LEARN, require_environments
from rune.project.runefile import DEFAULT_RUNEFILE
from rune.source.policy.model_files import RUNE_OF_RUN
from rune.source.policy.sections.training import Training

Json = Any
Send = Callable[[Mapping[str, Json]], None]
SHARES = {"data": 0.1, "epoch": 0.85}
"""The shares of the progress, at which a part of a run ends."""
BACKBONE_FILE = "backbone.tflite"
"""The backbone in the folder of a run, whatever its path in the project."""
TEACHER_FILES = ("teacher.float.tflite", "teacher.provenance.json")
"""The model that teaches, and its record, in the folder of a run."""
START_FILE = "start"
"""The model that the network begins with, in the folder of a run: bytes that nobody has looked at."""
COUNTED_FILE = "counted.tflite"
"""The trained model there, where only that can be counted."""
COUNT_SECONDS = 300
LATEST_COUNT_SECONDS = 20
"""The longest that a finished run waits for what it needs on boards."""


class RunCommands:
    """The commands of the server's process to a run: read in a thread, returned once each."""

    def __init__(self) -> None:
        self._command: ChildCommand | None = None

    def read(self, lines: Iterable[str]) -> None:
        """Reads lines until there are no more."""
        for line in lines:
            self._command = ChildCommand[json.loads(line)["command"].upper()]

    def take(self) -> ChildCommand | None:
        command, self._command = self._command, None
        return command


def describe_recipes(_request: Mapping[str, Json], _report: Report) -> dict[str, Json]:
    """All recipes with their arguments."""
    return {"recipes": [recipe_description(recipe) for recipe in RECIPES.values()], "environment": ENVIRONMENT.name}


def count_needs(request: Mapping[str, Json], _report: Report) -> dict[str, Json]:
    """The needs of a run's rune on targets, counted by the compiler, and its size as a rune for browsers: of a model in
    the file `trained`, or else before anything is trained.

    Raises `Refused`, and what a build raises.
    """
    recipe = behind_backbone(recipe_of(request["recipe"]), _backbone(request))
    if request.get("start"):
        recipe = with_start(recipe, request["arguments"])
    values = read_arguments(recipe.arguments, request["arguments"], recipe.name)
    labels = request["labels"]
    model = Path(request["trained"]).read_bytes() if request.get("trained") else None
    return {
        "needs": {target: _needs_on(recipe, values, request, model, target) for target in request["targets"]},
        "rune_size": size_of_rune(
            recipe, values, labels, model or candidate_model(recipe, values, len(labels), request["form"])
        ),
    }


def _needs_on(
    recipe: Recipe, values: Values, request: Mapping[str, Json], model: bytes | None, target: str
) -> dict[str, Json]:
    """The needs on a target, of a trained model if there is one; of a network that loses channels, also those with all
    of them."""

    def needs_with(values: Values) -> dict[str, Json]:
        if model is not None:
            needs, reason = needs_of_rune(recipe, values, request["labels"], model, target)
        else:
            needs, reason = needs_of_candidate(recipe, values, request["labels"], request["form"], target)
        figures = asdict(needs)
        return {**{name: figures[name] for name in ("flash", "ram", "instructions")}, "not_measured": reason}

    before = with_all_channels(values)
    return needs_with(values) | ({} if before is None else {"before_pruning": needs_with(before)})


def train_model(request: Mapping[str, Json], report: Report, send: Send, commands: RunCommands) -> dict[str, Json]:
    """Trains on the ZIP file `data` of `folder`, from `checkpoint` there if it exists; writes the files of the run into
    `out` there. Where `backbone` names a path of the project, the file is `BACKBONE_FILE` there, and that of `start` is
    `START_FILE`. Memory that does not suffice is tried once again with half the batch.

    Raises `Refused`, `EnvironmentNeeded` and `OSError`. A run that pauses on request gives `{"paused": True}`.
    """
    if recipe_of(request["recipe"]).estimator is None:
        require_environments(ENVIRONMENT, QUANTISER)
    else:
        require_environments(None, SCIKIT_LEARN)
    folder = Path(request["folder"])
    report(0.0, "Reading the recordings")
    training = requested_training(request)
    backbone = folder / BACKBONE_FILE
    run = prepare_run(
        training,
        folder / request["data"],
        {},
        backbone=backbone.read_bytes() if training.backbone else None,
        teacher=_teacher(training, folder),
        start=StartModel(training.start, (folder / START_FILE).read_bytes()) if training.start else None,
    )
    send(_described_data(run))
    counting = threading.Thread(target=_count, args=(run, request["targets"], folder, send), daemon=True)

    def receive(event: Mapping[str, Json]) -> None:
        send(event)
        if event["event"] == "notes" and counting.ident is None and run.start is None:
            counting.start()  # what computes the features needs the processors until then

    try:
        run, result = train_within_memory(
            run, lambda run: _train(run, folder, request, report, receive, commands), send
        )
    except RunPaused:
        return {"paused": True}
    if run.start is None:
        counting.join(LATEST_COUNT_SECONDS)
    else:  # the recipe's own network says nothing about this one
        (folder / COUNTED_FILE).write_bytes(result.model)
        _count(run, request["targets"], folder, send)
    return _write(run, result, folder / "out")


def _teacher(training: Training, folder: Path) -> Teacher | None:
    if not training.teacher:
        return None
    return Teacher(training.teacher, *((folder / name).read_bytes() for name in TEACHER_FILES))


def _train(
    run: PreparedRun,
    folder: Path,
    request: Mapping[str, Json],
    report: Report,
    send: Send,
    commands: RunCommands,
) -> TrainedModel:
    own = RunFolder(folder / "run", run.settings.digest)
    own.path.mkdir(exist_ok=True)
    checkpoint = folder / "checkpoint"
    if checkpoint.exists():
        checkpoint.replace(own.path / "resume")
    begin, end = 0.0, SHARES["data"]

    def receive(event: Mapping[str, Json]) -> None:
        nonlocal begin, end
        if event["event"] == "progress":
            report(begin + (end - begin) * event["share"], event["text"])
            return
        if event["event"] == "data":
            begin, end = end, SHARES["epoch"]
            send({"event": "notes", "notes": event["notes"]})
            return
        send(event)

    return train(run, own, receive, minutes=request["minutes"], command=commands.take)


def recipe_description(recipe: Recipe) -> dict[str, Json]:
    """Returns a recipe as the server and assistants read it."""
    page = read_page(recipe.folder)
    return {
        "name": recipe.name,
        "title": recipe.title,
        "summary": page.summary,
        "needs": page.needs,
        "kind": recipe.kind.value,
        "answers": recipe.task.answer_kind,
        "needs_backbone": recipe.needs_backbone,
        "needs_background": recipe.is_tried_on_background and not recipe.task.generation,
        "takes_teacher": recipe.takes_teacher,
        "augmentation": list(recipe.shown_augmentation),
        "start_arguments": [_described_argument(each) for each in start_arguments(recipe)],
        "curve": recipe.task.curve,
        "arguments": [_described_argument(each) for each in recipe.arguments],
        "space": described_space(recipe) if recipe.is_searched else None,
        "learns": recipe.task.learned_answer.value,
        "fills_windows": recipe.ends_in_silence,
        "main_arguments": list(recipe.main_arguments),
        "sizes": [_described_size(recipe, name) for name in recipe.sizes],
    }


def _described_size(recipe: Recipe, name: str) -> dict[str, Json]:
    title, advice = SIZES[name]
    return {"name": name, "title": title, "advice": advice, "arguments": recipe.size_arguments(name)}


def _described_argument(argument: RecipeArgument) -> dict[str, Json]:
    return {
        "name": argument.name,
        "meaning": argument.meaning,
        "default": argument.default,
        "low": argument.low,
        "high": argument.high,
        "unit": argument.unit,
        "is_whole": argument.is_whole,
        "title": argument.title,
        "group": argument.group.value,
        "shown": argument.shown.value,
    }


def described_space(recipe: Recipe) -> dict[str, Json]:
    """The values that a search tries of a recipe's arguments, and the forms."""
    return {"arguments": {name: list(values) for name, values in recipe.space.items()}, "forms": list(SEARCHED_FORMS)}


def _described_data(run: PreparedRun) -> dict[str, Json]:
    """Returns the description and the digest of a run's data."""
    dataset = run.dataset
    return {
        "event": "data",
        "labels": list(dataset.labels),
        "recordings": [each.name for each in dataset.recordings],
        "samples": run.counts(),
        "digest": run.settings.digest,
        "values": dict(run.settings.values),
        "classes": dict(dataset.classes),
    }


def _backbone(request: Mapping[str, Json]) -> Backbone | None:
    """The backbone of a question about needs: `backbone` has its path in the project, and `file` its bytes' path."""
    if not request["backbone"]:
        return None
    return read_backbone(request["backbone"], Path(request["file"]).read_bytes())


def _count(run: PreparedRun, targets: Sequence[str], folder: Path, send: Send) -> None:
    """Counts in a process of its own, which gets what training leaves of the processors, and sends what it gave."""
    settings = run.settings
    request = {
        "action": "count",
        "recipe": settings.recipe.name,
        "arguments": dict(settings.values),
        "labels": list(settings.labels),
        "form": run.training.form,
        "targets": list(targets),
        "backbone": run.training.backbone,
        "file": str(folder / BACKBONE_FILE),
        "start": run.training.start,
        "trained": str(folder / COUNTED_FILE) if run.start is not None else "",
    }
    command = [sys.executable, "-P", "-m", "lab.command.job"]
    try:
        process = subprocess.run(
            ["nice", "-n", "10", *command],
            input=json.dumps(request) + "\n",
            capture_output=True,
            text=True,
            timeout=COUNT_SECONDS,
            check=True,
        )
        answer = json.loads(process.stdout.splitlines()[-1])
    except (subprocess.SubprocessError, OSError, ValueError, IndexError):
        answer = {}
    if "result" in answer:
        send({"event": "needs", **answer["result"]})
    else:
        reason = answer.get("refused", {}).get("message", "the process that counts ended")
        send({"event": "note", "text": f"What the rune needs on boards was not counted: {reason}"})


def _write(run: PreparedRun, result: TrainedModel, folder: Path) -> dict[str, Json]:
    """Writes the files of a run under numbers. The script comes without features, which are made of recordings."""
    folder.mkdir()
    backbone = run.settings.recipe.files  # the model is used with the file that it learned behind
    teacher = {}
    if run.teacher is not None:
        path = run.teacher.path
        teacher = {path: run.teacher.data, teacher_record_path(path): run.teacher.record}
    files = {**result_files(run, result), **backbone, **teacher, DEFAULT_RUNEFILE: result.runefile.encode()}
    scripts: dict[str, bytes] = {}
    if run.settings.recipe.estimator is None:
        own = script_files(run.settings, run.teacher, run.start)
        scripts = {f"script/{name}": data for name, data in own.items()}
    names = {}
    for number, (path, data) in enumerate({**files, RUNE_OF_RUN: result.rune, **scripts}.items()):
        (folder / str(number)).write_bytes(data)
        names[path] = str(number)
    return {
        "files": names,
        "report": dict(result.report),
        "answers": {split: [list(each) for each in rows] for split, rows in result.answers.items()},
        "values": dict(run.settings.values),
        "gaps": dict(result.gaps),
    }
