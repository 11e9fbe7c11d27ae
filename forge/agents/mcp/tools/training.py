"""Training models: the recipes, a run as a job, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from pydantic import Field

from forge.agents.access import WorkKind, work_key
from forge.agents.mcp.calls import AgentCall
from forge.agents.mcp.pages import absolute
from forge.agents.mcp.tools.figures import verdict_of_needs
from forge.agents.mcp.tools.reading import ProjectName
from forge.agents.mcp.waiting import WaitingArguments
from forge.agents.models import StepKind
from forge.learning.lab_jobs.states import LabJobState
from forge.learning.quality.epochs import epoch_sentence
from forge.learning.quality.runs import quality_of_run
from forge.learning.recipes import recipes
from forge.learning.training.access import find_run
from forge.learning.training.actions import RequestedRun, begin_run
from forge.learning.training.kinds import DEFAULT_BOARDS
from forge.learning.training.models import TrainingRun
from forge.learning.training.pages.advice import label_advice
from forge.learning.training.results.judgement import RunJudgementJson
from forge.learning.training.results.reading import judgements
from forge.learning.training.running.lab_events import EpochJson
from rune.datasets.splits import Split
from rune.devices.boards.lookup import find_board
from rune.source.policy.sections.models import FORMS
from rune.source.policy.sections.training import DEFAULT_FORM, DEFAULT_MODEL, MAX_SEED
from rune.tools.mcp.declarations import ToolAnswer, ToolArguments, tool
from rune.tools.mcp.evaluations import MOST_MISTAKES, BoardVerdict, RangedShare, SampleMistake, ranged
from rune.tools.mcp.recipes import FindRecipes, RecipesAnswer, recipes_answer
from rune.wording import counted

MOST_POINTS: Final = 20
"""Points of curves that one answer has."""
Arguments = dict[str, float]
RecipeName = Field(description="the name of a recipe, as `find_recipes` lists them")
RecipeArguments: Arguments = Field(
    description="arguments of the recipe; others have their defaults", default_factory=dict
)
DataNumber = Field(description="the number of a version of the data; null for the newest", default=None, ge=1)
ModelPath = Field(description="the path of the model file in the project", default=DEFAULT_MODEL, max_length=200)


class TrainModel(ToolArguments):
    """A recipe, and the version of the project's data to learn from."""

    project: str = ProjectName
    recipe: str = RecipeName
    arguments: Arguments = RecipeArguments
    data_version: int | None = DataNumber
    seed: int = Field(description="where chance begins", default=0, ge=0, le=MAX_SEED)
    form: str = Field(description=f"how the model is quantised: {', '.join(FORMS)}", default=DEFAULT_FORM)
    model: str = ModelPath
    boards: list[str] = Field(
        description="one or two boards whose needs are counted", default=list(DEFAULT_BOARDS), min_length=1
    )


class ReadRun(WaitingArguments):
    """A training run of a project."""

    project: str = ProjectName
    run: int = Field(description="the number of the training run", ge=1)


class CurvePoint(ToolAnswer):
    """An epoch: the losses, and the share of validation windows that are right."""

    epoch: int
    loss: float
    validation_loss: float
    validation_accuracy: float


class RunAnswer(ToolAnswer):
    """A training run. Its figures are of validation samples; a build is tested on the test samples."""

    run: int
    state: str
    progress: float
    activity: str
    error: str | None
    recipe: str
    arguments: Arguments
    data_version: int
    epochs: int
    curve: list[CurvePoint]
    epoch_sentence: str
    accuracy: RangedShare | None
    by_label: list[RangedShare]
    mistakes: list[SampleMistake]
    boards: list[BoardVerdict]
    notes: list[str]
    advice: str
    next: str
    page: str


@tool("find_recipes", "Find recipes")
def find_recipes(call: AgentCall, arguments: FindRecipes) -> RecipesAnswer:
    """Lists the recipes that `train` and `search` take: what each learns, which data it needs, and its arguments."""
    answer = recipes_answer(recipes(), arguments.kind)
    call.did(StepKind.READ, f"listed {counted(len(answer.recipes), 'recipe')}")
    return answer


