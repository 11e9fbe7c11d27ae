"""`rune build`: a project's Runefile becomes `<name>.rune`, or packages for other targets. Silent when all is well."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import click

from rune.compiler.anvil.aim import AIMS, BALANCED, Aim
from rune.compiler.anvil.figures import saving
from rune.compiler.anvil.profile import PROFILES
from rune.compiler.anvil.target import Target
from rune.compiler.building.building import explain
from rune.compiler.building.errors import BuildFailed
from rune.compiler.building.report import Report
from rune.compiler.targets.finding import UnknownTarget, find_target, targets
from rune.running.container import canonical_json
from rune.source.policy import Figures, Judgement, Policy, judge
from rune.source.policy.wording import lines
from rune.source.runefile import HostResources, Severity, diagnostic_to_json
from rune.tools.cli.allow_outside import allow_outside_option
from rune.tools.cli.failure import CommandFailed
from rune.tools.cli.given_file import ANY_PATH
from rune.tools.cli.making import ARCHIVE, Made, Wanted, make, run_tests
from rune.tools.cli.policy import planned, require_policy, wished_profile, wished_variant
from rune.tools.cli.printing import format_option, print_json
from rune.tools.cli.project import Project, project_of, show_diagnostics
from rune.tools.cli.settings import settings
from rune.tools.cli.writing import write_file

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command(name="build")
@click.argument("runefile", default=Path(), type=ANY_PATH)
@click.option(
    "-o",
    "--output",
    type=click.Path(allow_dash=True, path_type=Path),
    help="Where to write the rune or package; a folder, where there are several. A package whose place does not end in "
    ".zip is written as a folder.",
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
    "target_names",
    multiple=True,
    default=("wasm32",),
    show_default=True,
    metavar="TARGET",
    help=f"What to make: {'; '.join(f'{each.name}, {each.summary}' for each in targets())}. Repeatable.",
)
@click.option(
    "--optimize",
    type=click.Choice(AIMS),
    help="What matters more. For size, layers share their code: much less of it, and several times slower. For speed, "
    "each layer gets the fastest kernel, even where that takes several times the bytes, and a second module of relaxed "
    "SIMD goes along for browsers in which it is exact. The library of a package is compiled with -Os, -O2 or -O3. "
    "By default what forge.yml says, or balanced.",
)
@click.option(
    "--match",
    "match",
    type=click.Choice(sorted(PROFILES)),
    help="Whose results models give, to the bit: those of LiteRT's reference kernels, or of TFLite Micro's, which lack "
    "some operators. By default what forge.yml says, or litert.",
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
    target_names: Sequence[str],
    optimize: Aim | None,
    match: str | None,
    explains: bool,
    certificate_file: Path | None,
    form: str,
    cache_dir: Path | None,  # noqa: ARG001 (accepted, as its help says)
    debug: bool,  # noqa: ARG001 (the same)
) -> None:
    """Build RUNEFILE, or the Runefile of a folder, into a rune, or for other targets.

    The rune is written to NAME.rune in the folder that paths start from; the package of another target is written to
    NAME-TARGET.zip there. The tests of the project's own blocks are run first, and one that fails fails the build.
    The same files and the same name give the same bytes in any folder. Of several targets, one that the project
    cannot be built for leaves the others as they are. Nothing is printed on success, but which limits of size and
    memory in forge.yml are missed; rune evaluate judges all of them. --format json prints the build's report and
    these limits, and the diagnostics where it failed; of several targets a list of these.
    """
    if quiet and verbose:
        raise click.UsageError("--quiet and --verbose exclude each other")
    bases = _targets(target_names, optimize)
    _require_fitting(bases, timed=timed, certified=certificate_file is not None, explained=explains)
    project = project_of(runefile, current_dir)
    rune_name = _checked_name(name or project.name)
    resources = _host_resources(host_resources, capacities)
    is_json = form == "json"
    policy = require_policy(project.files, is_json=is_json)
    targets_ = bases if optimize is not None else tuple(wished_variant(target, policy) for target in bases)
    profile = wished_profile(match, policy)
    wishes = [Wanted(rune_name, target, host_models, timed, resources, profile) for target in targets_]
    if explains:
        _explain(project, wishes[0], is_json=is_json)
        return
    places = _places(output, project, rune_name, targets_)
    for place, target in zip(places, targets_, strict=True):
        _require_place(place, target)
        _require_other_file(place, project, runefile)
    if is_json and str(output) == "-":
        raise click.UsageError("--format json and --output - both print to standard output")
    certified = None if certificate_file is None else _Certified(certificate_file, runefile)
    manner = _Manner(quiet=quiet, verbose=verbose, is_json=is_json, is_one=len(wishes) == 1)
    tests = cache(lambda: run_tests(project, verbose=verbose))
    answers = [
        _answer(project, wanted, place, policy, certified, manner, tests)
        for wanted, place in zip(wishes, places, strict=True)
    ]
    if is_json:
        named = [{"target": target.name, **answer} for target, answer in zip(targets_, answers, strict=True)]
        print_json(answers[0] if manner.is_one else {"builds": named})
    if any("report" not in answer for answer in answers):
        sys.exit(1)


@dataclass(frozen=True)
class _Manner:
    """How much is printed, and as what; `is_one` where there is one target, which need not be named."""

    quiet: bool
    verbose: bool
    is_json: bool
    is_one: bool


@dataclass(frozen=True)
class _Certified:
    """Where the certificate goes, of what was built from the file that was given."""

    file: Path
    given: Path


def _answer(
    project: Project,
    wanted: Wanted,
    place: Path,
    policy: Policy,
    certified: _Certified | None,
    manner: _Manner,
    tests: Callable[[], None],
) -> Mapping[str, object]:
    """Builds for one target, has the `tests` of the project's blocks pass, writes what was made and prints what is
    to be said; what JSON says of it, which has a report if it went well. Raises `CommandFailed` where there is no
    other target to go on with."""
    is_loud = manner.verbose or (not manner.quiet and settings().logs("INFO"))
    try:
        made = make(project, wanted, hidden=manner.quiet, verbose=is_loud)
        tests()
    except BuildFailed as failure:
        if not manner.is_json:
            _show_failure(failure, project, "" if manner.is_one else f" for {wanted.target.name}")
        return _failure_json(failure)
    except CommandFailed as failure:
        if manner.is_one:
            raise
        failure.show()
        return {"error": failure.message}
    if not manner.quiet and not manner.is_json:
        show_diagnostics(made.diagnostics, project.files)
        click.echo("".join(_wrong_in_pages(made.report)), err=True, nl=False)
    made.write(place)
    if certified is not None and isinstance(made.content, bytes):
        _require_other_file(certified.file, project, certified.given)
        write_file(certified.file, _certificate(project, wanted, made.content))
    limited = judge(planned(policy), Figures(made.report.size, made.report.memory.planned))
    if not manner.is_json:
        if manner.verbose:
            _summary(made.report, place)
        told = [each for each in limited if manner.verbose or (not manner.quiet and not each.outcome.is_kept)]
        click.echo("".join(f"{line}\n" for line in lines(told)), err=True, nl=False)
    return _made_json(made, place, limited)


def _made_json(made: Made, place: Path, limited: Sequence[Judgement]) -> Mapping[str, object]:
    return {
        "file": str(place),
        "report": made.report.to_json(),
        "diagnostics": [diagnostic_to_json(diagnostic) for diagnostic in made.diagnostics],
        "limits": [each.to_json() for each in limited],
    }


def _failure_json(failure: BuildFailed) -> Mapping[str, object]:
    return {"diagnostics": [diagnostic_to_json(diagnostic) for diagnostic in failure.diagnostics]}


def _targets(names: Sequence[str], aim: Aim | None) -> tuple[Target, ...]:
    return tuple(_target(name, aim or BALANCED) for name in dict.fromkeys(names))


def _require_fitting(targets_: Sequence[Target], *, timed: bool, certified: bool, explained: bool) -> None:
    """What only a rune can have is not asked of another target, and what is about one target not of several."""
    for target in targets_:
        if timed and not target.makes_rune:
            raise click.UsageError(
                f"--timed is for runes; the target {target.name} has no host to tell when a stage ends"
            )
        if certified and not target.makes_rune:
            raise click.UsageError(f"--certificate is for runes; the target {target.name} makes none")
    if len(targets_) > 1 and (certified or explained):
        raise click.UsageError("--certificate and --explain are about one target; give --target once")


def _target(name: str, aim: Aim) -> Target:
    try:
        target = find_target(name)
    except UnknownTarget as error:
        raise click.BadParameter(f"{error}", param_hint="--target") from error
    found = target.variant(aim)
    if found is not None:
        return found
    if not target.makes_rune:
        raise click.UsageError(
            f"--optimize {aim} changes nothing for {target.name}: its sources are compiled by you, with -Os or -O3"
        )
    known = ", ".join(each.optimized_for for each in (target, *target.variants))
    raise click.UsageError(f"The target {target.name} is not optimised for {aim}, only for: {known}")


def _places(output: Path | None, project: Project, name: str, targets_: Sequence[Target]) -> tuple[Path, ...]:
    """Where each target's result goes. Of several, `output` is the folder."""
    if output is not None and len(targets_) == 1:
        return (output,)
    if output is not None and (str(output) == "-" or (output.exists() and not output.is_dir())):
        raise click.BadParameter(f"{str(output)!r} is no folder, and there are several targets", param_hint="--output")
    if output is not None:
        output.mkdir(parents=True, exist_ok=True)
    folder = output or project.folder or Path()
    first_rune = next((target for target in targets_ if target.makes_rune), None)
    return tuple(folder / _file_name(name, target, is_plain=target is first_rune) for target in targets_)


