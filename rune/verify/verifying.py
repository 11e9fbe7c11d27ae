"""The whole verification of a project's rune: against its pipeline made again, and its models against the reference."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from rune.anvil import AnvilError
from rune.build import BuildFailed
from rune.build.models import ChosenModels, ProjectModels, choose
from rune.container import ContainerError, read_rune
from rune.files import ProjectFiles
from rune.runefile import HostResources, check
from rune.runefile.pipeline import ModelStage, Pipeline
from rune.runtime.errors import ModelRuntimeMissing, RuneError
from rune.runtime.interpreters import Interpreter
from rune.verify.model import ModelCheck
from rune.verify.reference import open_reference
from rune.verify.rune_check import LaidOpen, lay_open, run_beside
from rune.verify.samples import InputSet, capabilities_of, input_sets, own_samples
from rune.verify.verification import ModelVerification, RuneVerification, Runs, Verification


@dataclass(frozen=True)
class Effort:
    """How much is tried: sets of inputs for the pipeline, and as many again for each model by itself; the seed of what
    is generated; and the seconds after which nothing more is begun, though one set of inputs is always tried.
    """

    inputs: int = 20
    seed: int = 1
    seconds: float | None = None


USUAL = Effort()
_NO_RESOURCES: Mapping[str, bytes] = {}


def verify(
    files: ProjectFiles,
    rune: bytes,
    *,
    runefile: str | None = None,
    samples: Sequence[Sequence[bytes]] | None = None,
    resources: Mapping[str, bytes] = _NO_RESOURCES,
    effort: Effort = USUAL,
) -> Verification:
    """Verifies a rune that is said to be built from a project.

    `samples` are recorded inputs, some for each capability; None takes the project's own files that fit. `resources`
    are what a host would give. Raises `BuildFailed` when the project does not check, and `FileError`.
    """
    clock = _Clock(effort.seconds)
    models = ProjectModels(files)
    host = HostResources(every=_asks_for(rune, "rune_resource_open"))
    checked = check(files, runefile=runefile, signatures=models.signature, host_resources=host)
    if checked.pipeline is None:
        raise BuildFailed(checked.diagnostics)
    pipeline = checked.pipeline
    chosen = choose(pipeline, models, host_models=False)
    if not chosen.hosted and _asks_for(rune, "rune_model_load"):
        # It was built so that its host runs all of its models.
        chosen = choose(pipeline, models, host_models=True)
    stages = [stage for stage in pipeline.stages if isinstance(stage, ModelStage)]
    compiled = [stage for stage in stages if stage.name not in chosen.hosted]
    hosted = tuple(ModelVerification(each.name, each.file or "", Runs.HOST) for each in stages if each not in compiled)
    if not compiled:
        return Verification(models=hosted)
    capabilities = capabilities_of(pipeline)
    if samples is None:
        samples = own_samples(files, capabilities)
    sets = input_sets(capabilities, samples, effort.inputs, effort.seed)
    with ThreadPoolExecutor(1) as pool:
        # The references start while the compiler works.
        opening = [pool.submit(_open_reference, models.data(stage.file or "")) for stage in compiled]
        laid_open = _lay_open(pipeline, compiled, chosen)
        opened = [each.result() for each in opening]
    references = [each for each in opened if not isinstance(each, RuneError)]
    missing = next((each for each in opened if isinstance(each, ModelRuntimeMissing)), None)
    try:
        if missing is not None:
            return Verification(models=hosted, skipped=str(missing))
        checks = {
            stage.name: ModelCheck(stage, chosen.compiled[stage.file or ""], models.data(stage.file or ""), reference)
            for stage, reference in zip(compiled, opened, strict=True)
        }
        beside = _beside(rune, laid_open, clock.while_left(sets, share=0.5), resources, checks)
        for each in checks.values():
            each.run_alone(effort.inputs, effort.seed, clock.has_left)
        return Verification(
            references[0].name if references else None,
            beside,
            (*(each.verification() for each in checks.values()), *hosted),
        )
    finally:
        for reference in references:
            reference.close()


def _asks_for(rune: bytes, function: str) -> bool:
    """Whether the rune imports a function of its host."""
    try:
        return any(each.name == function for each in read_rune(rune).imports)
    except ContainerError:
        return False


class _Clock:
    """The time that there is, from when it is made."""

    def __init__(self, seconds: float | None) -> None:
        self._start = time.monotonic()
        self._seconds = seconds

    def has_left(self, share: float = 1.0) -> bool:
        """Whether this share of the time is not over."""
        return self._seconds is None or time.monotonic() - self._start < self._seconds * share

    def while_left(self, sets: Iterable[InputSet], share: float) -> Iterator[InputSet]:
        """The first set, and more for as long as there is time."""
        for number, each in enumerate(sets):
            if number and not self.has_left(share):
                return
            yield each


def _open_reference(data: bytes) -> Interpreter | RuneError:
    try:
        return open_reference(data)
    except RuneError as error:
        return error


def _lay_open(pipeline: Pipeline, compiled: Sequence[ModelStage], chosen: ChosenModels) -> LaidOpen | None:
    """None for a pipeline that has no room for it: then its models are run by themselves alone."""
    try:
        return lay_open(pipeline, compiled, chosen.compiled, chosen.hosted)
    except AnvilError:
        return None


def _beside(
    rune: bytes,
    laid_open: LaidOpen | None,
    sets: Iterable[InputSet],
    resources: Mapping[str, bytes],
    checks: Mapping[str, ModelCheck],
) -> RuneVerification:
    if laid_open is None:
        return RuneVerification()
    try:
        return run_beside(rune, laid_open, sets, resources, lambda stage, *run: checks[stage.name].add(*run))
    except RuneError:
        # A model that only the host has, and this host has not: what is compiled is still compared by itself.
        return RuneVerification()
