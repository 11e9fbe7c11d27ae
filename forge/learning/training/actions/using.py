"""Using the model of a run: a change request with the model, its Runefile, its record and what `forge.yml` says."""

from __future__ import annotations

from django.db import transaction

from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.blobs.store import put_all
from forge.core.errors import Invalid
from forge.core.events.log import append_event
from forge.learning.hooks import IncomingModelFiles, model_changes
from forge.learning.training.actions.runs import announce_run
from forge.learning.training.declarations import training_block, with_section
from forge.learning.training.errors import RunNotFinished
from forge.learning.training.models import TrainingRun, TrainingState
from forge.projects.access import require
from forge.projects.announcements import VERSION_SAVED
from forge.projects.files.storage import delete_on_failure
from forge.projects.versions.outside import store_outside_version
from forge.projects.versions.store import described_bytes, snapshot, working_tree
from rune.source.policy import POLICY_FILE

SCRIPTS = "script/"
"""Files of a run below this are no files of the project."""
MAX_TITLE = 200


def use_model(actor: Actor, run: TrainingRun, title: str = "") -> TrainingRun:
    """Opens a change request with the model of a run; the project's files stay as they are until it is merged.

    A run that has one already keeps it. Raises `RunNotFinished`, `Invalid`, `StorageQuotaReached`, and `Forbidden` or
    `NotFound`.
    """
    project = run.project
    require(actor, Verb.EDIT, project)
    if run.state != TrainingState.FINISHED:
        raise RunNotFinished("The run has no model yet. Stop it, or wait for its end.")
    title = " ".join(title.split()) or f"Use the model of training run {run.number}"
    if len(title) > MAX_TITLE:
        raise Invalid(f"A title has at most {MAX_TITLE} characters.", errors={"title": ["Write fewer words."]})
    policy = _policy_text(run)
    with delete_on_failure([described_bytes(policy)["digest"]]), transaction.atomic():
        row = TrainingRun.objects.select_for_update(of=("self",)).select_related("project__organisation").get(pk=run.pk)
        if row.change_url:
            return row
        base = snapshot(project, actor.person)
        put_all([policy], project.organisation_id)
        files = {
            path: {"digest": digest, "size": row.sizes[path]}
            for path, digest in row.files.items()
            if not path.startswith(SCRIPTS)
        }
        manifest = {**base.manifest, **files, POLICY_FILE: described_bytes(policy)}
        offered = store_outside_version(actor, project, manifest, None, f"With the model of training run {row.number}")
        append_event(project.stream, VERSION_SAVED(number=offered.number), actor)
        change = IncomingModelFiles(title, _message(row), f"Training run {row.number}", base, offered)
        number = model_changes.call(actor, project, change)[0]
        row.change_url = f"{project.get_absolute_url()}/change-requests/{number}"
        row.save(update_fields=["change_url"])
        write_entry(actor, "training.use", project.stream, project.place, number=row.number)
        announce_run(row, actor)
    return row


def _policy_text(run: TrainingRun) -> bytes:
    """The `forge.yml` of the project, which says how the model was trained and on which data."""
    tree = working_tree(run.project)
    text = tree.texts.get(POLICY_FILE, b"").decode("utf-8", "replace")
    block = training_block(run.recipe, run.model_path, run.form, run.seed, run.arguments)
    text = with_section(text, "training", block)
    return with_section(text, "data", f"data: {run.data_digest}\n").encode()


def _message(run: TrainingRun) -> str:
    """Returns the change request's text: the accuracy of the run's rune."""
    origin = f"[training run {run.number}]({run.get_absolute_url()})"
    lines = [f"The model of {origin}, on version {run.data_number} of the data."]
    for split, judgement in run.report.get("judgements", {}).items():
        if judgement["accuracy"] is not None:
            share, low, high = (f"{100 * each:.1f}" for each in judgement["accuracy"])
            interval = f"95 % interval {low} to {high} %"
            lines.append(f"{share} % of {judgement['samples']} recordings of the {split} split ({interval}).")
    return "\n\n".join(lines)
