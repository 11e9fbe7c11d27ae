"""Using a trial of a search: a change request with its model, or a training run with its settings."""

from __future__ import annotations

from django.db import transaction

from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.core.api.acts import act
from forge.core.api.states import MAKES
from forge.core.audit.entries import write_entry
from forge.core.errors import Conflict, NoRoom, TooOften
from forge.learning.searches.actions.searches import announce_search
from forge.learning.searches.boards import boards_of
from forge.learning.searches.errors import TrialNotTrained
from forge.learning.searches.models import ModelSearch, SearchTrial, SearchTrialState
from forge.learning.searches.place import TRIAL
from forge.learning.searches.serializers import OFFERED
from forge.learning.searches.trial_time import run_time_of
from forge.learning.training.actions import RequestedRun, begin_run
from forge.learning.training.actions.offering import accuracy_text, offer_model
from forge.learning.training.errors import RUN_ERRORS
from forge.learning.training.models import TrainingRun
from forge.learning.training.offered_version import ModelOffer
from forge.learning.training.serializers import NEW_RUN
from rune.wording import size_text


@act(
    "POST",
    TRIAL,
    "change",
    "search_trial_open",
    verb=Verb.EDIT,
    state=MAKES,
    answer=OFFERED,
    raises=(Conflict, NoRoom, TooOften),
)
def open_trial(actor: Actor, trial: SearchTrial) -> SearchTrial:
    """Opens a change request with the model of a trial, its Runefile and the record of where it came from. A trial
    that has one keeps it. The test split stays unread."""
    search, project = trial.search, trial.search.project
    _require_trained(trial)
    with transaction.atomic():
        row = SearchTrial.objects.select_for_update().get(pk=trial.pk)
        row.search = search  # it is not read again where the trial becomes JSON
        if row.change_url:
            return row
        row.change_url = offer_model(actor, project, offer_of_trial(row))
        row.save(update_fields=["change_url"])
        write_entry(actor, "search.open", project.stream, project.place, number=search.number, trial=row.number)
        announce_search(search, actor)
    return row


@act("POST", TRIAL, "use", "search_use", verb=Verb.EDIT, state=MAKES, answer=NEW_RUN, raises=RUN_ERRORS)
def use_trial(actor: Actor, trial: SearchTrial) -> TrainingRun:
    """Begins a training run with the settings of a trial, on the data of the search. When it is finished, a change
    request with its model is opened by the person who used the trial, and the test split is read for the first time.
    A trial has one run."""
    search, project = trial.search, trial.search.project
    _require_trained(trial)
    settings = RequestedRun(
        search.recipe,
        {**search.arguments, **trial.arguments},
        None,
        search.seed,
        trial.form,
        search.model_path,
        [board for board in (search.board, search.second_board) if board],
        search.data_digest,
    )
    with transaction.atomic():
        row = SearchTrial.objects.select_for_update().get(pk=trial.pk)
        if row.run_number is not None:
            earlier = TrainingRun.objects.filter(project=project, number=row.run_number).first()
            if earlier is not None:
                return earlier
        run = begin_run(actor, project, settings, offers=True)
        SearchTrial.objects.filter(pk=row.pk).update(run_number=run.number)
        write_entry(actor, "search.use", project.stream, project.place, number=search.number, trial=trial.number)
        announce_search(search, actor)
    return run


def _require_trained(trial: SearchTrial) -> None:
    """Raises `TrialNotTrained`."""
    if trial.state != SearchTrialState.TRAINED:
        raise TrialNotTrained(f"Trial {trial.number} was not trained to its end. Choose one with an accuracy.")


def offer_of_trial(trial: SearchTrial) -> ModelOffer:
    """Returns the offer of a trial's model. Raises `TrialNotTrained` for a trial without one."""
    search = trial.search
    _require_trained(trial)
    if not trial.files:
        raise TrialNotTrained(f"The model of trial {trial.number} was not kept. Begin a training run with it.")
    origin = f"trial {trial.number} of search {search.number}"
    return ModelOffer(
        f"Use the model of {origin}",
        _message(search, trial, origin),
        origin,
        {path: {"digest": digest, "size": trial.sizes[path]} for path, digest in trial.files.items()},
        search.recipe,
        search.model_path,
        trial.form,
        search.seed,
        {**search.arguments, **trial.arguments},
        search.data_digest,
    )


def _message(search: ModelSearch, trial: SearchTrial, origin: str) -> str:
    """Returns the change request's text: the figures of the trial, and what they are not."""
    lines = [
        f"The model of [{origin}]({search.get_absolute_url()}?trial={trial.number}), on version "
        f"{search.data_number} of the data."
    ]
    if trial.accuracy:
        lines.append(accuracy_text("validation", trial.accuracy, search.description.get("validation", 0)))
    for target, needs in {each["target"]: each for each in trial.all_needs}.items():
        text = f"RAM {size_text(needs['ram'])}, flash {size_text(needs['flash'])}"
        if needs["instructions"] is not None:
            text += f", {needs['instructions']:,} instructions"
        lines.append(f"{text} on {target}.")
    board = boards_of(search).first
    time = run_time_of(trial, board)
    if time is not None:
        lines.append(f"A run takes {time.text} on {board.name}, estimated from the instructions.")
    count = SearchTrial.objects.filter(search=search, state=SearchTrialState.TRAINED).count()
    lines.append(
        f"These recordings chose the best of {count} trained trials, so a part of the accuracy is luck. The test "
        "split was not read."
    )
    return "\n\n".join(lines)
