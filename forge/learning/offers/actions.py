"""Applying a form: a change request with the model file, its record, its source, and its section of `forge.yml`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from forge.accounts.permissions import Verb
from forge.accounts.quotas.limits import require_room
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.blobs.store import put_bytes
from forge.core.errors import Invalid
from forge.learning.conversions.actions import announce_conversion
from forge.learning.conversions.kinds import FLOAT, TREES_SUFFIX
from forge.learning.conversions.serializers import accuracy_of
from forge.learning.conversions.suggestion import is_calibrated_on_random, is_judged_on_random
from forge.learning.conversions.trees import trees_of
from forge.learning.errors import FormRefused, NothingToApply
from forge.learning.hooks import IncomingModelFiles, model_changes
from forge.learning.models import ConvertedForm, ModelConversion
from forge.learning.offers.alike import are_alike
from forge.learning.offers.trees import OfferedStages, offered_stages, sizes_text, tree_message, tree_paths
from forge.projects.access import require
from forge.projects.files.contents import check_file_count, checked_path
from forge.projects.files.storage import delete_on_failure
from forge.projects.models import Project
from forge.projects.versions.declared_models import declared_models
from forge.projects.versions.outside import store_outside_version
from forge.projects.versions.store import WorkingTree, snapshot, working_tree
from rune.datasets.calibration_kind import CALIBRATED_ON_RANDOM, STATIC_FORMS
from rune.datasets.splits import Split
from rune.editing.language.policy.entry_edits import ModelEditRefused
from rune.editing.language.policy.model_edit import with_model
from rune.source.policy import POLICY_FILE
from rune.source.policy.sections.models import ModelSource
from rune.source.runefile.model_records import record_path
from rune.wording import quoted, size_text

SOURCES = "training"
"""The folder of a project in which the sources of its models are put."""
SUFFIX = ".tflite"


@dataclass(frozen=True)
class ApplyPath:
    """A file that a form can become. `is_new` if the project has none there."""

    path: str
    is_new: bool


@dataclass(frozen=True)
class OfferedInput:
    """The files that feed a form, a Runefile and perhaps its labels, and what they are, line by line."""

    texts: Mapping[str, bytes]
    lines: Sequence[str]


NO_INPUT = OfferedInput({}, ())


def apply_form(actor: Actor, form: ConvertedForm, path: str, feed: OfferedInput = NO_INPUT) -> int:
    """Opens a change request in which the file `path` is this form, with the files that feed it; its number.

    The source and a record of where the file came from go with it, and `forge.yml` says how it is made. Decision trees
    have no entry there; a Runefile that runs them goes with them, or their resource. Raises
    `FormRefused`, `NothingToApply`, `Invalid`, `BadPath`, `TooManyFiles`, `StorageQuotaReached`, `TooManyOffers`, and
    `Forbidden` or `NotFound`.
    """
    row = form.conversion
    project = row.project
    require(actor, Verb.EDIT, project)
    if not form.digest:
        raise FormRefused(f"{form.name} was not converted: {form.refusal}")
    path = checked_path(path)
    trees = trees_of(row)
    suffix = SUFFIX if trees is None else TREES_SUFFIX
    if not path.endswith(suffix):
        raise Invalid(f"{quoted(path)} does not end with {suffix}.", errors={"path": [f"End it with {suffix}."]})
    require_room(project.organisation_id)
    tree = working_tree(project)
    stages = None if trees is None else offered_stages(tree, trees, path)
    texts = {**_texts(tree, form, path, stages), **feed.texts}
    descriptions = {name: _file_entry(put_bytes(data)) for name, data in texts.items()}
    with delete_on_failure([each["digest"] for each in descriptions.values()]):
        manifest = {**tree.manifest, **descriptions, **dict(_binaries(tree, form, path))}
        if manifest == tree.manifest:
            raise NothingToApply(f"{path} is this form already.")
        check_file_count(len(manifest))
        base = snapshot(project, actor.person)
        with transaction.atomic():
            title = f"Use {form.name} of {row.source_name} as {path}"
            offered_version = store_outside_version(actor, project, manifest, None, title)
            message = (
                _message(form, path, tree, feed)
                if trees is None or stages is None
                else tree_message(form, trees, path, tree, stages)
            )
            change = IncomingModelFiles(title, message, f"Conversion of {row.source_name}", base, offered_version)
            number = model_changes.call(actor, project, change)[0]
            ConvertedForm.objects.filter(pk=form.pk).update(change_request=number)
            write_entry(actor, "model.apply", project.stream, project.place, name=row.source_name, path=path)
            announce_conversion(row, actor)
    return number


def apply_paths(project: Project, row: ModelConversion) -> list[ApplyPath]:
    """The files that a form of a conversion can become, the likeliest first: that of its source, then the only model of
    the project where the form fits in its place, then a new one."""
    tree = working_tree(project)
    if trees_of(row) is not None:
        return [ApplyPath(path, path not in tree.manifest) for path in tree_paths(tree, row)]
    models = sorted(path for path in tree.manifest if path.endswith(SUFFIX))
    declared_paths = [each.path for each in declared_models(tree) if tree.manifest.get(each.source, {}).get("digest")]
    of_source = [each.path for each in declared_models(tree) if each.source == source_path(tree, row)]
    stem = row.source_name.rpartition(".")[0] or row.source_name
    replaced_paths = [
        path for path in models if len(models) == 1 and are_alike(tree.manifest[path]["digest"], row.float_digest)
    ]
    paths = dict.fromkeys([*of_source, *replaced_paths, f"{stem}{SUFFIX}", *models, *declared_paths])
    return [ApplyPath(path, path not in tree.manifest) for path in paths]


def source_path(tree: WorkingTree, row: ModelConversion, target: str = "") -> str:
    """Returns the path of the source of a conversion in a project, or the one where it is put.

    The file that becomes the form is not it: the source stays beside what is made of it.
    """
    same = sorted(path for path, each in tree.manifest.items() if each["digest"] == row.source_digest)
    same = [path for path in same if path != target]
    return same[0] if same else f"{SOURCES}/{row.source_name}"


def _texts(tree: WorkingTree, form: ConvertedForm, path: str, stages: OfferedStages | None) -> dict[str, bytes]:
    """The record of the file, and the `forge.yml`; of decision trees the Runefile. Raises `Invalid`."""
    record = {record_path(path): (json.dumps(form.provenance, indent=2) + "\n").encode()}
    if stages is not None:
        return {**record, stages.path: stages.runefile.encode()} if stages.runefile else record
    return {**record, POLICY_FILE: _policy_with(tree, form, path).encode()}


def _policy_with(tree: WorkingTree, form: ConvertedForm, path: str) -> str:
    """The `forge.yml` that says how the file of a form is made. Raises `Invalid`."""
    row = form.conversion
    model = ModelSource(
        path,
        source_path(tree, row, path),
        form.form,
        None,
        tuple(form.float_layers),
        {name: tuple(shape) for name, shape in row.shapes.items()},
        float_interface=form.form != FLOAT,
        calibration=Split(row.calibration if form.form in STATIC_FORMS else Split.TRAIN),
    )
    try:
        return with_model(tree.texts.get(POLICY_FILE, b"").decode("utf-8", "replace"), model)
    except ModelEditRefused as error:
        raise Invalid(error.reason) from error


def _binaries(tree: WorkingTree, form: ConvertedForm, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The files beside the texts, as a manifest has them."""
    row = form.conversion
    source = source_path(tree, row, path)
    yield path, {"digest": form.digest, "size": form.size}
    yield source, {"digest": row.source_digest, "size": row.source_size}
    if row.weights_digest:
        yield f"{source}.data", {"digest": row.weights_digest, "size": row.weights_size}


