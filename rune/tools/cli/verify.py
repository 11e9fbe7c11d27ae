"""`rune verify`: a rune against the reference interpreter, on given or generated inputs."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click

from rune.abi import Capability
from rune.compiler.anvil.errors import CompileError
from rune.compiler.anvil.profile import LITERT, PROFILES, Profile
from rune.compiler.anvil.target import Target
from rune.compiler.blocks.catalogue import PUBLISHED_BLOCKS
from rune.compiler.building.building import build
from rune.compiler.building.errors import BuildFailed
from rune.compiler.building.spec import RUNE_TARGET
from rune.compiler.targets.finding import find_target
from rune.compiler.verify.recorded import verify_recorded
from rune.compiler.verify.rune_project import RUNEFILE, NoProject, models_wanted
from rune.compiler.verify.rune_project import project_of as project_of_rune
from rune.compiler.verify.samples import capabilities_of
from rune.compiler.verify.verification import SECOND, Verification
from rune.compiler.verify.verifying import Effort, verify
from rune.project.files import FileError, ProjectFiles
from rune.running.container import ContainerError, Rune, read_rune
from rune.running.runtime import CapabilityRequest
from rune.running.runtime.errors import InputError, RuneError
from rune.running.runtime.files import Notice
from rune.source.runefile import Severity, check
from rune.source.runefile.pipeline import CapabilityStage
from rune.toolchain import toolchain_digest
from rune.tools.cli.allow_outside import allow_outside_option
from rune.tools.cli.failure import CommandFailed, failed
from rune.tools.cli.given_file import read_given_file
from rune.tools.cli.given_inputs import GivenInputs, input_options
from rune.tools.cli.given_resources import given_resources
from rune.tools.cli.policy import require_policy, wished_profile, wished_variant
from rune.tools.cli.printing import format_option, print_json
from rune.tools.cli.progress import progress
from rune.tools.cli.project import Project, project_of, show_diagnostics
from rune.tools.cli.run import show_notices
from rune.wording import counted, plain

_WASM = b"\0asm"
_HOST_MODELS = ("rune_model_load", "tfm_preload_model")
NO_DIGEST = "from a version without toolchain digests"
"""What stands for the toolchain of an old report, which does not tell: it is not this one."""
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
    help="Whose results the rune was built to give: see rune build --match. "
    "By default the report's, else what forge.yml says, or litert.",
)
@click.option(
    "-n", "--runs", type=click.IntRange(1, 100_000), default=20, show_default=True, help="Number of inputs to compare."
)
@click.option(
    "--seed",
    "start",
    type=click.IntRange(0, (1 << 32) - 1),
    default=1,
    show_default=True,
    help="Seed of the generated inputs.",
)
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
    start: int,
    inputs: GivenInputs,
    file_resources: Sequence[str],
    string_resources: Sequence[str],
    form: str,
) -> None:
    """Compare the rune SUBJECT, or what a project builds, with the reference interpreter.

    A rune has its models compiled in, so give the files that it was built from. Its pipeline is compiled again from
    them and compared with the rune, and each model is compared with the reference kernels of LiteRT, or of TFLite Micro
    for what was built with --match tflm. Integer models must give the same bytes; floats may differ by 1e-5 of
    themselves or 1e-6 of the largest. Files are tried first, then generated inputs.

    The exit status is 1 when something differs by more than the tolerance or could not be compared: a rune that does
    not load, sends nothing, or leaves its models to its host is not verified.
    """
    effort = Effort(runs, start)
    resources = given_resources(file_resources, string_resources)
    with progress(f"Verifying {subject.resolve().name}"):
        profile = None if match is None else PROFILES[match]
        given = _Given(inputs, effort, resources, report, profile, is_json=form == "json")
        found = _verified(subject, models, source, given)
    if form == "json":
        print_json(found.to_json())
    else:
        click.echo("\n".join(_lines(found)))
    if found.skipped is not None:
        raise CommandFailed("Nothing was verified", (found.skipped,))
    if not (found.is_within and found.is_complete):
        sys.exit(1)


@dataclass(frozen=True)
class _Given:
    """What the command was given beside what it verifies."""

    inputs: GivenInputs
    effort: Effort
    resources: Mapping[str, bytes]
    report: Path | None
    profile: Profile | None
    is_json: bool
    """Whether it answers in JSON."""


def _verified(subject: Path, models: Sequence[str], source: Path | None, given: _Given) -> Verification:
    data = b"" if subject.is_dir() else read_given_file(subject)
    if not data.startswith(_WASM):
        if subject.is_file() and not data and subject.suffix == ".rune":
            raise CommandFailed(f"Unable to verify {subject.name}", ("it is empty, and so not a rune",))
        if b"\0" in data:
            raise CommandFailed(f"Unable to verify {subject.name}", ("it is neither a rune nor a Runefile",))
        if models or source is not None or given.report is not None:
            if not subject.is_dir():
                raise CommandFailed(f"Unable to verify {subject.name}", ("it is not a rune: not a WebAssembly module",))
            raise click.UsageError("--model, --project and --report apply to a rune; a project has its own models")
        project = project_of(subject)
        policy = require_policy(project.files, is_json=given.is_json)
        profile = given.profile or wished_profile(None, policy)
        target = wished_variant(find_target(RUNE_TARGET), policy)
        made_by = _Maker(toolchain_digest(), profile)
        return _verified_project(project, lambda: _built(project, target, profile), given, made_by)
    made_by = _Maker(None) if given.report is None else _maker_of(given.report, data)
    if source is not None:
        if models:
            raise click.UsageError("--model and --project exclude each other")
        project = project_of(source)
        wished = wished_profile(None, require_policy(project.files, is_json=given.is_json))
        made_by = made_by if given.report is not None else replace(made_by, profile=wished)
        return _verified_project(project, lambda: data, given, made_by)
    try:
        rune = read_rune(data)
        has_host_models = any(each.name in _HOST_MODELS for each in rune.imports)
        if models or not has_host_models:
            files = project_of_rune(rune, _given_models(rune, models))
            project = Project(files, RUNEFILE, None, subject.stem)
            found = _verified_project(project, lambda: data, given, made_by)
            if found.compiled or not has_host_models:
                return found
        effort = given.effort
        return verify_recorded(data, inputs=effort.inputs, seed=effort.seed, resources=given.resources)
    except (ContainerError, NoProject, RuneError) as error:
        raise failed(f"Unable to verify {subject.name}", error) from error


@dataclass(frozen=True)
class _Maker:
    """What made a rune: the digest of the toolchain, where that is known, and whose bits it was built to give."""

    toolchain: str | None
    profile: Profile = LITERT


def _maker_of(report: Path, rune: bytes) -> _Maker:
    """What made the rune, as its build's report says."""
    try:
        told = json.loads(read_given_file(report))
        told = told.get("report", told)
        digest, made_by = told["rune"]["digest"], told.get("toolchain_digest", NO_DIGEST)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CommandFailed(f'"{report}" is not the report of a build') from error
    if digest != "sha256:" + hashlib.sha256(rune).hexdigest():
        raise CommandFailed(f'"{report}" is the report of another rune')
    named = told.get("profile", LITERT.name)
    profile = next((each for each in PROFILES.values() if each.name == named), None)
    if profile is None:
        raise CommandFailed(f'"{report}" names a profile that this version does not know: {plain(str(named), 60)}')
    return _Maker(str(made_by), profile)


