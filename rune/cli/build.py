"""`rune build`: a project's Runefile becomes `<name>.rune`, or a folder of sources. Silent when all is well."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from rune.anvil.errors import CompileError
from rune.anvil.figures import saving
from rune.anvil.profile import LITERT, PROFILES, Profile
from rune.anvil.target import Target
from rune.building.building import build, explain
from rune.building.errors import BuildFailed
from rune.building.report import BuildResult, Step
from rune.cli.allow_outside import allow_outside_option
from rune.cli.failure import CommandFailed, failed
from rune.cli.given_file import ANY_PATH
from rune.cli.policy import planned, require_policy
from rune.cli.printing import format_option, print_json
from rune.cli.progress import progress
from rune.cli.project import Project, project_of, show_diagnostics
from rune.cli.settings import settings
from rune.cli.writing import write_file, write_folder
from rune.container import canonical_json
from rune.policy import Figures, judge
from rune.policy.wording import lines
from rune.runefile import HostResources, Severity, diagnostic_to_json
from rune.targets.finding import UnknownTarget, find_target, targets

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command(name="build")
@click.argument("runefile", default=Path(), type=ANY_PATH)
@click.option(
    "-o",
    "--output",
    type=click.Path(allow_dash=True, path_type=Path),
    help="Where to write the rune, or the folder of sources.",
)
@click.option(
    "-c",
    "--current-dir",
    envvar="CURRENT_DIR",
    type=_FOLDER,
    help="The folder that paths start from. By default the Runefile's.",
)
@click.option(
    "-n", "--name", help="The rune's name, by default the folder's. The file's name drops what follows the last dot."
)
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
@click.option("-v", "--verbose", is_flag=True, help="Print each step with its time, and the memory needed.")
@click.option(
    "--host-resources",
    is_flag=True,
    help="Let the rune ask its host for every resource, so that rune run can replace it. A default stays built in.",
)
@click.option(
    "--capacity",
    "capacities",
    multiple=True,
    metavar="NAME=BYTES",
    help="Largest size in bytes of a resource from the host.",
)
@click.option(
    "--host-models", is_flag=True, help="Compile no model: the rune embeds the models and its host runs them."
)
@click.option(
    "--timed",
    is_flag=True,
    help="Build an instrumented rune that reports when each stage ends, so that rune bench shows the time of each.",
)
@click.option(
    "--target",
    "target_name",
    default="wasm32",
    show_default=True,
    metavar="TARGET",
    help=f"What to make: {'; '.join(f'{each.name}, {each.summary}' for each in targets())}.",
)
@click.option(
    "--optimize",
    type=click.Choice(["speed", "size"]),
    default="speed",
    show_default=True,
    help="What matters more. For size, layers share their code: much less of it, and several times slower.",
)
@click.option(
    "--match",
    "match",
    type=click.Choice(sorted(PROFILES)),
    default=LITERT.option,
    show_default=True,
    help="Whose results models give, to the bit: those of LiteRT's reference kernels, or of TFLite Micro's, which lack "
    "some operators.",
)
@click.option(
    "--explain",
    "explains",
    is_flag=True,
    help="Build nothing; print the graph after each pass of the compiler, the kernels chosen, and the memory.",
)
@click.option(
    "--certificate",
    "certificate_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write the build's certificate, which a short program checks without the compiler.",
)
@format_option()
@click.option(
    "--cache-dir",
    envvar="CACHE_DIR",
    type=click.Path(path_type=Path),
    help="Accepted for old scripts; nothing is cached between builds.",
)
@click.option("--debug", is_flag=True, help="Accepted for old scripts; a rune is always compiled with optimisation.")
@allow_outside_option
def command(
    runefile: Path,
    output: Path | None,
    current_dir: Path | None,
    name: str | None,
    quiet: bool,
    verbose: bool,
    host_resources: bool,
    capacities: Sequence[str],
    host_models: bool,
    timed: bool,
    target_name: str,
    optimize: str,
    match: str,
    explains: bool,
    certificate_file: Path | None,
    form: str,
    cache_dir: Path | None,  # noqa: ARG001 (accepted, as its help says)
    debug: bool,  # noqa: ARG001 (the same)
) -> None:
    """Build RUNEFILE, or the Runefile of a folder, into a rune, or for another target.

    The rune is written to NAME.rune in the folder that paths start from; sources are written to the folder NAME-TARGET
    there. The same files and the same name give the same bytes in any folder. Nothing is printed on success, but which
    limits of size and memory in forge.yml are missed; rune evaluate judges all of them. --format json prints the
    build's report and these limits, and the diagnostics where it failed.
    """
    if quiet and verbose:
        raise click.UsageError("--quiet and --verbose exclude each other")
    target = _target(target_name, optimize)
    if timed and not target.makes_rune:
        raise click.UsageError(f"--timed is for runes; the target {target.name} has no host to tell when a stage ends")
    if certificate_file is not None and not target.makes_rune:
        raise click.UsageError(f"--certificate is for runes; the target {target.name} makes none")
    project = project_of(runefile, current_dir)
    rune_name = _checked_name(name or project.name)
    host = _host_resources(host_resources, capacities)
    wanted = _Wanted(rune_name, target, host_models, timed, host, PROFILES[match])
    if explains:
        _explain(project, wanted, is_json=form == "json")
        return
    place = output or (project.folder or Path()) / _file_name(rune_name, target)
    _require_place(place, target)
    _require_other_file(place, project, runefile)
    is_json = form == "json"
    policy = require_policy(project.files, is_json=is_json)
    if is_json and str(place) == "-":
        raise click.UsageError("--format json and --output - both print to standard output")
    try:
        result = _built(project, wanted, hidden=quiet, verbose=verbose or (not quiet and settings().logs("INFO")))
    except BuildFailed as failure:
        _show_failure(failure, project, is_json)
        sys.exit(1)
    if not quiet and not is_json:
        show_diagnostics(result.diagnostics, project.files)
    if target.makes_rune:
        write_file(place, result.rune)
    else:
        write_folder(place, result.files, target.starting_points)
    if certificate_file is not None:
        _require_other_file(certificate_file, project, runefile)
        write_file(certificate_file, _certificate(project, wanted, result.rune))
    limited = judge(planned(policy), Figures(result.report.size, result.report.memory.planned))
    if is_json:
        diagnostics = [diagnostic_to_json(diagnostic) for diagnostic in result.diagnostics]
        limits = [each.to_json() for each in limited]
        report = result.report.to_json()
        print_json({"file": str(place), "report": report, "diagnostics": diagnostics, "limits": limits})
        return
    if verbose:
        _summary(result, place)
    told = [each for each in limited if verbose or (not quiet and not each.outcome.is_kept)]
    click.echo("".join(f"{line}\n" for line in lines(told)), err=True, nl=False)


def _target(name: str, optimize: str) -> Target:
    try:
        target = find_target(name)
    except UnknownTarget as error:
        raise click.BadParameter(f"{error}", param_hint="--target") from error
    if optimize == target.optimized_for:
        return target
    if target.smaller is None:
        raise click.UsageError(
            f"--optimize {optimize} is for runes; sources for the target {target.name} are compiled by you: give -Os"
        )
    return target.smaller


def _file_name(name: str, target: Target) -> str:
    stem = _without_extension(name)
    return f"{stem}.rune" if target.makes_rune else f"{stem}-{target.name}"


def _require_place(place: Path, target: Target) -> None:
    """A rune goes into a file or to standard output, everything else into a folder."""
    if target.makes_rune and place.is_dir():
        raise click.BadParameter(f"{str(place)!r} is a folder; a rune is a file", param_hint="--output")
    if not target.makes_rune and (str(place) == "-" or (place.exists() and not place.is_dir())):
        raise click.BadParameter(
            f"{str(place)!r} is no folder; the target {target.name} makes several files", param_hint="--output"
        )


def _require_other_file(target: Path, project: Project, given: Path) -> None:
    """A rune is not written over what it is built from."""
    sources = (given, (project.folder or Path()) / project.runefile)
    if target.exists() and any(each.exists() and target.samefile(each) for each in sources):
        raise CommandFailed(f'"{target}" is what the rune is built from; choose another file with --output')


def _checked_name(name: str) -> str:
    if "/" in name or "\\" in name or not name.isprintable() or not name.strip(". "):
        raise click.BadParameter(
            f"{name!r} cannot be the name of a rune; where it is written is chosen with --output", param_hint="--name"
        )
    return name


def _without_extension(name: str) -> str:
    """`foo` of `foo.bar`, as the old command named files; `.foo` stays."""
    return Path(name).stem


@dataclass(frozen=True)
class _Wanted:
    """What is to be built."""

    name: str
    target: Target
    host_models: bool
    timed: bool
    host_resources: HostResources
    profile: Profile


def _host_resources(every: bool, pairs: Sequence[str]) -> HostResources:
    """What `NAME=BYTES` say of resources."""
    found = {}
    for pair in pairs:
        name, equals, size = pair.partition("=")
        if not (name and equals and size.isascii() and size.isdigit() and len(size) < 12):
            raise click.BadParameter(f"{pair[:60]!r} is not NAME=BYTES", param_hint="--capacity")
        found[name] = int(size)
    try:
        return HostResources(every=every, capacities=found)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--capacity") from error


def _built(project: Project, wanted: _Wanted, *, hidden: bool, verbose: bool) -> BuildResult:
    """Builds, and ends the command where the compiler gives up. Raises `BuildFailed`."""
    name = wanted.name
    with progress(f"Building {name}", hidden=hidden or verbose) as shown:

        def log(step: Step) -> None:
            if shown is not None:
                shown.text = f"Building {name}: {step.step} took {step.milliseconds:.0f} ms"
            if verbose:
                click.echo(f"{step.step:<8} {step.milliseconds:>7.1f} ms  {step.text}", err=True)

        try:
            return build(
                project.files,
                name,
                runefile=project.runefile,
                target=wanted.target,
                log=log,
                host_models=wanted.host_models,
                timed=wanted.timed,
                host_resources=wanted.host_resources,
                profile=wanted.profile,
            )
        except CompileError as error:
            if error.details:
                click.echo(error.details, err=True)
            raise failed(f"Unable to compile {name}", error) from error


def _certificate(project: Project, wanted: _Wanted, rune: bytes) -> bytes:
    from rune.verify.certificate import certificate  # it loads what runs a rune, which a build alone does not need

    found = certificate(
        project.files,
        rune,
        wanted.name,
        runefile=project.runefile,
        host_models=wanted.host_models,
        host_resources=wanted.host_resources,
        timed=wanted.timed,
        target=wanted.target,
        profile=wanted.profile,
    )
    return canonical_json(found) + b"\n"


def _explain(project: Project, wanted: _Wanted, *, is_json: bool) -> None:
    """Prints what a build would do, and ends the command where the project has errors."""
    if is_json:
        raise click.UsageError("--explain prints text; --format json prints the report of a build")
    try:
        text = explain(
            project.files,
            runefile=project.runefile,
            host_models=wanted.host_models,
            host_resources=wanted.host_resources,
            timed=wanted.timed,
            target=wanted.target,
            profile=wanted.profile,
        )
    except BuildFailed as failure:
        _show_failure(failure, project, is_json)
        sys.exit(1)
    click.echo(text, nl=False)


def _show_failure(failure: BuildFailed, project: Project, is_json: bool) -> None:
    if is_json:
        print_json({"diagnostics": [diagnostic_to_json(diagnostic) for diagnostic in failure.diagnostics]})
        return
    show_diagnostics(failure.diagnostics, project.files)
    count = sum(diagnostic.severity is Severity.ERROR for diagnostic in failure.diagnostics)
    summary = "There was a build error" if count == 1 else f"There were {count} build errors"
    click.echo(f"Error: {summary}", err=True)


def _summary(result: BuildResult, target: Path) -> None:
    memory = result.report.memory
    click.echo(f"{target}: {result.report.size:,} bytes", err=True)
    click.echo(
        f"memory: {memory.planned:,} bytes, {memory.arena:,} for the pipeline and {memory.serial:,} for messages; "
        f"{memory.constants:,} bytes of constants",
        err=True,
    )
    click.echo(f"models give the bits of {result.report.profile.reference}", err=True)
    for each in result.report.passes:
        click.echo(f"{each.name}: {saving(each.saved)}", err=True)
    for model in result.report.models:
        if model.runs == "host":
            click.echo(f"host model: {model.stage} ({model.file or 'given by the host'})", err=True)
    for resource in result.report.resources:
        default = "with" if resource.default else "without"
        click.echo(f"host resource: {resource.name}, up to {resource.capacity:,} bytes, {default} a default", err=True)