def _file_entry(blob: Any) -> dict[str, Any]:
    return {"digest": blob.digest, "size": blob.size}


def _message(form: ConvertedForm, path: str, tree: WorkingTree, feed: OfferedInput) -> str:
    """Returns the change request's text about the form, beside the current model of the project."""
    row, figures = form.conversion, form.figures
    judging, on_random = ("random inputs", ", on random inputs") if is_judged_on_random(form) else ("samples", "")
    lines = [f"`{path}` is made of `{row.source_name}`: {form.name}."]
    if is_calibrated_on_random(form):
        lines.append(f"- Warning: it was {CALIBRATED_ON_RANDOM}. On your own data most answers can be wrong.")
    lines += [
        f"- File: {sizes_text(form, path, tree)}",
        f"- Signal to noise against the float model: {figures['output']:.1f} dB{on_random}",
        f"- Answers changed: {figures['changed']} of {figures['samples']} {judging}",
    ]
    accuracy = accuracy_of(figures)
    if accuracy is not None:
        low, high = 100 * accuracy["low"], 100 * accuracy["high"]
        of = f"{accuracy['right']} of {accuracy['samples']} validation samples"
        lines.append(f"- Accuracy: {100 * accuracy['share']:.1f} % ({low:.1f} to {high:.1f} %), {of}")
    if figures["arena"] is not None:
        lines.append(f"- Arena: {size_text(figures['arena'])}")
    if form.float_layers:
        lines.append(f"- In float: {', '.join(form.float_layers)}")
    lines += ["", "A Runefile feeds it:", *feed.lines] if feed.lines else []
    return "\n".join(lines)
