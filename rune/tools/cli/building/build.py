"""`rune build`: a project's Runefile becomes `<name>.rune`, or packages for other targets. Silent when all is well."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import click

from rune.aim import AIMS, Aim
from rune.compiler.anvil.figures import saving
from rune.compiler.building.building import explain
from rune.compiler.building.errors import BuildFailed
from rune.compiler.building.options import BuildOptions
from rune.compiler.building.report import BuildReport
from rune.compiler.targets.lookup import targets
from rune.model.profile import PROFILES
from rune.source.policy import Judgement, MeasuredFigures, Policy, judge
from rune.source.policy.wording import lines
from rune.source.runefile import HostResourceOptions, Severity, diagnostic_to_json
from rune.tools.cli.building.chosen_targets import chosen_targets, require_fitting
from rune.tools.cli.building.making import BuildProduct, build_product, run_tests
from rune.tools.cli.building.places import checked_name, output_paths, require_other_file, require_place
from rune.tools.cli.building.target_option import target_option
from rune.tools.cli.failure import CommandFailed
from rune.tools.cli.files.allow_outside import allow_outside_option
from rune.tools.cli.files.input_file import ANY_PATH
from rune.tools.cli.files.policy import (
    limits_known_after_build,
    preferred_profile,
    preferred_variant,
    require_policy,
)
from rune.tools.cli.files.project import ProjectOnDisk, project_of, show_diagnostics
from rune.tools.cli.settings import settings
from rune.tools.cli.terminal.printing import format_option, print_json

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
@target_option(f"What to make: {'; '.join(f'{each.name}, {each.summary}' for each in targets())}.")
@click.option(
    "--optimize",
    type=click.Choice(AIMS),
    help="What the compiler prefers. size: layers share code, which is several times smaller and several times slower. "
    "speed: each layer has its fastest kernel, which may be several times larger, and the rune has a second module of "
    "relaxed SIMD for browsers that compute the same results with it. The library of a package is compiled with -Os, "
    "-O2 or -O3. The default is the value in forge.yml, else speed for wasm32 and balanced for other targets.",
)
@click.option(
    "--match",
    "match",
    type=click.Choice(sorted(PROFILES)),
    help="Which reference the results of models match, bit for bit: LiteRT's reference kernels, or TFLite Micro's, "
    "which lack some operators. The default is the value in forge.yml, else litert.",
)
@click.option(
    "--explain",
    "explains",
    is_flag=True,
    help="Build nothing; print the graph after each pass of the compiler, the kernels chosen, and the memory.",
)
@format_option()
@click.option(
    "--cache-dir",
    envvar="CACHE_DIR",
    type=click.Path(path_type=Path),
    help="Accepted for old scripts; has no effect.",
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
    form: str,
    cache_dir: Path | None,  # noqa: ARG001 (accepted, as its help says)
    debug: bool,  # noqa: ARG001 (the same)
) -> None:
    """Build RUNEFILE, or the Runefile of a folder, into a rune, or for other targets.

    The rune is written to NAME.rune in the folder that paths start from; the package of another target is written to
    NAME-TARGET.zip there, and beside other targets a rune for wasm32-mvp to NAME-wasm32-mvp.rune. The tests of the
    project's own blocks are run first, and one that fails fails the build. The same files and the same name give the
    same bytes in any folder. Of several targets, one that the project cannot be built for, or not so, leaves the others
    as they are. Nothing is printed on success, but which limits of size and memory in forge.yml are missed; rune
    evaluate judges all of them. --format json prints the build's report and these limits, and the diagnostics where it
    failed; of several targets a list of these.
    """
    if quiet and verbose:
        raise click.UsageError("--quiet and --verbose exclude each other")
    base_targets, refusals = chosen_targets(target_names, optimize)
    require_fitting(base_targets, timed=timed, explained=explains)
    project = project_of(runefile, current_dir)
    rune_name = checked_name(name or project.name)
    resources = _host_resources(host_resources, capacities)
    is_json = form == "json"
    policy = require_policy(project.files, is_json=is_json)
    targets_ = (
        base_targets if optimize is not None else tuple(preferred_variant(target, policy) for target in base_targets)
    )
    profile = preferred_profile(match, policy)
    all_options = [
        BuildOptions(
            rune_name,
            runefile=project.runefile,
            target=target,
            profile=profile,
            host_models=host_models,
            host_resources=resources,
            timed=timed,
        )
        for target in targets_
    ]
    if explains:
        _explain(project, all_options[0], is_json=is_json)
        return
    is_one = len(targets_) + len(refusals) == 1
    places = output_paths(output, project, rune_name, targets_, is_one=is_one)
    for place, target in zip(places, targets_, strict=True):
        require_place(place, target)
        require_other_file(place, project, runefile)
    if is_json and str(output) == "-":
        raise click.UsageError("--format json and --output - both print to standard output")
    output_style = _OutputStyle(quiet=quiet, verbose=verbose, is_json=is_json, is_one=is_one)
    for refusal in refusals.values():
        click.echo(f"Error: {refusal}", err=True)
    tests = cache(lambda: run_tests(project, verbose=verbose))
    results = [
        _build_one(project, options, place, policy, output_style, tests)
        for options, place in zip(all_options, places, strict=True)
    ]
    if is_json:
        builds = [{"target": target.name, **(answer or {})} for target, answer in zip(targets_, results, strict=True)]
        builds += [{"target": target, "error": refusal} for target, refusal in refusals.items()]
        print_json(results[0] if output_style.is_one else {"builds": builds})
    if refusals or any(answer is not None and "report" not in answer for answer in results):
        sys.exit(1)


@dataclass(frozen=True)
class _OutputStyle:
    """The amount of output, as text or JSON; `is_one` means a single target, whose name is left out."""

    quiet: bool
    verbose: bool
    is_json: bool
    is_one: bool


def _build_one(
    project: ProjectOnDisk,
    options: BuildOptions,
    place: Path,
    policy: Policy,
    output_style: _OutputStyle,
    tests: Callable[[], None],
) -> Mapping[str, object] | None:
    """Builds for one target, runs the `tests` of the project's blocks, and writes and prints the result. Returns it as
    JSON, which has a report only on success, and None on success where no JSON is printed. Raises `CommandFailed` where
    there is no other target to continue with."""
    shows_steps = output_style.verbose or (not output_style.quiet and settings().logs("INFO"))
    try:
        product = build_product(project, options, hidden=output_style.quiet, verbose=shows_steps)
        tests()
    except BuildFailed as failure:
        if not output_style.is_json:
            _show_failure(failure, project, "" if output_style.is_one else f" for {options.target.name}")
        return _failure_json(failure)
    except CommandFailed as failure:
        if output_style.is_one:
            raise
        failure.show()
        return {"error": failure.message}
    if not output_style.quiet and not output_style.is_json:
        show_diagnostics(product.diagnostics, project.files)
        click.echo("".join(_wrong_in_pages(product.report)), err=True, nl=False)
    product.write(place)
    judgements = judge(
        limits_known_after_build(policy), MeasuredFigures(product.report.size, product.report.memory.planned)
    )
    if not output_style.is_json:
        if output_style.verbose:
            _summary(product.report, place)
        shown_judgements = [
            each for each in judgements if output_style.verbose or (not output_style.quiet and not each.outcome.passes)
        ]
        click.echo("".join(f"{line}\n" for line in lines(shown_judgements)), err=True, nl=False)
    return _product_json(product, place, judgements) if output_style.is_json else None


def _product_json(product: BuildProduct, place: Path, judgements: Sequence[Judgement]) -> Mapping[str, object]:
    return {
        "file": str(place),
        "report": product.report.to_json(),
        "diagnostics": [diagnostic_to_json(diagnostic) for diagnostic in product.diagnostics],
        "limits": [each.to_json() for each in judgements],
    }


def _failure_json(failure: BuildFailed) -> Mapping[str, object]:
    return {"diagnostics": [diagnostic_to_json(diagnostic) for diagnostic in failure.diagnostics]}


def _host_resources(every: bool, pairs: Sequence[str]) -> HostResourceOptions:
    """The host resources of the options `--host-resources` and `--capacity NAME=BYTES`."""
    capacities = {}
    for pair in pairs:
        name, equals, size = pair.partition("=")
        if not (name and equals and size.isascii() and size.isdigit() and len(size) < 12):
            raise click.BadParameter(f"{pair[:60]!r} is not NAME=BYTES", param_hint="--capacity")
        capacities[name] = int(size)
    try:
        return HostResourceOptions(every=every, capacities=capacities)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--capacity") from error


def _explain(project: ProjectOnDisk, options: BuildOptions, *, is_json: bool) -> None:
    """Prints what a build would do, and ends the command where the project has errors."""
    if is_json:
        raise click.UsageError("--explain prints text; --format json prints the report of a build")
    try:
        text = explain(
            project.files,
            options,
        )
    except BuildFailed as failure:
        _show_failure(failure, project)
        sys.exit(1)
    click.echo(text, nl=False)


def _show_failure(failure: BuildFailed, project: ProjectOnDisk, about: str = "") -> None:
    show_diagnostics(failure.diagnostics, project.files)
    count = sum(diagnostic.severity is Severity.ERROR for diagnostic in failure.diagnostics)
    summary = "There was a build error" if count == 1 else f"There were {count} build errors"
    click.echo(f"Error: {summary}{about}", err=True)


def _wrong_in_pages(report: BuildReport) -> Iterator[str]:
    """A warning for each model that runs on the host by choice and that pages compute wrongly. The check warns of
    models that cannot be compiled."""
    for model in report.models:
        if model.wrong_in_pages and not model.unsupported:
            operators = ", ".join(model.wrong_in_pages)
            yield (
                f"warning: Pages give wrong numbers for {model.file or model.stage}: their interpreter computes "
                f"{operators} of floats with int8 weights wrongly. Trust what `rune run` and builds give\n"
            )


def _summary(report: BuildReport, place: Path) -> None:
    memory = report.memory
    click.echo(f"{place}: {report.size:,} bytes", err=True)
    click.echo(
        f"memory: {memory.planned:,} bytes, {memory.arena:,} for the pipeline and {memory.serial:,} for messages; "
        f"{memory.constants:,} bytes of constants",
        err=True,
    )
    click.echo(f"models give the bits of {report.profile.reference}", err=True)
    if report.counts is not None:
        click.echo(report.counts.text, err=True)
    for each in report.passes:
        click.echo(f"{each.name}: {saving(each.savings)}", err=True)
    for model in report.models:
        if model.runs == "host":
            click.echo(f"host model: {model.stage} ({model.file or 'given by the host'})", err=True)
    for resource in report.resources:
        default = "with" if resource.default else "without"
        click.echo(f"host resource: {resource.name}, up to {resource.capacity:,} bytes, {default} a default", err=True)