def _verified_project(project: Project, rune: Callable[[], bytes], given: _Given, made_by: _Maker) -> Verification:
    try:
        data = rune()
        samples = _samples(project.files, project.runefile, given.inputs)
        return verify(
            project.files,
            data,
            runefile=project.runefile,
            samples=samples,
            resources=given.resources,
            effort=given.effort,
            made_by=made_by.toolchain,
            profile=given.profile or made_by.profile,
        )
    except BuildFailed as failure:
        show_diagnostics(failure.diagnostics, project.files)
        count = sum(diagnostic.severity is Severity.ERROR for diagnostic in failure.diagnostics)
        raise CommandFailed(f"{project.name} has {counted(count, 'error')}") from failure
    except CompileError as error:
        raise failed(f"Unable to compile {project.name}", error) from error
    except (FileError, RuneError) as error:
        raise failed(f"Unable to verify {project.name}", error) from error


def _built(project: Project, target: Target, profile: Profile) -> bytes:
    return build(project.files, project.name, runefile=project.runefile, target=target, profile=profile).rune


def _given_models(rune: Rune, pairs: Sequence[str]) -> Mapping[str, bytes]:
    """Models by stage, of `STAGE=FILE`, and of `FILE` where there is one model file."""
    wanted = models_wanted(rune)
    found: dict[str, bytes] = {}
    for pair in pairs:
        stage, equals, path = pair.partition("=")
        if equals and stage in wanted:
            found[stage] = read_given_file(Path(path))
            continue
        is_other_stage = bool(equals) and not Path(pair).exists() and Path(path).exists()
        if is_other_stage or len(set(wanted.values())) != 1:
            named = ", ".join(f"{plain(name)}=FILE" for name in wanted) or "none: the rune has no models"
            raise click.BadParameter(f"name the stage that runs {pair[:60]!r}: {named}", param_hint="--model")
        found |= dict.fromkeys(wanted, read_given_file(Path(pair)))
    return found


