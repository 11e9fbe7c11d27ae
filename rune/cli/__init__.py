"""The `rune` command. Each sub-command is a module of its own, imported only when it is called."""

from __future__ import annotations

from importlib import import_module

import click

import rune

COMMANDS = {
    "build": "Build the Runefile of a project into a rune",
    "check": "Check a Runefile and explain what is wrong",
    "inspect": "Show what is inside a rune",
    "login": "Remember a token for a registry",
    "model-info": "Show a model's inputs, outputs and operators",
    "new": "Start a project from a template or from a model",
    "pull": "Fetch a rune from a registry",
    "run": "Run a rune on files or generated input",
}


class LazyGroup(click.Group):
    """Knows its commands by name and loads the one that is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"rune.cli.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(rune.__version__, "-V", "--version", prog_name="rune")
def main() -> None:
    """Describe, build and run machine learning for small devices."""
