"""`rune block`: what a block of the catalogue is, its source as a file of one's own project, and the tests of those."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from rune.blocks.catalogue import CATALOGUE, find_block
from rune.blocks.in_python import elements_of, source_of
from rune.blocks.signature import Block
from rune.cli.allow_outside import allow_outside_option
from rune.cli.failure import CommandFailed, failed
from rune.cli.given_file import ANY_PATH
from rune.cli.printing import format_option, print_json
from rune.cli.project import project_of, show_diagnostics
from rune.runefile import diagnostic_to_json
from rune.tensor import ElementType
from rune.wording import listed

_NUMBERS = tuple(str(element) for element in ElementType if element not in (ElementType.UTF8, ElementType.U64))


@click.group()
def command() -> None:
    """Show a proc-block of the catalogue, copy its source, or run the tests of the project's own."""


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
    asked = None if element is None else ElementType(element)
    taken = elements_of(block)
    if asked is not None and asked not in taken:
        raise CommandFailed(
            f"{block.name} takes {listed([str(each) for each in taken])}, and not {asked}: there is no source for that."
        )
    target = project / block.source.name
    try:
        with target.open("x", encoding="utf-8", newline="\n") as file:
            file.write(source_of(block.source, asked))
    except FileExistsError:
        raise CommandFailed(f"{target} is there already. Rename it, or delete it, and copy again.") from None
    except OSError as error:
        raise failed(f'Unable to write "{target}"', OSError(error.errno, error.strerror)) from error
    click.echo(f"Wrote {target}. Write `proc-block: ./{target.name}` in the Runefile to use it.")


@command.command()
@click.argument("project", type=ANY_PATH, default=Path())
@click.option("-k", "wanted", metavar="WORD", help="Run only the tests whose file or name has this in it.")
@format_option()
@allow_outside_option
def test(project: Path, wanted: str | None, form: str) -> None:
    """Run the tests of the blocks of PROJECT, a folder or its Runefile: each `smooth_test.py` beside its `smooth.py`.

    They run compiled, as the block does in a rune. The exit status is 1 where one failed, and where there is none.
    """
    from rune.anvil.errors import CompileError  # what compiles and runs takes a while to load: not for `--help`
    from rune.block_tests.running import run_block_tests
    from rune.runefile.block_test_files import find_test_files

    files = project_of(project).files
    found = find_test_files(files)
    if not found:
        raise CommandFailed("There are no tests. Write them beside a block, as smooth_test.py beside smooth.py.")
    try:
        report = run_block_tests(files, only=found, wanted=wanted)
    except CompileError as error:
        raise failed("Unable to compile the tests", error) from error
    if form == "json":
        print_json(
            {
                "tests": [
                    {
                        "file": each.file,
                        "name": each.name,
                        "line": each.line,
                        "passed": each.problem is None,
                        "problem": None if each.problem is None else diagnostic_to_json(each.problem),
                    }
                    for each in report.outcomes
                ],
                "milliseconds": report.milliseconds,
            }
        )
    else:
        for each in report.outcomes:
            if each.name:
                click.echo(f"{'ok    ' if each.problem is None else 'FAILED'} {each.file}:{each.line} {each.name}")
        show_diagnostics(report.problems, files)
        click.echo(f"{report} in {report.milliseconds:.0f} ms")
    sys.exit(1 if report.problems or not report.outcomes else 0)


def _found(name: str) -> Block:
    block = find_block(name)
    if block is None:
        raise CommandFailed(f"There is no block {name}. There are: {', '.join(CATALOGUE)}.")
    return block
