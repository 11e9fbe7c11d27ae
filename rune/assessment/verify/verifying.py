"""The whole verification of a project's rune: against its pipeline made again, and its models against the reference."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TypedDict

from rune.assessment.verify.instrumentation import LIMITS
from rune.assessment.verify.models.check import ModelCheck
from rune.assessment.verify.models.probe import build_probe
from rune.assessment.verify.models.reference import open_reference
from rune.assessment.verify.runes.check import InstrumentedPipeline, check_rune, instrument
from rune.assessment.verify.runes.rebuild import compare_with_rebuild, options_for, without_project
from rune.assessment.verify.runes.rebuild_result import FRESH
from rune.assessment.verify.runes.second_module import second_module, second_rune, trial_failure, without_second_module
from rune.assessment.verify.runes.verification import RuneVerification, ToolchainOrigin
from rune.assessment.verify.samples import InputSet, capabilities_of, input_sets, own_samples, runs_for
from rune.assessment.verify.time_limit import within_seconds
from rune.assessment.verify.verification import ModelRunner, ModelVerification, Verification
from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.compiler.anvil.errors import AnvilError
from rune.compiler.building.errors import BuildFailed
from rune.compiler.building.models import ChosenModels, ProjectModels, choose
from rune.compiler.building.options import BuildOptions
from rune.model.profile import LITERT, Profile
from rune.model.tflite import Model
from rune.project.files import ProjectFiles
from rune.running.container import ContainerError, read_rune
from rune.running.runtime.errors import ModelRuntimeMissing, RuneError
from rune.running.runtime.interpreters import Interpreter
from rune.source.runefile import HostResourceOptions, check
from rune.source.runefile.pipeline import ModelStage, Pipeline


@dataclass(frozen=True)
class VerificationEffort:
    """The effort of a verification: sets of inputs for the pipeline, and as many again for each model by itself; the
    seed of the generated inputs, None for a new one each time; and the time limit in seconds of all runs, of which the
    pipeline gets half. Running work is completed, and one set of inputs is always tried. Compiling is not counted; it
    takes about as long as the build's own.
    """

    inputs: int = 20
    seed: int | None = None
    seconds: float | None = None


USUAL = VerificationEffort()
_NO_RESOURCES: Mapping[str, bytes] = {}


def verify(
    files: ProjectFiles,
    rune: bytes,
    *,
    runefile: str | None = None,
    samples: Sequence[Sequence[bytes]] | None = None,
    resources: Mapping[str, bytes] = _NO_RESOURCES,
    effort: VerificationEffort = USUAL,
    toolchain: str | None = None,
    profile: Profile = LITERT,
    options: Iterable[BuildOptions] | None = None,
    is_fresh: bool = False,
    has_project: bool = True,
) -> Verification:
    """Verifies a rune that is said to be built from a project: builds it again, and runs both.

    `samples` are recorded inputs, some for each capability; None takes the project's own files that fit. `resources`
    are what a host would give. `toolchain` is the digest of the toolchain that built the rune, where that is known.
    `profile` says whose bits its models should give. `options` are those that the rune may have been built with; None
    follows what can be read in the rune. With `is_fresh` this process has just built the rune from these files, and it
    is not built again. Without `has_project` the files were read from the rune itself (`rune_project`). Raises
    `BuildFailed` when the project does not check, and `FileError`.
    """
    models = ProjectModels(files)
    host = HostResourceOptions(every=_asks_for(rune, "rune_resource_open"))
    checked_runefile = check(
        files, PUBLISHED_BLOCKS, runefile=runefile, signatures=models.signature, host_resources=host
    )
    if checked_runefile.pipeline is None:
        raise BuildFailed(checked_runefile.diagnostics)
    pipeline = checked_runefile.pipeline
    chosen_models = choose(pipeline, models, host_models=False, profile=profile)
    if not chosen_models.hosted_models and _asks_for(rune, "rune_model_load"):
        # It was built so that its host runs all of its models.
        chosen_models = choose(pipeline, models, host_models=True)
    stages = [stage for stage in pipeline.stages if isinstance(stage, ModelStage)]
    compiled_stages = [stage for stage in stages if stage.name not in chosen_models.hosted_models]
    hosted_models = tuple(
        ModelVerification(each.name, each.file or "", ModelRunner.HOST)
        for each in stages
        if each not in compiled_stages
    )
    capabilities = capabilities_of(pipeline)
    if samples is None:
        samples = own_samples(files, capabilities)
    seed = secrets.randbelow(1 << 32) if effort.seed is None else effort.seed
    if options is None:
        options = options_for(rune, profile, runefile=runefile)
    if not has_project:
        rebuild = without_project(rune)
    else:
        rebuild = FRESH if is_fresh else compare_with_rebuild(files, rune, options, toolchain)
    runs = runs_for(pipeline, effort.inputs, is_proven=rebuild.is_proven)
    sets = partial(input_sets, capabilities, samples, runs, seed)
    origin = ToolchainOrigin.THIS if rebuild.is_of_this_toolchain else ToolchainOrigin.OTHER
    prepared_verification = _prepare(pipeline, compiled_stages, chosen_models, models, profile)
    try:
        half = None if effort.seconds is None else effort.seconds / 2
        checked_runes = _check_runes(rune, prepared_verification, sets, half, resources, origin)
        if prepared_verification.missing is not None:
            reason = str(prepared_verification.missing)
            return Verification(models=hosted_models, skipped=reason, rebuild=rebuild, seed=seed, **checked_runes)
        for each, probe in zip(prepared_verification.checks.values(), prepared_verification.probes, strict=True):
            each.run_alone(probe, effort.inputs, seed, None if half is None else half / len(compiled_stages))
        model_verifications = tuple(each.verification() for each in prepared_verification.checks.values())
        every_model = (*model_verifications, *hosted_models)
        return Verification(
            prepared_verification.reference, models=every_model, rebuild=rebuild, seed=seed, **checked_runes
        )
    finally:
        for each in prepared_verification.checks.values():
            each.close()


@dataclass(frozen=True)
class _PreparedVerification:
    """All that takes time before anything runs. A pipeline that has no room to be instrumented runs as it is, and its
    models are run by themselves alone; an error is why it cannot be compiled here at all. `probes` in the order of
    `checks`, which are by stage.
    """

    instrumented_pipeline: InstrumentedPipeline | AnvilError
    checks: Mapping[str, ModelCheck]
    probes: Sequence[bytes | AnvilError]
    missing: ModelRuntimeMissing | None
    reference: str | None


def _prepare(
    pipeline: Pipeline,
    compiled_stages: Sequence[ModelStage],
    chosen_models: ChosenModels,
    models: ProjectModels,
    profile: Profile,
) -> _PreparedVerification:
    """Starts the references and compiles, side by side."""
    models_with_data = [
        (chosen_models.compiled_models[stage.file or ""], models.data(stage.file or "")) for stage in compiled_stages
    ]
    with ThreadPoolExecutor(2) as pool:
        opening = [pool.submit(_open_reference, data, profile) for _, data in models_with_data]
        probing = [pool.submit(_probe, model, profile) for model, _ in models_with_data]
        instrumented_pipeline = _instrument(pipeline, compiled_stages, chosen_models, profile)
        references = [each.result() for each in opening]
        probes = [each.result() for each in probing]
    checks = {
        stage.name: ModelCheck(stage, *each, reference, profile)
        for stage, each, reference in zip(compiled_stages, models_with_data, references, strict=True)
    }
    missing = next((each for each in references if isinstance(each, ModelRuntimeMissing)), None)
    name = next((each.name for each in references if not isinstance(each, RuneError)), None)
    return _PreparedVerification(instrumented_pipeline, checks, probes, missing, name)


def _asks_for(rune: bytes, function: str) -> bool:
    """Returns whether the rune imports a function of its host."""
    try:
        return any(each.name == function for each in read_rune(rune).imports)
    except ContainerError:
        return False


def _open_reference(data: bytes, profile: Profile) -> Interpreter | RuneError:
    try:
        return open_reference(data, profile)
    except RuneError as error:
        return error


def _probe(model: Model, profile: Profile) -> bytes | AnvilError:
    """The module of a model by itself; why there is none where it has no room to send what it gives."""
    try:
        return build_probe(model, model.outputs, profile=profile)
    except AnvilError as error:
        return error


def _instrument(
    pipeline: Pipeline, compiled_stages: Sequence[ModelStage], chosen_models: ChosenModels, profile: Profile
) -> InstrumentedPipeline | AnvilError:
    try:
        return instrument(
            pipeline, compiled_stages, chosen_models.compiled_models, chosen_models.hosted_models, profile
        )
    except AnvilError as error:
        return _instrument(pipeline, (), chosen_models, profile) if compiled_stages else error


class _Figures(TypedDict):
    """The figures of a rune and of its second module."""

    rune: RuneVerification
    second: RuneVerification | None


def _check_runes(
    rune: bytes,
    prepared_verification: _PreparedVerification,
    sets: Callable[[], Iterable[InputSet]],
    seconds: float | None,
    resources: Mapping[str, bytes],
    origin: ToolchainOrigin,
) -> _Figures:
    """Checks both modules of a rune on the same inputs; they share the time."""
    has_second = second_module(rune) is not None
    instrumented_pipeline = prepared_verification.instrumented_pipeline
    if isinstance(instrumented_pipeline, AnvilError):
        refusal = RuneVerification(refusal=str(instrumented_pipeline))
        return {"rune": refusal, "second": refusal if has_second else None}
    part = seconds / 2 if seconds is not None and has_second else seconds
    checks = _Checks(prepared_verification.checks)
    alone = without_second_module(rune)
    verification = check_rune(alone, instrumented_pipeline, within_seconds(sets(), part), resources, checks, origin)
    if not has_second:
        return {"rune": verification, "second": None}
    try:
        second = second_rune(rune)
    except ContainerError as error:
        return {
            "rune": verification,
            "second": RuneVerification(failure=f"it cannot be read: {error}", origin=verification.origin),
        }
    failure = trial_failure(rune, resources, LIMITS)
    if failure is not None:
        return {"rune": verification, "second": RuneVerification(failure=failure, origin=verification.origin)}
    second_verification = check_rune(
        second,
        instrumented_pipeline,
        within_seconds(sets(), part),
        resources,
        _Nobody(),
        origin,
        programs=InstrumentedPipeline.second_programs,
    )
    return {"rune": verification, "second": second_verification}


@dataclass(frozen=True)
class _Checks:
    """The checks of all models, which hear of each run of the pipeline."""

    by_stage: Mapping[str, ModelCheck]

    def fed(self, stage: ModelStage, inputs: Sequence[bytes], outputs: Sequence[bytes]) -> None:
        self.by_stage[stage.name].add(inputs, outputs)

    def restarted(self) -> None:
        for each in self.by_stage.values():
            each.restart()


class _Nobody:
    """Hears of the runs of a second module: its models were compared by the runs of the rune."""

    def fed(self, stage: ModelStage, inputs: Sequence[bytes], outputs: Sequence[bytes]) -> None:
        """Compares nothing: the bytes are the same."""

    def restarted(self) -> None:
        """Forgets nothing, as it remembers nothing."""