def _file_name(name: str, target: Target, *, is_plain: bool) -> str:
    """A rune has the name alone, but for the second of two runes."""
    stem = _without_extension(name)
    ending = ".rune" if target.makes_rune else ARCHIVE
    return f"{stem}{ending}" if is_plain else f"{stem}-{target.name}{ending}"


def _require_place(place: Path, target: Target) -> None:
    """A rune goes into a file or to standard output, a package into an archive or a folder."""
    if (target.makes_rune or place.suffix == ARCHIVE) and place.is_dir():
        what = "a rune" if target.makes_rune else "an archive"
        raise click.BadParameter(f"{str(place)!r} is a folder; {what} is a file", param_hint="--output")
    if target.makes_rune or place.suffix == ARCHIVE:
        return
    if str(place) == "-" or (place.exists() and not place.is_dir()):
        raise click.BadParameter(
            f"{str(place)!r} is no folder; the target {target.name} makes several files, or one that ends in .zip",
            param_hint="--output",
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


def _certificate(project: Project, wanted: Wanted, rune: bytes) -> bytes:
    from rune.compiler.verify.certificate import (
        certificate,  # it loads what runs a rune, which a build alone does not need
    )

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


def _explain(project: Project, wanted: Wanted, *, is_json: bool) -> None:
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
        _show_failure(failure, project)
        sys.exit(1)
    click.echo(text, nl=False)


def _show_failure(failure: BuildFailed, project: Project, about: str = "") -> None:
    show_diagnostics(failure.diagnostics, project.files)
    count = sum(diagnostic.severity is Severity.ERROR for diagnostic in failure.diagnostics)
    summary = "There was a build error" if count == 1 else f"There were {count} build errors"
    click.echo(f"Error: {summary}{about}", err=True)


def _wrong_in_pages(report: Report) -> Iterator[str]:
    """A warning for each model whose host is asked to run what it can be compiled for, and which pages run wrongly; of
    one that cannot be compiled the check warns."""
    for model in report.models:
        if model.wrong_in_pages and not model.unsupported:
            operators = ", ".join(model.wrong_in_pages)
            yield (
                f"warning: Pages give wrong numbers for {model.file or model.stage}: their interpreter computes "
                f"{operators} of floats with int8 weights wrongly. Trust what `rune run` and builds give\n"
            )


def _summary(report: Report, place: Path) -> None:
    memory = report.memory
    click.echo(f"{place}: {report.size:,} bytes", err=True)
    click.echo(
        f"memory: {memory.planned:,} bytes, {memory.arena:,} for the pipeline and {memory.serial:,} for messages; "
        f"{memory.constants:,} bytes of constants",
        err=True,
    )
    click.echo(f"models give the bits of {report.profile.reference}", err=True)
    for each in report.passes:
        click.echo(f"{each.name}: {saving(each.saved)}", err=True)
    for model in report.models:
        if model.runs == "host":
            click.echo(f"host model: {model.stage} ({model.file or 'given by the host'})", err=True)
    for resource in report.resources:
        default = "with" if resource.default else "without"
        click.echo(f"host resource: {resource.name}, up to {resource.capacity:,} bytes, {default} a default", err=True)