@tool("train", "Train a model", changes=True)
def train(call: AgentCall, arguments: TrainModel) -> RunAnswer:
    """Begins a training run on a version of the project's data, whose recordings you do not get. It takes minutes to
    hours: read the run until it has ended, then take its model into a draft. Other runs of the team wait for it."""
    project = call.find_project(arguments.project)
    run = begin_run(
        call.actor,
        project,
        RequestedRun(
            recipe=arguments.recipe,
            arguments=arguments.arguments,
            version=arguments.data_version,
            seed=arguments.seed,
            form=arguments.form,
            model=arguments.model,
            boards=arguments.boards,
        ),
    )
    call.began = work_key(WorkKind.RUN, run.number)
    call.did(StepKind.WORK, f"began training run {run.number} by the recipe {run.recipe}")
    return _answer(run, {})


@tool("read_run", "Read a training run")
def read_run(call: AgentCall, arguments: ReadRun) -> RunAnswer:
    """Reads a training run: its state, curves in short, accuracy with its range on validation samples, mistakes by the
    number of the sample, needs on boards, and what to do next."""
    project = call.find_project(arguments.project)
    run = find_run(call.actor, project, arguments.run)
    call.reads.append(work_key(WorkKind.RUN, run.number))
    call.did(StepKind.READ, f"read training run {run.number}")
    return _answer(run, judgements(call.actor, run))


def thinned(curve: Sequence[EpochJson], most: int = MOST_POINTS) -> list[EpochJson]:
    """Returns at most so many points of a curve, evenly spread, with the first and the last."""
    if len(curve) <= most:
        return list(curve)
    places = {round(step * (len(curve) - 1) / (most - 1)) for step in range(most)}
    return [curve[place] for place in sorted(places)]


def _answer(run: TrainingRun, by_split: Mapping[str, RunJudgementJson]) -> RunAnswer:
    judgement = by_split.get(Split.VALIDATION.value)
    quality = quality_of_run(run)
    return RunAnswer(
        run=run.number,
        state=run.state,
        progress=1.0 if run.job is None else run.job.progress,
        activity="" if run.job is None else run.job.activity,
        error=run.error or None,
        recipe=run.recipe,
        arguments=run.arguments,
        data_version=run.data_number,
        epochs=len(run.curves),
        curve=[_point(each) for each in thinned(run.curves)],
        epoch_sentence=epoch_sentence(run),
        accuracy=ranged("validation", quality.right, quality.count) if quality else None,
        by_label=_by_label(judgement),
        mistakes=_mistakes(judgement),
        boards=[_board(run, each) for each in run.boards],
        notes=run.notes,
        advice=label_advice(judgement) if judgement else "",
        next=next_step(run),
        page=absolute(run.get_absolute_url()),
    )


def next_step(run: TrainingRun) -> str:
    """Returns what to do about a run in its state."""
    match run.state:
        case LabJobState.WAITING | LabJobState.RUNNING:
            return "Read the run again, with `wait_seconds`."
        case LabJobState.PAUSED:
            return "A person paused the run. Ask them, or train with other settings."
        case LabJobState.FINISHED:
            return "Take its model into a draft with use_model, then build the draft: only builds see test samples."
        case LabJobState.NEEDS:
            return "The operator has to prepare packages first. Tell your person."
        case _:
            return "It has no model. Correct what the error says, and train again."


def _point(row: EpochJson) -> CurvePoint:
    return CurvePoint(
        epoch=row["epoch"],
        loss=row["loss"],
        validation_loss=row["validation_loss"],
        validation_accuracy=row["validation_accuracy"],
    )


def _by_label(judgement: RunJudgementJson | None) -> list[RangedShare]:
    rows = judgement["by_label"] if judgement else []
    shares = (ranged(each["name"], each["right"], each["samples"]) for each in rows)
    return [each for each in shares if each is not None]


def _mistakes(judgement: RunJudgementJson | None) -> list[SampleMistake]:
    rows = judgement["mistakes"][:MOST_MISTAKES] if judgement else []
    return [SampleMistake(sample=each["sample"], label=each["label"], answer=each["answer"]) for each in rows]


def _board(run: TrainingRun, key: str) -> BoardVerdict:
    board = find_board(key)
    return verdict_of_needs(board, run.needs.get(board.target))
