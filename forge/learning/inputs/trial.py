"""Trying on recordings what a model's input may be: on samples of the project, or on one that is sent for it and kept
nowhere."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, cast

from forge.accounts.permissions import Verb
from forge.compute.child.job_file import JobFile
from forge.compute.pool.answer_reading import TriedInputJson
from forge.compute.pool.language import summary_pool
from forge.compute.pool.local_files import open_blob_file
from forge.compute.pool.toolchain import fetched_folder
from forge.compute.workdir import workdir
from forge.core.actors import Actor
from forge.core.errors import Invalid, TooLarge, Unprocessable
from forge.datasets.access import samples_of
from forge.datasets.models import DataSet
from forge.datasets.playing import playable, require_play
from forge.datasets.sample_uses import SampleUse
from forge.datasets.versions.contents import current_entries
from forge.datasets.versions.manifest import Entry
from forge.learning.inputs.questions import ModelToFeed
from forge.projects.access import require
from forge.projects.models import Project
from rune.datasets.splits import Split
from rune.datasets.spreading import spread_over_labels
from rune.source.runefile.model_inputs import InputKind, InputPreset
from rune.wording import size_text

MAX_SAMPLES = 24
"""Labelled samples of the project that are tried at once."""
RECORDING_LIMIT = 16 << 20
"""Bytes of a recording that is sent for a trial."""
_FOLDER = "input-trial"
_LABELS = f"{_FOLDER}/labels.txt"
_SPLITS = (Split.TRAIN, Split.VALIDATION)
"""A choice that is made on samples of the test split would make their accuracy worth nothing."""


@dataclass(frozen=True)
class TrialRequest:
    """The choices of a trial: a preset for each input, or with `compares` all presets of that kind; the labels; and
    `sample`, the number of one sample, None for labelled ones of each label. A sent `recording` goes before samples."""

    presets: Sequence[str]
    labels: str = ""
    compares: bool = False
    sample: int | None = None
    recording: Iterable[bytes] | None = None


@dataclass(frozen=True)
class PresetTrials:
    """The results by preset, and on how many recordings."""

    results: Sequence[TriedInputJson]
    recordings: int
    is_of_samples: bool


def try_model_inputs(actor: Actor, project: Project, model: ModelToFeed, request: TrialRequest) -> PresetTrials:
    """Runs the model on recordings with its input from presets, computed by the blocks that a device runs.

    Raises `Invalid`, `TooLarge`, `Unprocessable`, `TooManyQuestions`, `LanguageBusy`, and `Forbidden` or `NotFound`.
    """
    require(actor, Verb.EDIT, project)
    presets = model.presets(request.presets)
    variants = _variants(model, presets, compares=request.compares)
    labels = model.labels(request.labels)
    with ExitStack() as stack:
        beside, samples = stack.enter_context(_recordings(actor, project, presets[0], request))
        if labels:
            text = "\n".join(labels)
            beside[_LABELS] = JobFile(hashlib.sha256(text.encode()).hexdigest(), text=text)
        job = {
            "model": model.path,
            "variants": [_variant(model, each, _LABELS if labels else "") for each in variants],
            "samples": samples,
        }
        answer = summary_pool.try_inputs(actor, project, job, model.tree, beside)
    if "error" in answer:
        raise Unprocessable(str(answer["error"]["message"]))
    if "refused" in answer:
        raise Unprocessable(str(answer["refused"]))
    results = cast(list[TriedInputJson], answer["inputs"])
    return PresetTrials(results, len(samples), request.recording is None)


def sample_choices(actor: Actor, project: Project) -> list[Entry]:
    """Labelled samples that the person may play and try, spread over the labels: a trial draws what it reads. Raises
    `Forbidden` or `NotFound`."""
    data_set = DataSet.objects.filter(project=project).first()
    playable_numbers = set(samples_of(actor, project).filter(playable(actor)).values_list("number", flat=True))
    if data_set is None or not playable_numbers:
        return []
    entries = current_entries(data_set, SampleUse.TRAINING)
    usable = [each for each in entries if each.number in playable_numbers and each.split in _SPLITS and each.label]
    return spread_over_labels([each for each in usable if each.events is None], lambda each: each.label, MAX_SAMPLES)


def _variants(model: ModelToFeed, presets: Sequence[InputPreset], *, compares: bool) -> list[list[InputPreset]]:
    if not compares:
        return [list(presets)]
    if len(presets) != 1:
        raise Invalid("Presets are compared for a model with one input.")
    (question,) = model.questions
    return [[each] for each in question.presets if each.kind is presets[0].kind and not each.lacks]


def _variant(model: ModelToFeed, presets: Sequence[InputPreset], labels_path: str) -> dict[str, Any]:
    grid = presets[0].grid
    return {
        "key": presets[0].key,
        "runefile": model.runefile(presets, labels_path),
        "grid": None if grid is None else list(grid),
    }


@contextmanager
def _recordings(
    actor: Actor, project: Project, preset: InputPreset, request: TrialRequest
) -> Iterator[tuple[dict[str, JobFile], list[Mapping[str, str]]]]:
    """The recordings as files of the job, and their descriptions."""
    with ExitStack() as stack:
        if request.recording is not None:
            path = f"{_FOLDER}/sent"
            yield (
                {path: stack.enter_context(_sent_recording(request.recording))},
                [{"path": path, "name": "The recording", "label": ""}],
            )
            return
        entries = _entries(actor, project, preset, request.sample)
        files = {_path(each): stack.enter_context(open_blob_file(each.digest, fetched_folder())) for each in entries}
        yield (
            files,
            [{"path": _path(each), "name": f"Sample {each.number}", "label": each.label} for each in entries],
        )


def _entries(actor: Actor, project: Project, preset: InputPreset, number: int | None) -> list[Entry]:
    entries = [each for each in sample_choices(actor, project) if number in (None, each.number)]
    if number is not None and not entries:
        for sample in samples_of(actor, project).filter(number=number):
            require_play(actor, sample)
        raise Invalid(f"The project has no sample {number} that may be tried.", errors={"sample": ["Choose another."]})
    kind = preset.kind
    if kind in (InputKind.SOUND, InputKind.PICTURE, InputKind.MOTION):
        entries = [each for each in entries if each.kind == kind.value]
    if not entries:
        raise Invalid(f"The project has no labelled samples of {kind.value} that you may play. Send a recording.")
    return entries


def _path(entry: Entry) -> str:
    return f"{_FOLDER}/{entry.number}"


@contextmanager
def _sent_recording(chunks: Iterable[bytes]) -> Iterator[JobFile]:
    """A recording that is sent, in a file without a name. Raises `TooLarge` and `Invalid`."""
    digest, size = hashlib.sha256(), 0
    with tempfile.TemporaryFile(dir=workdir()) as file:
        for chunk in chunks:
            size += len(chunk)
            if size > RECORDING_LIMIT:
                raise TooLarge(f"A recording for a trial has at most {size_text(RECORDING_LIMIT)}.")
            digest.update(chunk)
            file.write(chunk)
        if not size:
            raise Invalid("The recording is empty.")
        file.flush()
        yield JobFile(digest.hexdigest(), descriptor=file.fileno())
