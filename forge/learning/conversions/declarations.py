"""Converts again what a project's `forge.yml` says otherwise than before, once for each change of its models."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from forge.accounts.models import User
from forge.accounts.permissions import Verb, can
from forge.builds.hooks import text_settled
from forge.core.actors import Actor
from forge.core.blobs.store import read_blob
from forge.core.errors import DomainError, Invalid
from forge.jobs.actions import retry_job
from forge.learning.conversions.actions import begin_conversion, mix_form, restart_conversion
from forge.learning.conversions.kinds import FLOAT, MIXED_FORMS
from forge.learning.conversions.trees import trees_of
from forge.learning.lab_jobs.states import LabJobState
from forge.learning.models import ConvertedForm, DeclaredModels, ModelConversion
from forge.projects.access import require
from forge.projects.files.writers import last_writer
from forge.projects.models import Project
from forge.projects.versions.declared_models import declared_models, outdated_reason
from forge.projects.versions.store import WorkingTree, working_tree
from rune.compiler.building.spec import canonical_digest
from rune.source.policy.sections.models import INTERFACES, ModelSource
from rune.wording import quoted

IS_TREES = (
    "Its source is decision trees, which become no .tflite file. Apply the conversion, which has their file of the "
    "block decision_trees, and delete this entry."
)
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class DeclaredModel:
    """A model of a `forge.yml`. `outdated_reason` says why its file is not as declared, "" where it is; `refusal` why
    no conversion was begun, "" where none was needed or one was. `form` is the form that the file should be.
    `may_try_again`: what makes it can be begun again, and nothing works on it."""

    model: ModelSource
    outdated_reason: str
    refusal: str
    conversion: ModelConversion | None
    form: ConvertedForm | None
    may_try_again: bool

    @property
    def form_name(self) -> str:
        return f"{self.model.form}, mixed" if self.model.float_layers else self.model.form


@text_settled.register
def follow_text(project: Project, tree: WorkingTree) -> None:
    """Converts what is declared otherwise than before. A fault is logged: the preview must not fail of it."""
    try:
        convert_declared(project, tree)
    except Exception:
        _log.exception("The models of a forge.yml were not compared with their conversions")


def convert_declared(project: Project, tree: WorkingTree) -> None:
    """Begins the conversions of models whose settings or sources changed, for the person who wrote last.

    What was begun, or refused, for the same settings and sources is not begun again.
    """
    models = declared_models(tree)
    if not models:
        return
    digest = _settings_digest(tree, models)
    if DeclaredModels.objects.filter(project=project, digest=digest).exists():
        return
    writer = last_writer(project, tree.sequence)
    outdated_models = [model for model in models if outdated_reason(tree, model)]
    refusals = {model.path: _begin(writer, project, tree, model) for model in outdated_models}
    DeclaredModels.objects.update_or_create(
        project=project, defaults={"digest": digest, "refusals": {path: why for path, why in refusals.items() if why}}
    )


def convert_again(actor: Actor, project: Project, path: str) -> ModelConversion:
    """Begins again what makes a model of the `forge.yml` that is out of date, after it failed or was refused.

    Raises `Invalid`, `ConversionBusy`, `NoSuchLayer`, `NotRetriable`, `StorageQuotaReached`, and `Forbidden` or
    `NotFound`.
    """
    require(actor, Verb.EDIT, project)
    tree = working_tree(project)
    model = next((each for each in declared_models(tree) if each.path == path), None)
    if model is None:
        raise Invalid(f"The forge.yml declares no model {quoted(path)}.")
    if reason := _unmakable(tree, model):
        raise Invalid(reason)
    row = next((each for each in _conversions(project) if _is_of(each, tree, model)), None)
    if row is None:
        row = _begin_stored(actor, project, tree, model)
    elif trees_of(row) is not None:
        raise Invalid(IS_TREES)
    elif row.can_resume:
        row = restart_conversion(actor, row)
    elif model.float_layers:
        row = mix_form(actor, row, model.form, model.float_layers)
    elif row.job is not None:
        retry_job(actor, row.job)
    _forget_refusal(project, path)
    return row


def _forget_refusal(project: Project, path: str) -> None:
    row = DeclaredModels.objects.filter(project=project).first()
    if row is not None and path in row.refusals:
        row.refusals = {name: why for name, why in row.refusals.items() if name != path}
        row.save(update_fields=["refusals"])


def declared_forms(row: ModelConversion) -> Iterator[tuple[str, Sequence[str]]]:
    """The forms with layers in float that the project's `forge.yml` makes of the conversion's source now, which it
    does not have yet. Layers that the model does not have are left out."""
    known_layers = {layer["name"] for layer in row.description.get("layers", ())}
    tree = working_tree(row.project)
    for model in declared_models(tree):
        layers = sorted(model.float_layers)
        is_mixed = layers and model.form in MIXED_FORMS and known_layers >= set(layers)
        if is_mixed and _is_of(row, tree, model) and _form_of(row, model) is None:
            yield model.form, layers


def declared_of(project: Project, tree: WorkingTree) -> list[DeclaredModel]:
    """The models of a project's `forge.yml` with their conversions. Two queries, none without such models."""
    models = declared_models(tree)
    if not models:
        return []
    row = DeclaredModels.objects.filter(project=project).first()
    refusals = {} if row is None or row.digest != _settings_digest(tree, models) else row.refusals
    conversions = _conversions(project)
    return [_declared_model(tree, model, conversions, refusals) for model in models]


