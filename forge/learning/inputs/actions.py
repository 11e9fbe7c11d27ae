"""Writing the Runefile of chosen presets: at once where nobody wrote one, else as a change request."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from forge.accounts.permissions import Verb
from forge.accounts.quotas.limits import require_room
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.blobs.store import put_all
from forge.core.events.log import append_event
from forge.learning.errors import NothingToWrite
from forge.learning.hooks import IncomingModelFiles, model_changes
from forge.learning.inputs.questions import LABELS, ModelToFeed
from forge.learning.offers.actions import OfferedInput, apply_form
from forge.projects.access import require
from forge.projects.announcements import VERSION_SAVED
from forge.projects.creating.empty import BLANK_RUNEFILE
from forge.projects.errors import ModelRefused
from forge.projects.files.actions import write_file
from forge.projects.files.contents import check_file_count
from forge.projects.files.model_files import fitting_runefile
from forge.projects.files.storage import delete_on_failure
from forge.projects.models import Project
from forge.projects.versions.outside import store_outside_version
from forge.projects.versions.store import WorkingTree, described_bytes, snapshot
from rune.source.runefile import DEFAULT_RUNEFILE, RUNEFILE_NAMES
from rune.source.runefile.model_inputs import InputPreset


def write_model_input(
    actor: Actor, project: Project, model: ModelToFeed, keys: Sequence[str], labels_text: str
) -> int | None:
    """Writes the Runefile in which a model's inputs come from presets, and the file of its labels.

    A project whose Runefile nobody wrote has it at once, and None is returned; else a change request is opened, whose
    number is returned. That of a form of a conversion also has the model and all that goes with it. Raises
    `FormRefused`, `NothingToApply`, `Invalid`, `NothingToWrite`, `FileChanged`, `TooManyFiles`, `TooManyOffers`,
    `StorageQuotaReached`, and `Forbidden` or `NotFound`.
    """
    require(actor, Verb.EDIT, project)
    require_room(project.organisation_id)
    presets, labels = model.presets(keys), model.labels(labels_text)
    target = _runefile_path(model.tree)
    texts = {target: model.runefile(presets, LABELS if labels else "").encode()}
    if labels:
        texts[LABELS] = ("\n".join(labels) + "\n").encode()
    if model.form is not None:
        return apply_form(actor, model.form, model.path, OfferedInput(texts, _input_lines(model, presets)))
    changed = {path: data for path, data in texts.items() if model.tree.texts.get(path) != data}
    if not changed:
        raise NothingToWrite(f"{target} already declares this.")
    if _is_untouched(model, target) and not (LABELS in changed and LABELS in model.tree.manifest):
        for path in sorted(changed, key=lambda each: each == target):
            write_file(actor, project, path, changed[path], precondition=_file_state(model.tree, path))
        return None
    return _offer(actor, project, model, changed, presets)


def _offer(
    actor: Actor, project: Project, model: ModelToFeed, changed: dict[str, bytes], presets: Sequence[InputPreset]
) -> int:
    descriptions = {path: described_bytes(data) for path, data in changed.items()}
    with delete_on_failure([each["digest"] for each in descriptions.values()]), transaction.atomic():
        base = snapshot(project, actor.person)
        put_all(list(changed.values()), project.organisation_id)
        manifest = {**base.manifest, **descriptions}
        check_file_count(len(manifest))
        title = f"Feed {model.path}"
        offered_version = store_outside_version(actor, project, manifest, None, title)
        append_event(project.stream, VERSION_SAVED(number=offered_version.number), actor)
        change = IncomingModelFiles(
            title, _message(model, presets), f"The input of {model.path}", base, offered_version
        )
        number = model_changes.call(actor, project, change)[0]
        write_entry(actor, "model.input", project.stream, project.place, path=model.path)
    return number


def _message(model: ModelToFeed, presets: Sequence[InputPreset]) -> str:
    return "\n".join([f"`{model.path}` gets a Runefile of its own:", *_input_lines(model, presets)])


def _input_lines(model: ModelToFeed, presets: Sequence[InputPreset]) -> list[str]:
    return [
        f"- `{question.tensor.name}`: {preset.title} ({preset.about})"
        for question, preset in zip(model.questions, presets, strict=True)
    ]


def _runefile_path(tree: WorkingTree) -> str:
    return next((name for name in RUNEFILE_NAMES if name in tree.manifest), DEFAULT_RUNEFILE)


def _is_untouched(model: ModelToFeed, target: str) -> bool:
    """Returns whether nobody wrote the Runefile: there is none, it is that of a new project, or the model came with
    it."""
    text = model.tree.texts.get(target, b"").decode("utf-8", "replace")
    if not text.strip() or text.encode() == BLANK_RUNEFILE:
        return target not in model.tree.manifest or target in model.tree.texts
    try:
        return text == fitting_runefile(model.model, model.path)
    except ModelRefused:
        return False


def _file_state(tree: WorkingTree, path: str) -> frozenset[str]:
    entry = tree.manifest.get(path)
    return frozenset() if entry is None else frozenset({entry["digest"]})