def _samples(files: ProjectFiles, runefile: str, inputs: GivenInputs) -> Sequence[Sequence[bytes]] | None:
    """What the files that were named become for each capability; None when none was, and the project's own will do.

    Where one capability alone reads files of a kind, each file is a set of inputs; else its `source` picks one, as in
    `rune run`. Raises `InputError`.
    """
    if not any(inputs.count(kind) for kind in Capability):
        return None
    pipeline = check(files, PUBLISHED_BLOCKS, runefile=runefile).pipeline
    if pipeline is None:
        return None
    stages = capabilities_of(pipeline)
    notices: list[str] = []
    found = [_samples_of(stage, stages, inputs, notices.append) for stage in stages]
    show_notices(notices)
    return found


def _samples_of(
    stage: CapabilityStage, stages: Sequence[CapabilityStage], inputs: GivenInputs, notice: Notice
) -> Sequence[bytes]:
    count = inputs.count(stage.kind)
    is_alone = sum(each.kind is stage.kind for each in stages) == 1
    found = []
    for number in range(count if is_alone else min(count, 1)):
        parameters = dict(stage.parameters) | ({"source": number} if is_alone else {})
        request = CapabilityRequest(0, stage.kind, parameters)
        given = inputs.for_capabilities([request], notice)[0]
        data = given(stage.output.size) if callable(given) else given
        if len(data) > stage.output.size:
            raise InputError(
                f"The input for {plain(stage.name)} has {len(data)} bytes, but the rune reads {stage.output.size}"
            )
        found.append(data.ljust(stage.output.size, b"\0"))
    return found


def _lines(found: Verification) -> list[str]:
    """The sentence, then who said so of what."""
    if found.skipped is not None:
        return [found.sentence()]
    lines = [found.sentence()]
    if found.reference is not None:
        lines.append(f"  reference: {found.reference}, reference kernels")
    if found.rune.inputs and found.models:
        distinct = f"; {counted(found.rune.distinct, 'distinct output')}" if found.rune.distinct else ""
        lines.append(f"  rune: {found.rune.sentence()}{distinct}")
    if found.second is not None and found.models:
        lines.append(f"  second module, with exact dot products: {found.second.sentence(SECOND)}")
    # Of a rune that is another, its pipeline's models say nothing.
    for model in found.models if found.rune.failure is None else ():
        file = f" ({plain(model.file)})" if model.file else ""
        effort = f"; {model.effort()}" if model.effort() else ""
        lines.append(f"  {plain(model.stage)}{file}: {model.sentence()}{effort}")
    return lines
