"""The steps of a build or a preview, in the compiler's process: check, compile, test, verify, measure, evaluate;
those of a package are in `forge.compute.child.steps.packages`.

Each step answers what it found; the first that finds fault ends the job.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from forge.compute.child.job_answers import Answers
from forge.compute.child.job_files import JobFiles
from forge.compute.child.language_request import SignatureOf
from forge.compute.child.output_file import write_output
from forge.compute.child.pause_points import PausePoints
from forge.compute.child.steps.packages import make_package, preferences_of
from forge.compute.child.steps.secret_search import search_files
from rune.assessment.block_tests.running import run_block_tests
from rune.assessment.evaluation.errors import EvaluationImpossible
from rune.assessment.evaluation.evaluating import EvaluationEffort as EvaluationEffort
from rune.assessment.evaluation.evaluating import evaluate
from rune.assessment.evaluation.labelled import LabelledSample, RecordedEvent
from rune.assessment.evaluation.reasons import fixed_reason
from rune.assessment.evaluation.trials.background_trial import background_trial
from rune.assessment.verify.verifying import VerificationEffort, verify
from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.compiler.building.building import build, check_text
from rune.compiler.building.errors import BuildFailed
from rune.compiler.building.options import BuildOptions
from rune.compiler.building.report import BuildStep
from rune.compiler.building.spec import RUNE_TARGET, SpecOptions
from rune.compiler.targets.lookup import find_variant
from rune.compiler.targets.wasm32 import PREVIEW
from rune.port import Port
from rune.running.container import needed_resources, read_rune
from rune.running.runtime.errors import ModelRuntimeMissing, RuneError, RuneStopped
from rune.running.runtime.measure import measure
from rune.source.policy import CheckedPolicy, check_policy
from rune.source.runefile import CheckedRunefile, check, diagnostic_to_json, outline_to_json
from rune.source.runefile.pipeline import CapabilityStage, Pipeline
from rune.source.runefile.pipeline_tests import pipeline_tests
from rune.tensor import TensorType
from rune.toolchain import toolchain_digest
from rune.wording import plain

WATCHED_ELEMENTS = 1 << 18
"""The most elements of a tensor that a page may watch: a larger one would hold up all others."""
VERIFY_EFFORT = VerificationEffort(inputs=20, seconds=1.5)
"""A slow model is tried on fewer inputs, and the report says on how many."""
EVALUATE_EFFORT = EvaluationEffort(seconds=60.0)
"""The effort after which the remaining samples are skipped; the evaluation has their number."""


BACKGROUND_SECONDS = 5.0
"""The longest that a rune is tried on silence, noise and tones; the trial says how many sounds it reached."""


def make(
    job: Mapping[str, Any],
    files: JobFiles,
    signature_of: SignatureOf,
    answers: Answers,
    earlier_rune: bytes | None,
    output: int,
    rests: PausePoints,
) -> None:
    """Does the steps of a job, up to the first that finds fault. `made` is the rune, if it was made before.

    `files` has the samples too, which are no part of the project: only the last steps read them.
    """
    steps, spec = job["steps"], job["spec"]
    files_and_samples, files = files, files.without({each["path"] for each in job.get("samples", ())})
    if spec["toolchain"] != toolchain_digest():
        # A build from here would have the name of another toolchain's build.
        answers.send("failed", error="The toolchain was changed while the server ran. Restart it.", diagnostics=[])
        return
    if spec["target"] != RUNE_TARGET:
        if earlier_rune is None:
            answers.send(
                "failed", error="The rune that the package is of no longer exists. Build again.", diagnostics=[]
            )
            return
        make_package(job, files, answers, earlier_rune, output)
        return
    options = SpecOptions.from_json(spec["options"]).with_preferences(preferences_of(files))
    check_result = _check(files, options, answers, signature_of) if "check" in steps else None
    if check_result is None and "check" in steps:
        return
    policy = _policy(files) if "policy" in steps else None
    rune = _compile(files, options, check_result, output, answers) if earlier_rune is None else earlier_rune
    if "test" in steps:
        _test(files, options, answers)
    if policy is not None:
        answers.send("policy", policy=None if policy.policy is None else policy.policy.to_json())
    if "secrets" in steps:
        answers.send("searched", scan=search_files(files, job["searched"]))
    if "verify" in steps and not _verify(files_and_samples, options, rune, answers, is_fresh=earlier_rune is None):
        return
    if "measure" in steps:
        _measure(rune, answers)
    if "evaluate" in steps:
        _evaluate(job["samples"], files_and_samples, rune, answers, rests)


def _check(
    files: JobFiles, options: SpecOptions, answers: Answers, signature_of: SignatureOf
) -> CheckedRunefile | None:
    """Returns the checked pipeline; None where a wire cannot be watched, which is answered. Raises `BuildFailed`."""
    start = time.perf_counter()
    check_result = check(
        files,
        PUBLISHED_BLOCKS,
        runefile=options.runefile,
        signatures=signature_of,
        host_resources=options.host_resources,
    )
    problems = (*check_result.diagnostics, *check_policy(files).diagnostics)
    answers.send(
        "checked",
        broken=check_result.is_broken,
        diagnostics=[diagnostic_to_json(one) for one in problems],
        outline=outline_to_json(check_result.outline),
        text=check_text(check_result),
        milliseconds=round((time.perf_counter() - start) * 1000, 1),
    )
    if check_result.is_broken:
        raise BuildFailed(check_result.diagnostics)
    if refusal := refused_ports(check_result.pipeline, options.watched):
        answers.send("failed", error=refusal, diagnostics=[])
        return None
    return check_result


def _policy(files: JobFiles) -> CheckedPolicy:
    """The project's `forge.yml`. Raises `BuildFailed`: rules that cannot be read protect nothing."""
    policy = check_policy(files)
    if policy.has_errors:
        raise BuildFailed(policy.diagnostics)
    return policy


