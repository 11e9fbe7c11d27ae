"""Searches and trials as JSON, and the bodies that come in."""

from __future__ import annotations

from typing import Annotated, TypedDict

from rest_framework import serializers

from forge.accounts.people.serializers import PersonJson, person_to_json
from forge.core.api.acts import ActAnswer
from forge.core.api.json_types import Timestamp, Uuid, choices
from forge.learning.lab_jobs.states import SEARCH_STATES
from forge.learning.searches.kinds import (
    DEFAULT_BOARD,
    DEFAULT_MINUTES,
    DEFAULT_TRIALS,
    DEFAULT_WORKERS,
    MAX_LIMIT,
    MAX_MINUTES,
    MAX_TRIALS,
    MAX_VALUES,
    MAX_WORKERS,
)
from forge.learning.searches.lab_events import TrialNeedsJson
from forge.learning.searches.models import ModelSearch, SearchTrial, SearchTrialState
from forge.learning.searches.ranking import best_numbers
from forge.learning.searches.trial_time import run_time_of
from forge.learning.training.serializers import LearningSerializer
from rune.devices.boards.lookup import find_board
from rune.source.policy.sections.models import FORMS
from rune.source.policy.sections.training import DEFAULT_FORM, DEFAULT_MODEL, MAX_ARGUMENTS, MAX_SEED


class TrialTimeJson(TypedDict):
    """An estimate of one run on the board of the search, in milliseconds."""

    least: float
    most: float


class SearchTrialJson(TypedDict):
    """A trial: one candidate and how it ended."""

    number: int
    arguments: dict[str, float]
    form: str
    state: Annotated[str, choices("SearchTrialState", SearchTrialState.values)]
    needs: Annotated[TrialNeedsJson | None, "counted by the compiler; null where counting failed"]
    second_needs: Annotated[TrialNeedsJson | None, "on the second board; null also where there is none"]
    time: Annotated[
        TrialTimeJson | None, "on the first board, estimated from the instructions; null where they were not counted"
    ]
    accuracy: Annotated[list[float] | None, "the share of validation recordings that are right, with its 95 % interval"]
    curve: Annotated[list[float], "accuracy on validation windows after each epoch"]
    seconds: float
    reason: str
    change: Annotated[str, "the address of the change request that offers its model; empty before"]
    run: Annotated[int | None, "the number of the training run that was begun with its settings"]


class SearchLimitsJson(TypedDict):
    """The most that a trial may need: bytes on each board, and on the first one instructions of one run and its
    inference time, of which the upper end of the estimate counts. Null where there is no limit; of bytes, where the
    boards have different amounts, which are the limits then."""

    ram: int | None
    flash: int | None
    instructions: int | None
    milliseconds: float | None


class ModelSearchJson(TypedDict):
    """A search for the settings of a recipe."""

    id: Uuid
    number: int
    person: PersonJson | None
    state: Annotated[str, choices("SearchState", SEARCH_STATES)]
    instruction: Annotated[str, "`stop` while it ends"]
    recipe: str
    arguments: dict[str, float]
    vary: Annotated[dict[str, list[str]], "the values that are tried in place of the recipe's own"]
    form: str
    seed: int
    model: str
    data_version: int
    data_digest: str
    board: str
    second_board: Annotated[str, "trials fit it too, and are compared on the first; empty for none"]
    limits: SearchLimitsJson
    trials: Annotated[int, "the most trained trials"]
    minutes: int
    workers: int
    counts: Annotated[dict[str, int], "how many trials are in each state"]
    best: Annotated[
        list[int], "trials that no other dominates in accuracy, and in RAM, flash and instructions on the first board"
    ]
    space: Annotated[int, "how many candidates there are; 0 until the data was read"]
    end_reason: str
    error: str
    reason: Annotated[str, "the same for programs"]
    created: Timestamp


class OpenModelSearchJson(ModelSearchJson):
    """A search with its trials. Those at work have what was counted, and the curve so far."""

    rows: list[SearchTrialJson]


class LimitsSerializer(serializers.Serializer[None]):
    """The most that a trial may need. More memory than a board has is limited to that of the board."""

    ram = serializers.IntegerField(min_value=1, max_value=MAX_LIMIT, required=False, allow_null=True, default=None)
    flash = serializers.IntegerField(min_value=1, max_value=MAX_LIMIT, required=False, allow_null=True, default=None)
    instructions = serializers.IntegerField(
        min_value=1, max_value=MAX_LIMIT, required=False, allow_null=True, default=None
    )
    milliseconds = serializers.FloatField(
        min_value=0,
        max_value=MAX_LIMIT,
        required=False,
        allow_null=True,
        default=None,
        help_text="above 0: the inference time on the first board, of which the upper end of the estimate counts",
    )


