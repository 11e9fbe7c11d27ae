"""Actions on conversions. Each function checks the permission, does it, and notifies open pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

from django.conf import settings
from django.db import transaction
from rest_framework.fields import CharField, ChoiceField, ListField

from forge.accounts.permissions import Verb
from forge.accounts.quotas.limits import require_room
from forge.core.actors import Actor, agent_of
from forge.core.api.acts import DONE, act
from forge.core.api.states import ENDS, IF_MATCH, MAKES
from forge.core.audit.entries import write_entry
from forge.core.blobs.links import link_derived
from forge.core.blobs.store import put_chunks
from forge.core.blobs.sweep import delete_if_unlinked
from forge.core.errors import Conflict, Invalid, Unprocessable
from forge.core.events.log import append_event
from forge.core.preconditions import Precondition, require_precondition
from forge.learning.announcements import MODEL_CHANGED
from forge.learning.conversions.etag_facets import board_facets
from forge.learning.conversions.kinds import DEFAULT_BOARDS, MIXED_FORMS, ConversionStep
from forge.learning.conversions.place import CONVERSION
from forge.learning.conversions.serializers import MAX_LAYERS, QUEUED
from forge.learning.conversions.settings_digest import conversion_digest
from forge.learning.conversions.trees import trees_of
from forge.learning.errors import ConversionBusy, FormRefused, NoSuchLayer
from forge.learning.lab_jobs.endings import LearningEnding
from forge.learning.lab_jobs.queue import end_row, lock, queue_job
from forge.learning.lab_jobs.states import LabJobState
from forge.learning.models import ConvertedForm, ModelConversion
from forge.projects.access import require
from forge.projects.files.contents import checked_path
from forge.projects.files.storage import delete_on_failure, link_uploaded
from forge.projects.models import Project
from rune.datasets.splits import Split
from rune.devices.boards.lookup import UnknownBoard, find_board
from rune.wording import quoted

MAX_NAME = 120
MAX_CONVERSIONS = 100
"""The greatest number of conversions of one project; each keeps its source and its forms."""
MAX_FORMS = 40
"""The greatest number of forms of one conversion."""
MAX_INPUTS = 16
SAMPLES_MISSING = "The samples of this conversion were not sent. Send them, or convert the model again without them."
NO_FORMS = "Decision trees have no forms and no layers: their file has thresholds in float, whatever runs it."
LARGEST_SIZE = 1 << 24

Shapes = Mapping[str, Sequence[int]]


def begin_conversion(
    actor: Actor,
    project: Project,
    name: str,
    chunks: Iterable[bytes],
    weights: Iterable[bytes] | None = None,
    shapes: Shapes | None = None,
    calibration: Split = Split.TRAIN,
    samples: Iterable[bytes] | None = None,
    *,
    samples_follow: bool = False,
) -> ModelConversion:
    """Stores a model's file, the file of weights that belongs to an ONNX model and a file of samples, and converts the
    model as a job. With `samples_follow`, that begins once `restart_conversion` has brought samples.

    A model that the organisation converted before with the same settings has its forms at once. Raises `Invalid`,
    `BadPath`, `TooLarge`, `StorageQuotaReached`, and `Forbidden` or `NotFound`.
    """
    require(actor, Verb.EDIT, project)
    name, shapes = _checked_name(name), _checked_shapes(shapes or {})
    require_room(project.organisation_id)
    source = put_chunks(chunks, settings.UPLOAD_LIMIT)
    beside = None if weights is None else put_chunks(weights, settings.UPLOAD_LIMIT)
    arrays = None if samples is None else put_chunks(samples, settings.UPLOAD_LIMIT)
    digests = [each.digest for each in (source, beside, arrays) if each is not None]
    with delete_on_failure(digests), transaction.atomic():
        if not source.size:
            raise Invalid(f"{quoted(name)} is empty.")
        Project.objects.lock(project.pk)
        if ModelConversion.objects.filter(project=project).count() >= MAX_CONVERSIONS:
            raise Invalid(f"A project has at most {MAX_CONVERSIONS} conversions. Delete some that are not needed.")
        row = ModelConversion(
            project=project,
            person=actor.person,
            agent=agent_of(actor),
            source_name=name,
            source_digest=source.digest,
            source_size=source.size,
            weights_digest="" if beside is None else beside.digest,
            weights_size=0 if beside is None else beside.size,
            samples_digest="" if arrays is None else arrays.digest,
            samples_size=0 if arrays is None else arrays.size,
            shapes=shapes,
            calibration=calibration.value,
            boards=list(DEFAULT_BOARDS),
        )
        row.spec_digest = conversion_digest(row)
        row.save()
        link_uploaded(row, digests, project)
        write_entry(actor, "model.convert", project.stream, project.place, name=name)
        is_there = not samples_follow and _take_from_earlier(row)
        if samples_follow:
            row.state, row.error = LabJobState.FAILED, SAMPLES_MISSING
            row.save()
        elif not is_there:
            _enqueue(actor, row, ConversionStep.CONVERT)
        announce_conversion(row, actor, LearningEnding.FINISHED if is_there else LearningEnding.NONE)
    return row


def restart_conversion(
    actor: Actor,
    row: ModelConversion,
    weights: Iterable[bytes] | None = None,
    shapes: Shapes | None = None,
    samples: Iterable[bytes] | None = None,
) -> ModelConversion:
    """Converts a model again that was not converted, with the weights, the shapes or the samples that were missing.

    Raises `ConversionBusy`, `Invalid`, `TooLarge`, `StorageQuotaReached`, and `Forbidden` or `NotFound`.
    """
    project = row.project
    require(actor, Verb.EDIT, project)
    checked_shapes = None if shapes is None else _checked_shapes(shapes)
    beside = None if weights is None else put_chunks(weights, settings.UPLOAD_LIMIT)
    arrays = None if samples is None else put_chunks(samples, settings.UPLOAD_LIMIT)
    digests = [each.digest for each in (beside, arrays) if each is not None]
    with delete_on_failure(digests), transaction.atomic():
        row = lock(row)
        if not row.can_resume:
            raise ConversionBusy("Only a model whose conversion failed can be converted again.")
        link_uploaded(row, digests, project)
        if beside is not None:
            row.weights_digest, row.weights_size = beside.digest, beside.size
        if arrays is not None:
            row.samples_digest, row.samples_size = arrays.digest, arrays.size
        row.shapes = row.shapes if checked_shapes is None else checked_shapes
        row.spec_digest = conversion_digest(row)
        is_there = not row.forms.exists() and _take_from_earlier(row)
        if not is_there:
            _enqueue(actor, row, ConversionStep.CONVERT)
        write_entry(actor, "model.restart", project.stream, project.place, name=row.source_name)
        announce_conversion(row, actor, LearningEnding.FINISHED if is_there else LearningEnding.NONE)
    return row


@act(
    "POST",
    CONVERSION,
    "forms",
    "conversion_mix",
    verb=Verb.EDIT,
    state=MAKES,
    answer=QUEUED,
    raises=(Conflict, Unprocessable),
)
def mix_form(
    actor: Actor,
    row: ModelConversion,
    form: Annotated[str, ChoiceField(choices=MIXED_FORMS)],
    float_layers: Annotated[
        Sequence[str],
        ListField(child=CharField(max_length=200), max_length=MAX_LAYERS, help_text="names of layers"),
    ],
) -> ModelConversion:
    """Makes a form in which some layers stay floats, as a job. One that is there already is not made again."""
    project = row.project
    if form not in MIXED_FORMS:
        raise Invalid(f"Layers stay floats in {' and '.join(MIXED_FORMS)}.")
    with transaction.atomic():
        row = _require_ready(lock(row))
        if trees_of(row) is not None:
            raise FormRefused(NO_FORMS)
        known_layers = {layer["name"] for layer in row.description.get("layers", ())}
        float_layers = sorted(set(float_layers))
        if unknown := [name for name in float_layers if name not in known_layers]:
            raise NoSuchLayer(f"{row.source_name} has no layer {quoted(unknown[0])}.")
        forms = list(row.forms.all())
        if not any(each.form == form and each.float_layers == float_layers for each in forms):
            if len(forms) >= MAX_FORMS:
                raise Invalid(f"A conversion has at most {MAX_FORMS} forms. Convert the model again.")
            _enqueue(actor, row, ConversionStep.MIX, form=form, layers=float_layers)
            write_entry(
                actor, "model.mix", project.stream, project.place, name=row.source_name, count=len(float_layers)
            )
            announce_conversion(row, actor)
    return row


@act("PUT", CONVERSION, "boards", "conversion_count", verb=Verb.EDIT, state=IF_MATCH, answer=QUEUED, raises=(Conflict,))
def count_on_boards(
    actor: Actor,
    row: ModelConversion,
    boards: Annotated[Sequence[str], ListField(child=CharField(max_length=60), min_length=1, max_length=2)],
    *,
    precondition: Precondition = None,
) -> ModelConversion:
    """Counts the forms on two boards, as a job."""
    project = row.project
    with transaction.atomic():
        row = lock(row)
        require_precondition(board_facets(row), precondition)
        row, keys = _require_ready(row), _checked_boards(boards)
        row.boards = keys
        _enqueue(actor, row, ConversionStep.COUNT, boards=keys)
        write_entry(actor, "model.count", project.stream, project.place, name=row.source_name)
        announce_conversion(row, actor)
    return row


def _checked_boards(keys: Sequence[str]) -> list[str]:
    """Raises `Invalid`."""
    unique_keys = list(dict.fromkeys(keys))
    if not 1 <= len(unique_keys) <= 2:
        raise Invalid("Choose two boards.")
    try:
        return [find_board(key).key for key in unique_keys]
    except UnknownBoard as error:
        raise Invalid(str(error)) from error


@act("DELETE", CONVERSION, "", "conversion_discard", verb=Verb.EDIT, state=ENDS, answer=DONE)
def discard_conversion(actor: Actor, row: ModelConversion) -> None:
    """Deletes a conversion with its forms. Files of the project stay."""
    project = row.project
    with transaction.atomic():
        row, digests = end_row(row, str(actor.person))
        write_entry(actor, "model.discard", project.stream, project.place, name=row.source_name)
        announce_conversion(row, actor)
        row.delete()
    delete_if_unlinked(digests)


def announce_conversion(
    row: ModelConversion, actor: Actor | None = None, ending: LearningEnding = LearningEnding.NONE
) -> None:
    """Tells everybody who has the page open, in the transaction that changed the conversion. `ending` says that it
    ended by this change."""
    append_event(row.project.stream, MODEL_CHANGED(conversion=str(row.pk), state=row.state_name, ending=ending), actor)


def _take_from_earlier(row: ModelConversion) -> bool:
    """Copies the forms of an earlier conversion of the organisation with the same settings; whether there is one."""
    earlier = (
        ModelConversion.objects.filter(
            project__organisation=row.project.organisation_id,
            spec_digest=row.spec_digest,
            state=LabJobState.FINISHED,
        )
        .prefetch_related("forms")
        .first()
    )
    if earlier is None:
        return False
    organisation = row.project.organisation_id
    row.state, row.float_digest, row.description = LabJobState.FINISHED, earlier.float_digest, earlier.description
    row.boards, row.error, row.needs = earlier.boards, "", None
    row.save()
    if row.float_digest:
        link_derived(row, [row.float_digest], organisation)
    for form in earlier.forms.all():
        if form.float_layers:
            continue
        copy = ConvertedForm.objects.create(
            conversion=row,
            number=form.number,
            form=form.form,
            calibrated_on=form.calibrated_on,
            digest=form.digest,
            size=form.size,
            figures=form.figures,
            needs=form.needs,
            refusal=form.refusal,
            provenance=form.provenance,
        )
        if copy.digest:
            link_derived(copy, [copy.digest], organisation)
    return True


def _require_ready(row: ModelConversion) -> ModelConversion:
    if row.state != LabJobState.FINISHED:
        raise ConversionBusy("Wait until the model is converted.")
    return row


def _enqueue(actor: Actor, row: ModelConversion, step: ConversionStep, **values: Any) -> None:
    """Queues the next job of a conversion, in the caller's transaction. Jobs of one conversion follow each other."""
    row.job, row.error, row.needs = queue_job(actor, row, step=step.value, **values), "", None
    if step is ConversionStep.CONVERT:
        row.state = LabJobState.WAITING
    row.save()


def _checked_name(name: str) -> str:
    """The file's own name. Raises `Invalid` and `BadPath`."""
    last = checked_path(name.replace("\\", "/").rpartition("/")[2] or "model")
    if len(last) > MAX_NAME or not last.isprintable():
        raise Invalid(f"The name of a file has at most {MAX_NAME} printable characters.")
    return last


def _checked_shapes(shapes: Shapes) -> dict[str, list[int]]:
    """Raises `Invalid`."""
    if len(shapes) > MAX_INPUTS:
        raise Invalid(f"A model has at most {MAX_INPUTS} inputs here.")
    for name, sizes in shapes.items():
        if not sizes or len(sizes) > 6 or not all(0 < size < LARGEST_SIZE for size in sizes):
            raise Invalid(
                f"The shape of {quoted(name)} is not valid. Write it like 49x10.", errors={"shapes": ["Write 49x10."]}
            )
    return {name: list(sizes) for name, sizes in shapes.items()}
