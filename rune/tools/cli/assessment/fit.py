"""`rune fit`: whether a project's rune fits boards, and how long a run may take on each."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from rune.aim import AIMS, OPTIMIZATIONS, Aim
from rune.compiler.anvil.errors import CompileError
from rune.compiler.building.building import build
from rune.compiler.building.errors import BuildFailed
from rune.compiler.building.options import BuildOptions
from rune.compiler.targets.lookup import find_target
from rune.devices.boards.board import Board
from rune.devices.boards.describing import fit_json
from rune.devices.boards.fit import Fit, FitVerdict, MemoryRoom, Needs, RunTime, fit
from rune.devices.boards.lookup import UnknownBoard, boards, find_board
from rune.devices.emulation.executed import executed_text
from rune.devices.emulation.measuring import measured_or_planned, period_of
from rune.model.profile import PROFILES, Profile
from rune.source.runefile import Severity
from rune.source.runefile.codes import Code
from rune.tools.cli.failure import command_failure
from rune.tools.cli.files.allow_outside import allow_outside_option
from rune.tools.cli.files.input_file import ANY_PATH
from rune.tools.cli.files.policy import preferred_package_aim, preferred_profile, require_policy
from rune.tools.cli.files.project import ProjectOnDisk, project_of, show_diagnostics
from rune.tools.cli.terminal.columns import columns
from rune.tools.cli.terminal.printing import format_option, print_json
from rune.tools.cli.terminal.progress import progress
from rune.wording import counted, size_text

_HEAD = ("board", "verdict", "flash", "RAM", "time of a run", "of its sensor's period")
_MEASURED_NOTE = """\
Exact: flash, RAM and instructions of the rune, by Debian's gcc with {optimization} on an emulated core. The rest of a
firmware is not in them. Estimated: the time of a run; rune fit --board BOARD shows from what."""
_PLANNED_NOTE = "What may fit needs at least this: its flash is the constants without code, its RAM lacks the stack."

_OF_TARGETS = frozenset({Code.TARGET_LACKS.value, Code.TOO_MUCH_MEMORY.value})
"""The codes of errors that another target may not have."""


@dataclass(frozen=True)
class _CompileOptions:
    """The options to compile the rune: the optimisation flag of gcc, and the profile of its models."""

    optimization: str
    profile: Profile


@dataclass(frozen=True)
class _TargetNeeds:
    """The needs of the rune on a target; `period` of its sensor in milliseconds; `reason` why nothing was measured."""

    needs: Needs
    period: float | None
    reason: str | None


@click.command()
@click.argument("runefile", default=Path(), type=ANY_PATH)
@click.option(
    "--board",
    "keys",
    multiple=True,
    metavar="BOARD",
    help="Check only this board, and show the sources of its figures; rune boards lists them. Repeatable.",
)
@click.option(
    "--optimize",
    type=click.Choice(AIMS),
    help="The optimization flag of your compiler: -Os for size, -O2, or -O3 for speed. Bytes of results are the same. "
    "The default is the value in forge.yml for packages, else balanced.",
)
@click.option(
    "--match",
    type=click.Choice(sorted(PROFILES)),
    help="Which reference the results of models match, bit for bit, as in rune build. "
    "The default is the value in forge.yml, else litert.",
)
@format_option()
@allow_outside_option
def command(runefile: Path, keys: Sequence[str], optimize: Aim | None, match: str | None, form: str) -> None:
    """Say which boards RUNEFILE, or the Runefile of a folder, fits, or what is too large and by how much.

    The rune is compiled for each core and run on an emulated one, where QEMU and the core's compiler are installed;
    else only the least that it needs is known. The time on a board is an estimate: a range with its assumptions. With
    --board the command ends with status 1 where the rune is too large for a board.
    """
    selected_boards = _boards(keys)
    project = project_of(runefile)
    policy = require_policy(project.files, is_json=form == "json")
    aim = optimize or preferred_package_aim(policy)
    options = _CompileOptions(OPTIMIZATIONS[aim], preferred_profile(match, policy))
    results = _on_targets(project, list(dict.fromkeys(board.target for board in selected_boards)), options)
    fits = [fit(results[board.target].needs, board, results[board.target].period) for board in selected_boards]
    if form == "json":
        print_json(_as_json(project.name, results, fits))
    else:
        click.echo("\n".join(_as_text(results, fits, options, is_detailed=bool(keys))))
    if keys and any(each.verdict is FitVerdict.TOO_LARGE for each in fits):
        sys.exit(1)


def _boards(keys: Sequence[str]) -> tuple[Board, ...]:
    try:
        return tuple(find_board(key) for key in dict.fromkeys(keys)) or boards()
    except UnknownBoard as error:
        raise click.BadParameter(str(error), param_hint="--board") from error


def _on_targets(project: ProjectOnDisk, targets: Sequence[str], options: _CompileOptions) -> Mapping[str, _TargetNeeds]:
    """Returns the needs by target. Ends the command where the project cannot be built."""
    with progress(f"Measuring {project.name}") as progress_line:
        results = {}
        for target in targets:
            if progress_line is not None:
                progress_line.text = f"Measuring {project.name} on {target}"
            results[target] = _on_target(project, target, options)
    return results


def _on_target(project: ProjectOnDisk, target: str, options: _CompileOptions) -> _TargetNeeds:
    try:
        result = build(
            project.files,
            BuildOptions(project.name, runefile=project.runefile, target=find_target(target), profile=options.profile),
        )
    except BuildFailed as failure:
        show_diagnostics(failure.diagnostics, project.files)
        click.echo(f"Error: {_failure_text(failure, target)}", err=True)
        sys.exit(1)
    except CompileError as error:
        raise command_failure(f"Unable to build {project.name} for {target}", error) from error
    needs, reason = measured_or_planned(result, project.name, optimization=options.optimization)
    return _TargetNeeds(needs, period_of(result.program.capabilities), reason)


def _failure_text(failure: BuildFailed, target: str) -> str:
    """Returns the reason why no board fits, or, where the project itself has errors, that none was tried."""
    errors = [each for each in failure.diagnostics if each.severity is Severity.ERROR]
    if any(each.code in _OF_TARGETS for each in errors):
        return f"There is no package for {target} that could fit a board"
    return f"There {'was' if len(errors) == 1 else 'were'} {counted(len(errors), 'error')}; no board was tried"


def _as_json(name: str, results: Mapping[str, _TargetNeeds], fits: Sequence[Fit]) -> Mapping[str, object]:
    targets = [
        {
            "target": target,
            "flash": each.needs.flash,
            "ram": each.needs.ram,
            "instructions": each.needs.instructions,
            "not_measured": each.reason,
        }
        for target, each in results.items()
    ]
    return {"name": name, "targets": targets, "fits": [fit_json(each) for each in fits]}


def _as_text(
    results: Mapping[str, _TargetNeeds], fits: Sequence[Fit], options: _CompileOptions, *, is_detailed: bool
) -> Iterator[str]:
    yield columns([_HEAD, *(_row(each) for each in fits)])
    yield ""
    if is_detailed:
        for each in fits:
            yield from _details(each, results[each.board.target].needs)
    if any(each.is_measured for each in fits):
        yield _MEASURED_NOTE.format(optimization=options.optimization)
    if not all(each.is_measured for each in fits):
        yield _PLANNED_NOTE
    for target, on_target in results.items():
        if on_target.reason is not None:
            yield f"Not measured on {target}: {on_target.reason}"


def _row(each: Fit) -> tuple[str, ...]:
    time = each.time
    return (
        each.board.key,
        each.verdict.value,
        _room_text(each.flash),
        _room_text(each.ram),
        "not known" if time is None else time.text,
        _share_text(time),
    )


def _room_text(room: MemoryRoom) -> str:
    text = f"{size_text(room.needed)} of {size_text(room.available)}"
    return f"{text}, {size_text(room.excess)} too large" if room.excess else text


def _share_text(time: RunTime | None) -> str:
    if time is None:
        return "not known"
    if time.share is None:
        return "no period"
    least, most = time.share
    return f"{_percent(least)} to {_percent(most)}"


def _percent(share: float) -> str:
    return f"{share:.0%}" if share >= 0.1 else f"{share:.1%}"


def _details(each: Fit, needs: Needs) -> Iterator[str]:
    board = each.board
    yield f"{board.name} ({board.maker}): {board.chip}, {board.core.title}; takes the target {board.target}"
    yield f"  sensors: {', '.join(f'{sensor.key} ({part})' for sensor, part in board.sensors.items()) or 'none'}"
    yield f"  {executed_text(board)}"
    if each.time is not None and needs.instructions is not None:
        yield f"  {needs.instructions:,} instructions a run"
        yield "  the time assumes:"
        yield from (f"    {assumption}" for assumption in each.time.assumptions)
    yield "  the board's figures come from:"
    yield from (f"    {figure}: {source}" for figure, source in board.sources.items())
    yield ""