def _declared_model(
    tree: WorkingTree, model: ModelSource, conversions: Sequence[ModelConversion], refusals: Mapping[str, str]
) -> DeclaredModel:
    row = next((each for each in conversions if _is_of(each, tree, model)), None)
    form = None if row is None or _server_refuses(model) else _form_of(row, model)
    is_trees = row is not None and trees_of(row) is not None
    reason, refusal = outdated_reason(tree, model), IS_TREES if is_trees else refusals.get(model.path, "")
    is_over = bool(refusal) if row is None else row.job is None or row.job.is_finished
    may_try_again = bool(reason) and form is None and is_over and not is_trees and not _unmakable(tree, model)
    return DeclaredModel(model, reason, refusal, row, form, may_try_again)


def _begin(writer: User | None, project: Project, tree: WorkingTree, model: ModelSource) -> str:
    """Begins what makes the form of a model. Returns why nothing was begun; "" also where nothing is needed."""
    if model.source not in tree.manifest:
        return ""
    if reason := _unmakable(tree, model):
        return reason
    if writer is None or not writer.is_active or not can(writer, Verb.EDIT, project):
        return "Nobody who may edit this project changed it, so nothing was converted."
    try:
        row = next((each for each in _conversions(project) if _is_of(each, tree, model)), None)
        if row is None:
            row = _begin_stored(writer, project, tree, model)
        if trees_of(row) is not None:
            return IS_TREES
        if row.state == LabJobState.FINISHED and model.float_layers:
            mix_form(writer, row, model.form, model.float_layers)
    except DomainError as error:
        return error.detail
    return ""


def _unmakable(tree: WorkingTree, model: ModelSource) -> str:
    """Returns why a model cannot be made here of what the project has; "" if it can."""
    if reason := _server_refuses(model):
        return reason
    if model.source not in tree.manifest:
        return f"The source {quoted(model.source)} is missing."
    return f"{quoted(model.source)} is a text file, not a model." if model.source in tree.texts else ""


def _begin_stored(writer: Actor, project: Project, tree: WorkingTree, model: ModelSource) -> ModelConversion:
    name, weights = model.source.rpartition("/")[2], _weights(tree, model)
    source = read_blob(tree.manifest[model.source]["digest"])
    beside = [read_blob(weights)] if weights else None
    return begin_conversion(writer, project, name, [source], beside, _shapes(model), model.calibration)


def _server_refuses(model: ModelSource) -> str:
    """Returns why a server does not make this form, though `rune convert` does; "" if it does."""
    if model.float_layers and model.form not in MIXED_FORMS:
        return f"Layers stay in float in {' and '.join(MIXED_FORMS)} only."
    if model.form != FLOAT and not model.float_interface:
        return (
            f"Forms made here have floats as inputs and outputs. Write `interface: {INTERFACES[1]}`, or run "
            "`rune convert` in the project's folder."
        )
    return ""


def _conversions(project: Project) -> list[ModelConversion]:
    """The conversions of a project with their forms, the newest first."""
    rows = ModelConversion.objects.filter(project=project).select_related("job", "project__organisation")
    return list(rows.prefetch_related("forms"))


def _is_of(row: ModelConversion, tree: WorkingTree, model: ModelSource) -> bool:
    """Returns whether a conversion is of the source, the shapes and the calibration of a model, which its forms
    share."""
    source = tree.manifest.get(model.source, {}).get("digest")
    own = (row.source_digest, row.weights_digest, row.shapes, row.calibration)
    return own == (source, _weights(tree, model), _shapes(model), model.calibration.value)


def _form_of(row: ModelConversion, model: ModelSource) -> ConvertedForm | None:
    layers = sorted(model.float_layers)
    return next((each for each in row.forms.all() if (each.form, each.float_layers) == (model.form, layers)), None)


def _weights(tree: WorkingTree, model: ModelSource) -> str:
    """The digest of the file of weights beside an ONNX model; "" if there is none."""
    return str(tree.manifest.get(f"{model.source}.data", {}).get("digest", ""))


def _shapes(model: ModelSource) -> dict[str, list[int]]:
    return {name: list(shape) for name, shape in model.shapes.items()}


def _settings_digest(tree: WorkingTree, models: Sequence[ModelSource]) -> str:
    return canonical_digest(
        {
            model.path: {
                "source": tree.manifest.get(model.source, {}).get("digest", ""),
                "weights": _weights(tree, model),
                **model.settings(),
            }
            for model in models
        }
    )
