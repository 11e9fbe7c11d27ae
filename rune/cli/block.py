"""`rune block`: what a block of the catalogue is, and its source in Python as a file of one's own project."""

from __future__ import annotations

from pathlib import Path

import click

from rune.blocks.catalogue import CATALOGUE, find_block
from rune.blocks.in_python import source_of
from rune.blocks.signature import Block
from rune.cli.failure import CommandFailed, failed
from rune.tensor import ElementType

_NUMBERS = tuple(str(element) for element in ElementType if element not in (ElementType.UTF8, ElementType.U64))


@click.group()
def command() -> None:
    """Show a proc-block of the catalogue, or copy its source."""


@command.command()
@click.argument("name")
def show(name: str) -> None:
    """Print the page of the block NAME, and its source where it is written in Python."""
    block = _found(name)
    click.echo(block.documentation.rstrip())
    if block.source is not None:
        click.echo(f"\n## Source\n\n```python\n{source_of(block.source).rstrip()}\n```")


@command.command()
@click.argument("name")
@click.argument("project", type=click.Path(path_type=Path, file_okay=False, exists=True), default=".")
@click.option("--element", type=click.Choice(_NUMBERS), help="The type of its input, where the block takes several.")
def copy(name: str, project: Path, element: str | None) -> None:
    """Copy the source of the block NAME into the folder PROJECT, as a file of its own."""
    block = _found(name)
    if block.source is None:
        written = ", ".join(each.name for each in CATALOGUE.values() if each.source is not None)
        raise CommandFailed(f"{block.name} is written in C, and not in Python. These are in Python: {written}.")
    target = project / block.source.name
    try:
        with target.open("x", encoding="utf-8", newline="\n") as file:
            file.write(source_of(block.source, None if element is None else ElementType(element)))
    except FileExistsError:
        raise CommandFailed(f"{target} is there already. Rename it, or delete it, and copy again.") from None
    except OSError as error:
        raise failed(f'Unable to write "{target}"', OSError(error.errno, error.strerror)) from error
    click.echo(f"Wrote {target}. Write `proc-block: ./{target.name}` in the Runefile to use it.")


def _found(name: str) -> Block:
    block = find_block(name)
    if block is None:
        raise CommandFailed(f"There is no block {name}. There are: {', '.join(CATALOGUE)}.")
    return block
