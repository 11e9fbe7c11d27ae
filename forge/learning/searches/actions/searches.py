"""Beginning, stopping, resuming and deleting searches. Each checks the permission, does it, and notifies open pages."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated

from django.db import transaction
from django.utils import timezone
from rest_framework.fields import IntegerField

from forge.accounts.permissions import Verb
from forge.core.actors import Actor, agent_of
from forge.core.api.acts import DONE, act
from forge.core.api.states import ENDS, WORKS
from forge.core.audit.entries import write_entry
from forge.core.blobs.sweep import delete_if_unlinked
from forge.core.database.numbers import next_number
from forge.core.errors import Conflict, Invalid, TooOften
from forge.core.events.log import append_event
from forge.jobs.models import JobState
from forge.learning.lab_jobs.endings import LearningEnding
from forge.learning.lab_jobs.models import LabJobQuerySet
from forge.learning.lab_jobs.queue import cancel_jobs, end_row, lock, lock_to_begin, lock_to_go_on, queue_job
from forge.learning.lab_jobs.states import LabJobState
from forge.learning.learnable_data.requirements import require_learnable
from forge.learning.learnable_data.versions import version_to_learn
from forge.learning.recipes import RecipeJson, checked_arguments, recipe_of
from forge.learning.searches.announcements import SEARCH_CHANGED
from forge.learning.searches.boards import MEMORY, SearchBoards, checked_boards
from forge.learning.searches.errors import SearchNotRunning, SearchRunning, TooManySearches
from forge.learning.searches.kinds import (
    DEFAULT_BOARD,
    DEFAULT_MINUTES,
    DEFAULT_TRIALS,
    DEFAULT_WORKERS,
    MAX_LIMIT,
    MAX_MINUTES,
    MAX_SEARCHES,
    MAX_TRIALS,
    MAX_UNFINISHED,
    MAX_VALUES,
    MAX_WORKERS,
    STOP,
)
from forge.learning.searches.models import ModelSearch, SearchTrial, SearchTrialState
from forge.learning.searches.place import SEARCH
from forge.learning.searches.serializers import ACCEPTED
from forge.learning.searches.trial_rows import jobs_of
from forge.learning.training.access import checked_model
from forge.projects.access import require
from forge.projects.models import Project
from rune.source.policy.sections.training import DEFAULT_FORM, DEFAULT_MODEL, MAX_SEED
from rune.wording import quoted

LIMITS = ("ram", "flash", "instructions", "milliseconds")
FORM_KEY = "quantize"


@dataclass(frozen=True)
class SearchSettings:
    """The settings of a new search. `vary` has values by argument, the recipe's own where there are none; `limits` are
    bytes of `ram` and `flash`, those of each board where there are none, and on the first board `instructions` of one
    run and `milliseconds` that it may take. `second_board` is "" for none."""

    recipe: str
    arguments: Mapping[str, object] = field(default_factory=dict)
    vary: Mapping[str, Sequence[object]] = field(default_factory=dict)
    version: int | None = None
    seed: int = 0
    form: str = DEFAULT_FORM
    model: str = DEFAULT_MODEL
    board: str = DEFAULT_BOARD
    limits: Mapping[str, float | None] = field(default_factory=dict)
    trials: int = DEFAULT_TRIALS
    minutes: int = DEFAULT_MINUTES
    workers: int = DEFAULT_WORKERS
    data_digest: str = ""
    second_board: str = ""


def begin_search(actor: Actor, project: Project, settings: SearchSettings) -> ModelSearch:
    """Queues a search on a version of the project's data. Its test split is not read.

    Raises `Invalid`, `BadPath`, `NoDataVersion`, `DataVersionNotFound`, `DataTooLarge`, `DataNotLearnable`,
    `TooManySearches`, `TooOften`, and `Forbidden` or `NotFound`.
    """
    require(actor, Verb.TRAIN, project)
    recipe = recipe_of(settings.recipe)
    arguments = checked_arguments(recipe, settings.arguments)
    vary = _checked_vary(recipe, settings.vary)
    boards = checked_boards(settings.board, settings.second_board)
    limits = _checked_limits(settings.limits, boards)
    _check_budget(settings)
    version = version_to_learn(actor, project, settings.version, settings.data_digest)
    model = checked_model(settings.model)
    require_learnable(version, project, recipe, arguments)
    with transaction.atomic():
        searches = lock_to_begin(project, ModelSearch)
        if searches.count() >= MAX_SEARCHES:
            raise TooManySearches(f"A project has at most {MAX_SEARCHES} searches. Delete some that are not needed.")
        _require_few_unfinished(searches)
        search = ModelSearch(
            project=project,
            number=next_number(searches),
            person=actor.person,
            agent=agent_of(actor),
            recipe=recipe["name"],
            arguments=arguments,
            form=settings.form,
            seed=settings.seed,
            model_path=model,
            data_version=version,
            data_number=version.number,
            data_digest=version.digest,
            board=boards.first.key,
            second_board=boards.second.key if boards.second else "",
            limits=limits,
            vary=vary,
            trials=settings.trials,
            minutes=settings.minutes,
            workers=settings.workers,
        )
        _enqueue(actor, search)
        write_entry(actor, "search.begin", project.stream, project.place, number=search.number, recipe=search.recipe)
        announce_search(search, actor)
    return search


@act("POST", SEARCH, "stop", "search_stop", verb=Verb.EDIT, state=ENDS, answer=ACCEPTED, raises=(Conflict,))
@transaction.atomic
def stop_search(actor: Actor, search: ModelSearch) -> ModelSearch:
    """Ends a search: trials at work end after their epoch. The trials that have ended stay, and it can go on later."""
    return stop_search_now(actor, search)


@transaction.atomic
def stop_search_now(actor: Actor, search: ModelSearch) -> ModelSearch:
    """Does what `stop_search` does, for who may train: the caller knows that they began the search.

    Raises `SearchNotRunning`, `Forbidden` and `NotFound`.
    """
    project = search.project
    require(actor, Verb.TRAIN, project)
    if not search.is_unfinished:
        raise SearchNotRunning("The search has already ended.")
    cancel_jobs(search, str(actor.person), [JobState.QUEUED])
    is_running = jobs_of(search).filter(state=JobState.RUNNING).exists()
    search = lock(search)
    if is_running:
        search.instruction = STOP
        search.save(update_fields=["instruction"])
    write_entry(actor, "search.stop", project.stream, project.place, number=search.number)
    announce_search(search, actor)
    return search


@act(
    "POST", SEARCH, "resume", "search_resume", verb=Verb.EDIT, state=WORKS, answer=ACCEPTED, raises=(Conflict, TooOften)
)
@transaction.atomic
def resume_search(
    actor: Actor,
    search: ModelSearch,
    trials: Annotated[
        int | None, IntegerField(min_value=1, max_value=MAX_TRIALS, allow_null=True, help_text="of all calls")
    ] = None,
) -> ModelSearch:
    """Goes on with a search that has ended, from its trials, with another budget of trials if it is given."""
    project = search.project
    search = require_going_on(search, actor)
    if search.is_unfinished:
        raise SearchRunning("The search is already running.")
    if trials is not None:
        _check_range("trials", trials, MAX_TRIALS)
        search.trials = trials
    search.called = timezone.now()
    search.state, search.instruction, search.end_reason, search.error, search.reason = (
        LabJobState.WAITING,
        "",
        "",
        "",
        "",
    )
    _enqueue(actor, search)
    write_entry(actor, "search.resume", project.stream, project.place, number=search.number)
    announce_search(search, actor)
    return search


def require_going_on(search: ModelSearch, actor: Actor) -> ModelSearch:
    """Checks again what was checked when a search began, in the transaction that lets it go on. Returns it, locked.

    Raises `DataVersionNotFound`, `TooManySearches` and `TooOften`.
    """
    search = lock_to_go_on(actor, search)
    _require_few_unfinished(ModelSearch.objects.filter(project=search.project_id).exclude(pk=search.pk))
    return search


def _require_few_unfinished(searches: LabJobQuerySet[ModelSearch]) -> None:
    """Raises `TooManySearches` if as many of these searches of a project wait or run as may at once."""
    if searches.unfinished().count() >= MAX_UNFINISHED:
        raise TooManySearches(f"{MAX_UNFINISHED} searches wait or run already. Wait for one, or stop it.")


@act("DELETE", SEARCH, "", "search_discard", verb=Verb.EDIT, state=ENDS, answer=DONE)
def discard_search(actor: Actor, search: ModelSearch) -> None:
    """Deletes a search with its trials and their models. Training runs that were begun from it stay."""
    project = search.project
    with transaction.atomic():
        search, digests = end_row(search, str(actor.person))
        write_entry(actor, "search.discard", project.stream, project.place, number=search.number)
        announce_search(search, actor)
        search.delete()
    delete_if_unlinked(digests)


def announce_search(
    search: ModelSearch, actor: Actor | None = None, ending: LearningEnding = LearningEnding.NONE
) -> None:
    """Tells everybody who has the page open, in the transaction that changed the search. `ending` says that it ended by
    this change."""
    count = SearchTrial.objects.filter(search=search).exclude(state=SearchTrialState.RUNNING).count()
    event = SEARCH_CHANGED(search=str(search.pk), number=search.number, state=search.state, trials=count, ending=ending)
    append_event(search.project.stream, event, actor)


def _enqueue(actor: Actor, search: ModelSearch) -> None:
    """Stores the search, and queues a job for each trial at a time."""
    search.save()
    for place in range(1, search.workers + 1):
        queue_job(actor, search, place)


def _checked_vary(recipe: RecipeJson, vary: Mapping[str, Sequence[object]]) -> dict[str, list[str]]:
    """The values to try as texts. Raises `Invalid`."""
    space = recipe["space"]
    if space is None:
        raise Invalid(
            f"The recipe {recipe['name']} is not searched: a search compares networks by their settings.",
            errors={"recipe": ["Choose another."]},
        )
    arguments = {each["name"]: each for each in recipe["arguments"]}
    texts: dict[str, list[str]] = {}
    for name, values in vary.items():
        if len(values) > MAX_VALUES:
            raise Invalid(f"{name} has at most {MAX_VALUES} values.", errors={"vary": ["Write fewer values."]})
        if not values:
            continue
        if name == FORM_KEY:
            unknown = [each for each in values if each not in space["forms"]]
        elif name in arguments:
            limits = arguments[name]
            unknown = [each for each in values if not _is_within(each, limits["low"], limits["high"])]
            if limits["is_whole"]:
                unknown += [each for each in values if _is_within(each, -math.inf, math.inf) and float(str(each)) % 1]
        else:
            unknown = [name]
        if unknown:
            reason = f"{quoted(str(unknown[0]))} is not a value of {name} that the recipe {recipe['name']} takes."
            raise Invalid(reason, errors={"vary": [reason]})
        texts[name] = [f"{each:g}" if isinstance(each, float) else str(each) for each in values]
    return texts


def _is_within(value: object, low: float, high: float) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return False
    try:
        number = float(value)
    except ValueError:
        return False
    return math.isfinite(number) and low <= number <= high


def _checked_limits(amounts: Mapping[str, float | None], boards: SearchBoards) -> dict[str, float | None]:
    """The limits as they are stored. Raises `Invalid`."""
    limits: dict[str, float | None] = {}
    for name in LIMITS:
        limit = amounts.get(name)
        if limit is not None and not 0 < limit < MAX_LIMIT:
            raise Invalid(f"The limit of {name} is not a positive number.", errors={name: ["Write a number."]})
        limits[name] = boards.stored_limit(name, limit) if name in MEMORY else limit
    return limits


def _check_budget(settings: SearchSettings) -> None:
    """Raises `Invalid`."""
    if not 0 <= settings.seed <= MAX_SEED:
        raise Invalid(f"seed must be from 0 to {MAX_SEED}.", errors={"seed": [f"From 0 to {MAX_SEED}."]})
    _check_range("trials", settings.trials, MAX_TRIALS)
    _check_range("minutes", settings.minutes, MAX_MINUTES)
    _check_range("workers", settings.workers, MAX_WORKERS)


def _check_range(name: str, value: int, most: int) -> None:
    if not 1 <= value <= most:
        raise Invalid(f"{name} must be from 1 to {most}.", errors={name: [f"From 1 to {most}."]})
