"""The `rune` command. Each sub-command is a module of one of the folders, imported only when it is called."""

from __future__ import annotations

from pathlib import Path

import click
from click.core import ParameterSource

import rune
from rune.compiler.anvil.compiling.object_folder import SHARING
from rune.tools.cli.group import LazyGroup
from rune.tools.cli.settings import CommandSettings

COMMANDS = {
    "agents": {
        "mcp": "Let an assistant work in a folder",
    },
    "assessment": {
        "boards": "List the boards that rune fit knows",
        "evaluate": "Evaluate a rune on labelled samples",
        "fit": "Show which boards a rune fits, and how fast it may be",
        "verify": "Compare a rune with the reference interpreter",
        "watch": "Take the bins of what a rune counts from samples",
    },
    "building": {
        "build": "Build the Runefile of a project into a rune",
    },
    "data": {
        "data": "Pull, push and import the data of a project",
    },
    "fleet": {
        "devices": "List the devices of an organisation",
    },
    "inspection": {
        "graph": "Draw a pipeline for Graphviz",
        "inspect": "Show what is inside a rune or a project",
        "model-info": "Show a model's inputs, outputs and ops",
    },
    "projects": {
        "block": "Show a proc-block, or copy its source into a project",
        "check": "Check a Runefile and explain what is wrong",
        "fmt": "Format a Runefile",
        "lsp": "Start the language server for an editor",
        "new": "Start a project from a template or from a model",
    },
    "registry": {
        "login": "Sign in to a registry",
        "pull": "Fetch a rune from a registry",
        "rebuild": "Build a published rune again and compare all bytes",
        "sign": "Sign a published rune with a key of your own",
        "withdraw": "Withdraw a published version of a rune or a block",
    },
    "running": {
        "bench": "Measure inference time, or compare runes",
        "mlperf": "Answer the runner of MLPerf Tiny as a device",
        "run": "Run a rune on files or generated input",
    },
    "terminal": {
        "completion": "Print the shell completion of this command",
        "version": "Show the version of this command",
    },
}
"""By the folder that has its module, each with what `rune --help` says of it."""
OTHER_COMMANDS = {
    "convert": ("lab.command.convert", "Convert a model to .tflite, and quantise it"),
    "search": ("lab.command.search", "Search for the settings with the best accuracy for their cost"),
    "train": ("lab.command.train", "Train the model of a project from recordings"),
}
"""Commands of packages above this one, which it does not import: the module that has each, and its summary."""


@click.command(
    cls=LazyGroup,
    commands_by_folder=COMMANDS,
    other_commands=OTHER_COMMANDS,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option(
    "--colour", "--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="When to use colours."
)
@click.option("--unstable", is_flag=True, help="Accepted for old scripts; has no effect.")
@click.option(
    "--rune-repo-dir",
    envvar="RUNE_REPO_DIR",
    type=click.Path(path_type=Path),
    help="Accepted for old scripts, together with --unstable; a rune is built without the sources of Rune.",
)
@click.version_option(rune.__version__, "-V", "--version", prog_name="rune", message="%(prog)s %(version)s")
@click.pass_context
def main(context: click.Context, colour: str, unstable: bool, rune_repo_dir: Path | None) -> None:
    """Describe, build and run machine learning for small devices."""
    source = context.get_parameter_source("rune_repo_dir")
    if rune_repo_dir is not None and source is ParameterSource.COMMANDLINE and not unstable:
        raise click.UsageError("--rune-repo-dir needs --unstable")
    context.obj = CommandSettings(colour, context.meta["rune.variables"])
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


def start() -> None:
    """Runs the command in a process of its own, which uses what earlier processes compiled."""
    SHARING.begin()
    main()
