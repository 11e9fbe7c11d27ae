"""Using the model of a run: a change request with the model, its Runefile, its record and what `forge.yml` says."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated

from django.db import transaction
from rest_framework.fields import CharField

from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.core.api.acts import act
from forge.core.api.states import MAKES
from forge.core.audit.entries import write_entry
from forge.core.errors import Conflict, Invalid, NoRoom
from forge.learning.lab_jobs.states import LabJobState
from forge.learning.quality.runs import quality_of_run
from forge.learning.training.access import teacher_path
from forge.learning.training.actions.offering import offer_model
from forge.learning.training.actions.runs import announce_run
from forge.learning.training.errors import RunNotFinished
from forge.learning.training.models import TrainingRun
from forge.learning.training.offered_version import ModelOffer
from forge.learning.training.place import RUN
from forge.learning.training.results.counting_text import counting_text
from forge.learning.training.results.error_text import error_text
from forge.learning.training.serializers import NEW_RUN
from rune.datasets.splits import Split
from rune.source.policy.model_files import RUNE_OF_RUN

SCRIPTS = "script/"
"""Files of a run below this are no files of the project."""
TEST_UNREAD = "The run did not read the test split: a numbered build does."
MAX_TITLE = 200
NO_TEXTS: Mapping[str, bytes] = MappingProxyType({})


@act("POST", RUN, "use", "training_run_use", verb=Verb.EDIT, state=MAKES, answer=NEW_RUN, raises=(Conflict, NoRoom))
def use_model(
    actor: Actor, run: TrainingRun, title: Annotated[str, CharField(max_length=MAX_TITLE, allow_blank=True)] = ""
) -> TrainingRun:
    """Opens a change request with the model, its Runefile and its record; nothing is replaced before it is merged. A
    run that has one already keeps it."""
    return use_model_with(actor, run, title, NO_TEXTS)


def use_model_with(actor: Actor, run: TrainingRun, title: str, texts: Mapping[str, bytes]) -> TrainingRun:
    """Does what `use_model` does, with `texts` in place of files that the run gave. The caller has asked for the right.
    Raises `RunNotFinished`, `Invalid` and `StorageQuotaReached`."""
    project = run.project
    require_finished(run)
    title = " ".join(title.split()) or f"Use the model of training run {run.number}"
    if len(title) > MAX_TITLE:
        raise Invalid(f"A title has at most {MAX_TITLE} characters.", errors={"title": ["Write fewer words."]})
    with transaction.atomic():
        row = TrainingRun.objects.select_for_update(of=("self",)).select_related("project__organisation").get(pk=run.pk)
        if row.change_url:
            return row
        row.change_url = offer_model(actor, project, offer_of_run(row, title, texts))
        row.save(update_fields=["change_url"])
        write_entry(actor, "training.use", project.stream, project.place, number=row.number)
        announce_run(row, actor)
    return row


def require_finished(run: TrainingRun) -> None:
    """Raises `RunNotFinished` if the run has no model."""
    if run.state != LabJobState.FINISHED:
        raise RunNotFinished("The run has no model yet. Stop it, or wait for its end.")


def offer_of_run(run: TrainingRun, title: str, texts: Mapping[str, bytes] = NO_TEXTS) -> ModelOffer:
    """Returns the offer of a run's model. `texts` take the place of files that the run gave."""
    files = {
        path: {"digest": digest, "size": run.sizes[path]}
        for path, digest in run.files.items()
        if path != RUNE_OF_RUN and not path.startswith(SCRIPTS)
    }
    return ModelOffer(
        title,
        _message(run),
        f"training run {run.number}",
        files,
        run.recipe,
        run.model_path,
        run.form,
        run.seed,
        run.arguments,
        run.data_digest,
        run.backbone_path,
        teacher_path(run.model_path) if run.teacher_number else "",
        run.start_path,
        texts,
    )


def _taught_message(run: TrainingRun, origin: str) -> str:
    lines = [
        f"What was taught in a page: {origin}. The recordings stayed there, so nobody can check the counts below: each "
        "example was left out once, and what the others taught was asked for it."
    ]
    for each in run.report["taught"]:
        lines.append(f"- {each['label']}: {each['examples']} examples, {each['recognised']} of them recognised")
    return "\n".join([lines[0], "", *lines[1:]])


def _message(run: TrainingRun) -> str:
    """Returns the change request's text: the accuracy of the run's rune, or its error."""
    origin = f"[training run {run.number}]({run.get_absolute_url()})"
    if run.is_taught:
        return _taught_message(run, origin)
    lines = [f"The model of {origin}, on version {run.data_number} of the data."]
    if run.start_path:
        lines.append(f"It began with the network and the weights of `{run.start_path}`.")
    if (quality := quality_of_run(run)) is not None:
        lines.append(f"Its rune is right on {quality.sentence} (95 % interval). {TEST_UNREAD}")
    split = Split.VALIDATION.value
    judgement = run.report.get("judgements", {}).get(split, {})
    if judgement.get("error"):
        lines.append(error_text(split, judgement["error"], run.description["labels"][0]))
    if judgement.get("counting"):
        lines.append(counting_text(split, judgement["counting"]))
    return "\n\n".join(lines)