def _compile(
    files: JobFiles, options: SpecOptions, check_result: CheckedRunefile | None, output: int, answers: Answers
) -> bytes:
    result = build(
        files,
        BuildOptions.of_spec(options, PREVIEW if options.is_preview else find_variant(RUNE_TARGET, options.optimize)),
        # The log of a numbered build has the time of its check, which its limits count.
        checked_runefile=check_result if options.is_preview else None,
        log=lambda step: _send_step(answers, step),
    )
    write_output(output, result.rune)
    answers.send(
        "built",
        report=result.report.to_json(),
        diagnostics=[diagnostic_to_json(one) for one in (*result.diagnostics, *check_policy(files).diagnostics)],
    )
    return result.rune


def _test(files: JobFiles, options: SpecOptions, answers: Answers) -> None:
    """Runs the tests of the project's own blocks that the pipeline runs, compiled. Raises `BuildFailed`."""
    test_files = pipeline_tests(files, options.runefile)
    if not test_files:
        return
    report = run_block_tests(files, only=test_files)
    answers.send("step", step="test", text=str(report), milliseconds=report.milliseconds)
    if report.problems:
        raise BuildFailed(report.problems)


def refused_ports(pipeline: Pipeline | None, ports: Sequence[Port]) -> str:
    """The reason why these wires cannot be watched; empty if they can."""
    for port in ports:
        kind = _type_of(pipeline, port)
        if kind is None:
            return f"{plain(port.stage)} no longer has an output {port.index}."
        if kind.count > WATCHED_ELEMENTS:
            much = f"{plain(port.stage)} gives {kind.count:,} numbers per run"
            return f"{much}; at most {WATCHED_ELEMENTS:,} can be watched."
    return ""


def _type_of(pipeline: Pipeline | None, port: Port) -> TensorType | None:
    stages = {stage.name: stage for stage in pipeline.stages} if pipeline is not None else {}
    if pipeline is None or (isinstance(stages.get(port.stage), CapabilityStage) and port.index > 0):
        return None
    try:
        return pipeline.type_of(port) if port.stage in stages else None
    except (IndexError, ValueError):
        return None


def _send_step(answers: Answers, step: BuildStep) -> None:
    answers.send("step", step=step.step, text=step.text, milliseconds=step.milliseconds)


def _verify(files: JobFiles, options: SpecOptions, rune: bytes, answers: Answers, *, is_fresh: bool) -> bool:
    """A rune that was made before is built again, and must be the same to the byte."""
    start = time.perf_counter()
    verification = verify(
        files,
        rune,
        runefile=options.runefile,
        effort=VERIFY_EFFORT,
        toolchain=toolchain_digest(),
        profile=options.profile,
        options=(BuildOptions.of_spec(options, find_variant(RUNE_TARGET, options.optimize)),),
        is_fresh=is_fresh,
    )
    milliseconds = round((time.perf_counter() - start) * 1000, 1)
    answers.send("verified", verification=verification.to_json(), milliseconds=milliseconds)
    return verification.is_within


def _measure(rune: bytes, answers: Answers) -> None:
    resources = needed_resources(read_rune(rune))
    if resources:
        resource_names = ", ".join(plain(name) for name in resources)
        answers.send("unmeasured", reason=f"the host must give it {resource_names} when it starts")
        return
    try:
        measurement = measure(rune)
    except ModelRuntimeMissing as error:
        # Such a rune is for hosts that have more than this one.
        answers.send("unmeasured", reason=str(error))
        return
    except RuneStopped as error:
        if error.limit not in ("input", "output"):
            answers.send("failed", error=f"The rune was built, but a run of it failed: {error}", diagnostics=[])
            return
        # How much a run may send is the business of who runs it.
        answers.send("unmeasured", reason=str(error))
        return
    except RuneError as error:
        answers.send("failed", error=f"The rune was built, but a run of it failed: {error}", diagnostics=[])
        return
    background = background_trial(rune, seconds=BACKGROUND_SECONDS)
    if background is not None:
        # Before the measurement, with which this step counts as done.
        answers.send("tried", background=background.to_json())
    answers.send("measured", run=dataclasses.asdict(measurement))


def _evaluate(
    samples: Sequence[Mapping[str, Any]], files: JobFiles, rune: bytes, answers: Answers, rests: PausePoints
) -> None:
    """Runs the rune on its test samples. Whatever keeps it from that is said, and the build goes on."""
    start = time.perf_counter()
    labelled_samples = [_labelled_sample(sample, files) for sample in samples]
    evaluation: dict[str, Any]
    try:
        evaluation = evaluate(
            rune, labelled_samples, effort=EVALUATE_EFFORT, progress=rests.after, reason_of=fixed_reason
        ).to_json()
    except (EvaluationImpossible, RuneError) as error:
        evaluation = {"samples": len(labelled_samples), "reason": str(error)}
    answers.send("evaluated", evaluation=evaluation, milliseconds=round((time.perf_counter() - start) * 1000, 1))


def _labelled_sample(sample: Mapping[str, Any], files: JobFiles) -> LabelledSample:
    marks = sample["events"]
    events = (
        None if marks is None else tuple(RecordedEvent(each["label"], each["start"], each["end"]) for each in marks)
    )
    return LabelledSample(sample["digest"], sample["label"], partial(files.read, sample["path"]), events=events)
