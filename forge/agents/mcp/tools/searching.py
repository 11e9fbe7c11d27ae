"""Searching for the settings of a recipe: a search as a job, and its best trials."""

from __future__ import annotations

from typing import Final

from pydantic import Field

from forge.agents.access import WorkKind, work_key
from forge.agents.mcp.calls import AgentCall
from forge.agents.mcp.pages import absolute
from forge.agents.mcp.tools.figures import verdict_of_needs
from forge.agents.mcp.tools.reading import ProjectName
from forge.agents.mcp.tools.training import Arguments, DataNumber, ModelPath, RecipeArguments, RecipeName
from forge.agents.mcp.waiting import WaitingArguments
from forge.agents.models import StepKind
from forge.learning.lab_jobs.states import LabJobState
from forge.learning.searches.access import find_search
from forge.learning.searches.actions import SearchSettings, begin_search
from forge.learning.searches.boards import boards_of
from forge.learning.searches.kinds import (
    DEFAULT_BOARD,
    DEFAULT_MINUTES,
    DEFAULT_TRIALS,
    MAX_MINUTES,
    MAX_TRIALS,
    MAX_VALUES,
)
from forge.learning.searches.models import ModelSearch, SearchTrial, SearchTrialState
from forge.learning.searches.ranking import best_trials
from rune.source.policy.sections.training import MAX_ARGUMENTS
from rune.tools.mcp.declarations import ToolAnswer, ToolArguments, tool
from rune.tools.mcp.evaluations import BoardVerdict

MOST_TRIALS: Final = 10
"""The best trials that one answer has."""


class SearchModels(ToolArguments):
    """A recipe, the values to try, and the budget."""

    project: str = ProjectName
    recipe: str = RecipeName
    arguments: Arguments = RecipeArguments
    vary: dict[str, list[str]] = Field(
        description=f"values to try by argument, at most {MAX_VALUES} each; the recipe's own if empty",
        default={},
        max_length=MAX_ARGUMENTS,
    )
    data_version: int | None = DataNumber
    model: str = ModelPath
    board: str = Field(description="the board that trials have to fit", default=DEFAULT_BOARD)
    most_ram: int | None = Field(description="bytes of RAM that a trial may need", default=None, ge=1)
    most_flash: int | None = Field(description="bytes of flash that a trial may need", default=None, ge=1)
    trials: int = Field(description="the most trained trials", default=DEFAULT_TRIALS, ge=1, le=MAX_TRIALS)
    minutes: int = Field(description="the most minutes", default=DEFAULT_MINUTES, ge=1, le=MAX_MINUTES)


class ReadSearch(WaitingArguments):
    """A search of a project."""

    project: str = ProjectName
    search: int = Field(description="the number of the search", ge=1)


class BestTrial(ToolAnswer):
    """A trial that no other dominates. `accuracy` is the share of validation samples that are right, from `low` to
    `high`."""

    trial: int
    arguments: Arguments
    form: str
    accuracy: float
    low: float
    high: float
    board: BoardVerdict


class SearchAnswer(ToolAnswer):
    """A search. The same samples chose the best trial, so a part of its accuracy is luck."""

    search: int
    state: str
    error: str | None
    end_reason: str
    trials: dict[str, int]
    best: list[BestTrial]
    next: str
    page: str


@tool("search", "Search for settings", changes=True)
def search_models(call: AgentCall, arguments: SearchModels) -> SearchAnswer:
    """Begins a search for the settings of a recipe that are right most often for what they need on a board. It takes
    its minutes: read the search until it has ended, then take the model of a trial into a draft."""
    project = call.find_project(arguments.project)
    search = begin_search(
        call.actor,
        project,
        SearchSettings(
            recipe=arguments.recipe,
            arguments=arguments.arguments,
            vary=arguments.vary,
            version=arguments.data_version,
            model=arguments.model,
            board=arguments.board,
            limits={"ram": arguments.most_ram, "flash": arguments.most_flash},
            trials=arguments.trials,
            minutes=arguments.minutes,
        ),
    )
    call.began = work_key(WorkKind.SEARCH, search.number)
    call.did(StepKind.WORK, f"began search {search.number} by the recipe {search.recipe}")
    return _answer(search)


@tool("read_search", "Read a search")
def read_search(call: AgentCall, arguments: ReadSearch) -> SearchAnswer:
    """Reads a search: its state, how many trials ended how, and the best ones with accuracy, range and needs."""
    project = call.find_project(arguments.project)
    search = find_search(call.actor, project, arguments.search)
    call.reads.append(work_key(WorkKind.SEARCH, search.number))
    call.did(StepKind.READ, f"read search {search.number}")
    return _answer(search)


def _answer(search: ModelSearch) -> SearchAnswer:
    rows = list(search.rows.all())
    best = best_trials(rows)[:MOST_TRIALS]
    return SearchAnswer(
        search=search.number,
        state=search.state,
        error=search.error or None,
        end_reason=search.end_reason,
        trials={state: sum(each.state == state for each in rows) for state in SearchTrialState.values},
        best=[_trial(search, each) for each in best],
        next=_next_step(search, is_any_trained=bool(best)),
        page=absolute(search.get_absolute_url()),
    )


def _trial(search: ModelSearch, trial: SearchTrial) -> BestTrial:
    accuracy, low, high = trial.accuracy or (0.0, 0.0, 0.0)
    return BestTrial(
        trial=trial.number,
        arguments=trial.arguments,
        form=trial.form,
        accuracy=accuracy,
        low=low,
        high=high,
        board=verdict_of_needs(boards_of(search).first, trial.needs),
    )


def _next_step(search: ModelSearch, *, is_any_trained: bool) -> str:
    if search.state in (LabJobState.WAITING, LabJobState.RUNNING):
        return "Read the search again, with `wait_seconds`."
    if is_any_trained:
        return "Take the model of a trial into a draft with use_model, or train with its arguments."
    return "No trial was trained. Raise the limits or the budget, or correct what the error says."