class BeginSearchSerializer(LearningSerializer):
    """A search."""

    arguments = serializers.DictField(
        child=serializers.FloatField(), required=False, default=dict, help_text="of the first trial"
    )
    vary = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField(max_length=40), max_length=MAX_VALUES),
        required=False,
        default=dict,
        help_text="values by argument, or `quantize` with forms; those of the recipe if not given",
    )
    seed = serializers.IntegerField(min_value=0, max_value=MAX_SEED, required=False, default=0)
    form = serializers.ChoiceField(choices=FORMS, required=False, default=DEFAULT_FORM)
    model = serializers.CharField(max_length=200, required=False, default=DEFAULT_MODEL)
    board = serializers.CharField(max_length=60, required=False, default=DEFAULT_BOARD)
    second_board = serializers.CharField(
        max_length=60,
        required=False,
        allow_blank=True,
        default="",
        help_text="that trials have to fit too; empty for none. Instructions and time are limited on the first",
    )
    limits = LimitsSerializer(required=False, default=dict)
    trials = serializers.IntegerField(min_value=1, max_value=MAX_TRIALS, required=False, default=DEFAULT_TRIALS)
    minutes = serializers.IntegerField(min_value=1, max_value=MAX_MINUTES, required=False, default=DEFAULT_MINUTES)
    workers = serializers.IntegerField(min_value=1, max_value=MAX_WORKERS, required=False, default=DEFAULT_WORKERS)

    def validate_vary(self, value: dict[str, list[str]]) -> dict[str, list[str]]:
        """Raises `ValidationError`."""
        if len(value) > MAX_ARGUMENTS:
            raise serializers.ValidationError(f"At most {MAX_ARGUMENTS} arguments.")
        return value


def search_to_json(search: ModelSearch, trials: list[SearchTrial] | None = None) -> ModelSearchJson:
    """A search, found by `forge.learning.searches.access`."""
    rows = list(search.rows.all()) if trials is None else trials
    return {
        "id": str(search.pk),
        "number": search.number,
        "person": person_to_json(search.person) if search.person else None,
        "state": search.state,
        "instruction": search.instruction,
        "recipe": search.recipe,
        "arguments": search.arguments,
        "vary": search.vary,
        "form": search.form,
        "seed": search.seed,
        "model": search.model_path,
        "data_version": search.data_number,
        "data_digest": search.data_digest,
        "board": search.board,
        "second_board": search.second_board,
        "limits": {
            "ram": search.limits.get("ram"),
            "flash": search.limits.get("flash"),
            "instructions": search.limits.get("instructions"),
            "milliseconds": search.limits.get("milliseconds"),
        },
        "trials": search.trials,
        "minutes": search.minutes,
        "workers": search.workers,
        "counts": {state: sum(each.state == state for each in rows) for state in SearchTrialState.values},
        "best": best_numbers(rows),
        "space": search.description.get("size", 0),
        "end_reason": search.end_reason,
        "error": search.error,
        "reason": search.reason,
        "created": search.created.isoformat(),
    }


def open_search_to_json(search: ModelSearch) -> OpenModelSearchJson:
    """The same with all trials."""
    rows = list(search.rows.all())
    return {
        **search_to_json(search, rows),
        "rows": [trial_to_json(each) for each in rows],
    }


def trial_to_json(trial: SearchTrial) -> SearchTrialJson:
    """A trial."""
    time = run_time_of(trial, find_board(trial.search.board))
    return {
        "number": trial.number,
        "arguments": trial.arguments,
        "form": trial.form,
        "state": trial.state,
        "needs": trial.needs,
        "second_needs": trial.second_needs,
        "time": None if time is None else {"least": time.least, "most": time.most},
        "accuracy": trial.accuracy,
        "curve": trial.curve,
        "seconds": trial.seconds,
        "reason": trial.reason,
        "change": trial.change_url,
        "run": trial.run_number,
    }


ACCEPTED = ActAnswer(search_to_json, status=202)
OFFERED = ActAnswer(trial_to_json, status=201)
