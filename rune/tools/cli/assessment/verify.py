"""`rune verify`: a rune against the reference interpreter, on given or generated inputs."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click

from rune.assessment.verify.models.recorded import verify_recorded
from rune.assessment.verify.runes.project import NoProject, models_wanted
from rune.assessment.verify.runes.project import project_of as project_of_rune
from rune.assessment.verify.runes.rebuild import options_for
from rune.assessment.verify.samples import capabilities_of
from rune.assessment.verify.verification import SECOND, Verification
from rune.assessment.verify.verifying import VerificationEffort, verify
from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.capabilities import CAPABILITIES
from rune.compiler.anvil.errors import CompileError
from rune.compiler.anvil.target import Target
from rune.compiler.building.building import build
from rune.compiler.building.errors import BuildFailed
from rune.compiler.building.options import BuildOptions
from rune.compiler.building.spec import RUNE_TARGET
from rune.compiler.targets.lookup import find_target
from rune.model.profile import PROFILES, Profile
from rune.project.files import FileError, ProjectFiles
from rune.project.runefile import DEFAULT_RUNEFILE
from rune.running.container import ContainerError, RuneFile, read_rune
from rune.running.runtime import RequestedCapability
from rune.running.runtime.errors import InputError, RuneError
from rune.running.runtime.inputs.readers import Notice
from rune.source.runefile import Severity, check
from rune.source.runefile.model_records import RECORD_SUFFIX, guess_sentence, has_guessed_ranges
from rune.source.runefile.pipeline import CapabilityStage
from rune.toolchain import toolchain_digest
from rune.tools.cli.assessment.rune_origin import RuneOrigin, origin_from_report
from rune.tools.cli.assessment.verified_packages import package_kind, verify_package
from rune.tools.cli.failure import NOT_PROVEN, CommandFailed, command_failure
from rune.tools.cli.files.allow_outside import allow_outside_option
from rune.tools.cli.files.input_file import read_input_file
from rune.tools.cli.files.policy import preferred_profile, preferred_variant, require_policy
from rune.tools.cli.files.project import WASM_MAGIC, ProjectOnDisk, project_of, show_diagnostics
from rune.tools.cli.registry.signed_files import verify_signature
from rune.tools.cli.registry.trusted_keys import key_option
from rune.tools.cli.running.input_options import InputOptions, input_options
from rune.tools.cli.running.resource_options import resources_from_options
from rune.tools.cli.running.run import show_notices
from rune.tools.cli.settings import settings
from rune.tools.cli.terminal.printing import format_option, print_json
from rune.tools.cli.terminal.progress import progress
from rune.wording import counted, plain

_HOST_MODELS = ("rune_model_load", "tfm_preload_model")
_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("subject", default=Path(), type=click.Path(exists=True, path_type=Path))
@click.option("--model", "models", multiple=True, metavar="[STAGE=]FILE", help="A model that the rune was built from.")
@click.option(
    "--project",
    "source",
    type=click.Path(exists=True, path_type=Path),
    help="The folder or Runefile that the rune was built from, instead of --model.",
)
@click.option(
    "--report",
    "report",
    type=_FILE,
    help="The report of the rune's build, which names its toolchain: printed by `rune build --format json`, "
    "or taken from a build in the API.",
)
@click.option(
    "--match",
    "match",
    type=click.Choice(sorted(PROFILES)),
    help="The reference whose results the rune was built to give: see rune build --match. "
    "The default is the report's, else the value in forge.yml, else litert.",
)
@click.option(
    "-n", "--runs", type=click.IntRange(1, 100_000), default=20, show_default=True, help="Number of inputs to compare."
)
@click.option(
    "--seed",
    "start",
    type=click.IntRange(0, (1 << 32) - 1),
    default=None,
    help="Seed of the generated inputs, to repeat a verification. By default a new one each time, which is printed.",
)
@click.option("--signature", type=_FILE, help="The signature of the rune, to verify where it came from; needs --key.")
@key_option("A key to trust, with --signature: a file with its public half. Can be repeated.", metavar="FILE")
@input_options
@click.option("--file-resource", "file_resources", multiple=True, metavar="NAME=PATH", help="A resource from a file.")
@click.option("--string-resource", "string_resources", multiple=True, metavar="NAME=VALUE", help="A resource as text.")
@format_option()
@allow_outside_option
def command(
    subject: Path,
    models: Sequence[str],
    source: Path | None,
    report: Path | None,
    match: str | None,
    runs: int,
    start: int | None,
    signature: Path | None,
    keys: Sequence[str],
    inputs: InputOptions,
    file_resources: Sequence[str],
    string_resources: Sequence[str],
    form: str,
) -> None:
    """Build SUBJECT's project again, compare all bytes, and compare its models with the reference interpreter.

    The same files give the same bytes, so a rune that is right is equal to what its project builds: give the project
    with --project. What differs is named, section by section. Each model is compared with the reference kernels of
    LiteRT, or of TFLite Micro for what was built with --match tflm. Integer models must give the same bytes; floats may
    differ by 1e-5 of themselves or 1e-6 of the largest. Files are tried first, then generated inputs.

    A package (.zip) and the firmware of a Raspberry Pi Pico (.uf2) are built again from --project and compared to the
    byte.

    With --signature and --key, nothing is built: it says where the rune came from, as far as one of your keys signed
    that, and ends with 9 where none did.

    The exit status is 1 when something differs or could not be compared: a rune that does not load, sends nothing, or
    leaves its models to its host is not verified. It is 8 when nothing differs but the rune was not proven: another
    version of Hammer Forge made it, so its bytes cannot be compared, or --model was given and no project, so its graph
    and its labels are what the rune itself says.
    """
    if signature is not None or keys:
        verify_signature(subject, signature, keys)
        return
    kind = None if subject.is_dir() else package_kind(read_input_file(subject))
    if kind is not None:
        verify_package(subject, kind, source, match, is_json=form == "json")
        return
    effort = VerificationEffort(runs, start)
    resources = resources_from_options(file_resources, string_resources)
    with progress(f"Verifying {subject.resolve().name}"):
        profile = None if match is None else PROFILES[match]
        options = _VerifyOptions(inputs, effort, resources, report, profile, is_json=form == "json")
        verification = _verification_of(subject, models, source, options)
    if form == "json":
        print_json(verification.to_json())
    else:
        first, *others = _lines(verification)
        click.echo(click.style(first, fg=_colour(verification)), color=settings().colours(sys.stdout))
        click.echo("".join(f"{line}\n" for line in others), nl=False)
    if verification.skipped is not None:
        raise CommandFailed("Nothing was verified", (verification.skipped,))
    if not (verification.is_within and verification.is_compared):
        sys.exit(1)
    if not verification.is_complete:
        sys.exit(NOT_PROVEN)


def _colour(verification: Verification) -> str:
    """Green is only for what is proven."""
    if not verification.is_within:
        return "red"
    return "green" if verification.is_complete else "yellow"


@dataclass(frozen=True)
class _VerifyOptions:
    """The options of the command beside its subject."""

    inputs: InputOptions
    effort: VerificationEffort
    resources: Mapping[str, bytes]
    report: Path | None
    profile: Profile | None
    is_json: bool
    """True if it answers in JSON."""


def _verification_of(
    subject: Path, models: Sequence[str], source: Path | None, options: _VerifyOptions
) -> Verification:
    data = b"" if subject.is_dir() else read_input_file(subject)
    if not data.startswith(WASM_MAGIC):
        if subject.is_file() and not data and subject.suffix == ".rune":
            raise CommandFailed(f"Unable to verify {subject.name}", ("it is empty, and so not a rune",))
        if b"\0" in data:
            raise CommandFailed(f"Unable to verify {subject.name}", ("it is neither a rune nor a Runefile",))
        if models or source is not None or options.report is not None:
            if not subject.is_dir():
                raise CommandFailed(f"Unable to verify {subject.name}", ("it is not a rune: not a WebAssembly module",))
            raise click.UsageError("--model, --project and --report apply to a rune; a project has its own models")
        project = project_of(subject)
        policy = require_policy(project.files, is_json=options.is_json)
        profile = options.profile or preferred_profile(None, policy)
        target = preferred_variant(find_target(RUNE_TARGET), policy)
        origin = RuneOrigin(toolchain_digest(), profile)
        return _verified_project(project, lambda: _build_rune(project, target, profile), options, origin, is_fresh=True)
    origin = RuneOrigin(None) if options.report is None else origin_from_report(options.report, data)
    if source is not None:
        if models:
            raise click.UsageError("--model and --project exclude each other")
        project = project_of(source)
        profile_of_file = preferred_profile(None, require_policy(project.files, is_json=options.is_json))
        origin = origin if options.report is not None else replace(origin, profile=profile_of_file)
        return _verified_project(project, lambda: data, options, origin)
    try:
        rune = read_rune(data)
        has_host_models = any(each.name in _HOST_MODELS for each in rune.imports)
        if models or not has_host_models:
            files = project_of_rune(rune, _models_from_options(rune, models))
            project = ProjectOnDisk(files, DEFAULT_RUNEFILE, None, subject.stem)
            verification = _verified_project(project, lambda: data, options, origin, has_project=False)
            if verification.compiled_models or not has_host_models:
                return verification
        effort = options.effort
        seed = secrets.randbelow(1 << 32) if effort.seed is None else effort.seed
        return verify_recorded(data, inputs=effort.inputs, seed=seed, resources=options.resources)
    except (ContainerError, NoProject, RuneError) as error:
        raise command_failure(f"Unable to verify {subject.name}", error) from error


def _verified_project(
    project: ProjectOnDisk,
    rune: Callable[[], bytes],
    options: _VerifyOptions,
    origin: RuneOrigin,
    *,
    is_fresh: bool = False,
    has_project: bool = True,
) -> Verification:
    profile = options.profile or origin.profile
    _warn_of_guesses(project)
    try:
        data = rune()
        samples = _samples(project.files, project.runefile, options.inputs)
        return verify(
            project.files,
            data,
            runefile=project.runefile,
            samples=samples,
            resources=options.resources,
            effort=options.effort,
            toolchain=origin.toolchain,
            profile=profile,
            options=options_for(
                data, profile, runefile=project.runefile, name=project.name, host_resources=origin.host_resources
            ),
            is_fresh=is_fresh,
            has_project=has_project,
        )
    except BuildFailed as failure:
        show_diagnostics(failure.diagnostics, project.files)
        count = sum(diagnostic.severity is Severity.ERROR for diagnostic in failure.diagnostics)
        raise CommandFailed(f"{project.name} has {counted(count, 'error')}") from failure
    except CompileError as error:
        raise command_failure(f"Unable to compile {project.name}", error) from error
    except (FileError, RuneError) as error:
        raise command_failure(f"Unable to verify {project.name}", error) from error


def _warn_of_guesses(project: ProjectOnDisk) -> None:
    """Says which models compute what their reference does and were converted on random numbers all the same."""
    for record in project.files.paths():
        model = record.removesuffix(RECORD_SUFFIX) + ".tflite"
        if record.endswith(RECORD_SUFFIX) and has_guessed_ranges(project.files, model):
            click.echo(f"warning: {guess_sentence(model)}", err=True)


def _build_rune(project: ProjectOnDisk, target: Target, profile: Profile) -> bytes:
    return build(
        project.files, BuildOptions(project.name, runefile=project.runefile, target=target, profile=profile)
    ).rune


def _models_from_options(rune: RuneFile, pairs: Sequence[str]) -> Mapping[str, bytes]:
    """Models by stage, of `STAGE=FILE`, and of `FILE` where there is one model file."""
    model_files = models_wanted(rune)
    models: dict[str, bytes] = {}
    for pair in pairs:
        stage, equals, path = pair.partition("=")
        if equals and stage in model_files:
            models[stage] = read_input_file(Path(path))
            continue
        is_other_stage = bool(equals) and not Path(pair).exists() and Path(path).exists()
        if is_other_stage or len(set(model_files.values())) != 1:
            stages = ", ".join(f"{plain(name)}=FILE" for name in model_files) or "none: the rune has no models"
            raise click.BadParameter(f"name the stage that runs {pair[:60]!r}: {stages}", param_hint="--model")
        models |= dict.fromkeys(model_files, read_input_file(Path(pair)))
    return models


def _samples(files: ProjectFiles, runefile: str, inputs: InputOptions) -> Sequence[Sequence[bytes]] | None:
    """The input files as input for each capability; None without files, where the project's own samples are used.

    Where one capability alone reads files of a kind, each file is a set of inputs; else its `source` picks one, as in
    `rune run`. Raises `InputError`.
    """
    if not any(inputs.count(kind) for kind in CAPABILITIES.values()):
        return None
    pipeline = check(files, PUBLISHED_BLOCKS, runefile=runefile).pipeline
    if pipeline is None:
        return None
    stages = capabilities_of(pipeline)
    notices: list[str] = []
    sets_of_inputs = [_samples_of(stage, stages, inputs, notices.append) for stage in stages]
    show_notices(notices)
    return sets_of_inputs


def _samples_of(
    stage: CapabilityStage, stages: Sequence[CapabilityStage], inputs: InputOptions, notice: Notice
) -> Sequence[bytes]:
    count = inputs.count(stage.kind)
    is_alone = sum(each.kind is stage.kind for each in stages) == 1
    samples = []
    for number in range(count if is_alone else min(count, 1)):
        parameters = dict(stage.parameters) | ({"source": number} if is_alone else {})
        request = RequestedCapability(0, stage.kind, parameters)
        source = inputs.for_capabilities([request], notice)[0]
        data = source(stage.output.size) if callable(source) else source
        if len(data) > stage.output.size:
            raise InputError(
                f"The input for {plain(stage.name)} has {len(data)} bytes, but the rune reads {stage.output.size}"
            )
        samples.append(data.ljust(stage.output.size, b"\0"))
    return samples


def _lines(verification: Verification) -> list[str]:
    """The result as a sentence, then the details of the reference, the rune and each model."""
    if verification.skipped is not None:
        return [verification.sentence()]
    lines = [verification.sentence()]
    rebuild = verification.rebuild
    if rebuild is not None:
        lines.append(f"  rebuild: {rebuild.sentence()}")
        lines += [f"    {each}" for each in rebuild.differences]
    if verification.seed is not None:
        lines.append(f"  inputs: seed {verification.seed}; repeat them with --seed {verification.seed}")
    if verification.reference is not None:
        lines.append(f"  reference: {verification.reference}, reference kernels")
    if verification.rune.inputs and verification.models:
        distinct = f"; {counted(verification.rune.distinct, 'distinct output')}" if verification.rune.distinct else ""
        lines.append(f"  rune: {verification.rune.sentence()}{distinct}")
    if verification.second is not None and verification.models:
        lines.append(f"  second module, with exact dot products: {verification.second.sentence(SECOND)}")
    # Of a rune that is another, its pipeline's models say nothing.
    for model in verification.models if verification.rune.failure is None else ():
        file = f" ({plain(model.file)})" if model.file else ""
        effort = f"; {model.effort()}" if model.effort() else ""
        lines.append(f"  {plain(model.stage)}{file}: {model.sentence()}{effort}")
    return lines
