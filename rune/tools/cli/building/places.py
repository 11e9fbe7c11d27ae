"""Decides where a build's results are written: their names, and places that are refused."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import click

from rune.compiler.anvil.target import Target
from rune.compiler.building.spec import RUNE_TARGET
from rune.tools.cli.building.making import ARCHIVE
from rune.tools.cli.failure import CommandFailed
from rune.tools.cli.files.project import ProjectOnDisk

_REPORT = "report.json"
"""The report of a build, which every package holds."""


def output_paths(
    output: Path | None, project: ProjectOnDisk, name: str, targets_: Sequence[Target], *, is_one: bool
) -> tuple[Path, ...]:
    """Returns where each target's result goes. Unless one was named alone, `output` is the folder.

    The name of a rune does not depend on the order of the targets: of several, the usual one has the plain name.
    """
    if output is not None and is_one:
        return (output,)
    if output is not None and (str(output) == "-" or (output.exists() and not output.is_dir())):
        raise click.BadParameter(
            f"{str(output)!r} is not a folder, and there are several targets", param_hint="--output"
        )
    if output is not None:
        output.mkdir(parents=True, exist_ok=True)
    folder = output or project.folder or Path()
    return tuple(folder / _file_name(name, target, is_one=is_one) for target in targets_)


def _file_name(name: str, target: Target, *, is_one: bool) -> str:
    stem = _without_extension(name)
    if not target.makes_rune:
        return f"{stem}-{target.name}{ARCHIVE}"
    return f"{stem}.rune" if is_one or target.name == RUNE_TARGET else f"{stem}-{target.name}.rune"


def require_place(place: Path, target: Target) -> None:
    """A rune goes into a file or to standard output, a package into an archive or a folder."""
    if (target.makes_rune or place.suffix == ARCHIVE) and place.is_dir():
        what = "a rune" if target.makes_rune else "an archive"
        raise click.BadParameter(f"{str(place)!r} is a folder; {what} is a file", param_hint="--output")
    if target.makes_rune or place.suffix == ARCHIVE:
        return
    if str(place) == "-" or (place.exists() and not place.is_dir()):
        raise click.BadParameter(
            f"{str(place)!r} is not a folder; the target {target.name} makes several files, or one that ends in .zip",
            param_hint="--output",
        )
    if place.is_dir() and any(place.iterdir()) and not _holds_package(place):
        raise CommandFailed(f"The folder {place} is not empty, and holds no package. Name another one.")


def _holds_package(folder: Path) -> bool:
    """Returns whether an earlier build wrote a package here, which is written over but for what was begun in it."""
    try:
        report = json.loads((folder / _REPORT).read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(report, dict) and {"target", "files"} <= report.keys()


def require_other_file(target: Path, project: ProjectOnDisk, runefile: Path) -> None:
    """A rune is not written over what it is built from."""
    sources = (runefile, (project.folder or Path()) / project.runefile)
    if target.exists() and any(each.exists() and target.samefile(each) for each in sources):
        raise CommandFailed(f'"{target}" is what the rune is built from; choose another file with --output')


def checked_name(name: str) -> str:
    if "/" in name or "\\" in name or not name.isprintable() or not name.strip(". "):
        raise click.BadParameter(
            f"{name!r} cannot be the name of a rune; where it is written is chosen with --output", param_hint="--name"
        )
    return name


def _without_extension(name: str) -> str:
    """`foo` of `foo.bar`, as the old command named files; `.foo` stays."""
    return Path(name).stem
