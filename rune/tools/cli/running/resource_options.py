"""The options for the resources that a rune reads from its host."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from rune.running.container import ContainerError, read_rune
from rune.tools.cli.failure import CommandFailed
from rune.tools.cli.files.input_file import read_input_file
from rune.tools.cli.inspection.drawing import mapping
from rune.wording import printable

_PAIR = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=(.*)", re.DOTALL)
_OPEN = "rune_resource_open"


def resources_from_options(files: Sequence[str], texts: Sequence[str]) -> Mapping[str, bytes]:
    """Resources by name, from `NAME=path` and `NAME=value`. Ends the command for any other text or a repeated name."""
    resources: dict[str, bytes] = {}
    pairs = [("--file-resource", pair) for pair in files] + [("--string-resource", pair) for pair in texts]
    for option, pair in pairs:
        match = _PAIR.fullmatch(pair)
        if match is None:
            what = "path" if option == "--file-resource" else "value"
            raise click.BadParameter(f"{pair[:60]!r} is not NAME={what}", param_hint=option)
        name, value = match.groups()
        if name in resources:
            raise click.BadParameter(f"the resource {name} is given twice", param_hint=option)
        resources[name] = read_input_file(Path(value)) if option == "--file-resource" else value.encode()
    return resources


def require_resources(data: bytes, resources: Mapping[str, bytes]) -> None:
    """Ends the command when the rune would ignore a given resource."""
    if not resources:
        return
    try:
        rune = read_rune(data)
    except ContainerError:
        return  # Loading it says what is wrong.
    if not any(item.module == "env" and item.name == _OPEN for item in rune.imports):
        raise CommandFailed(
            f"This rune has its resources built in, so {', '.join(sorted(resources))} cannot be given to it. "
            "Build it with --host-resources."
        )
    declarations = mapping(mapping(rune.graph).get("resources"))
    unknown = sorted(set(resources) - set(declarations)) if declarations else []
    if unknown:
        names = ", ".join(printable(name) for name in declarations)
        raise CommandFailed(f"This rune has no resource {', '.join(unknown)}. It has: {names}.")
