"""`rune block`: what a block of the catalogue is, its source as a file of one's own project, and the tests of those;
and blocks of other projects: fetched, listed and published."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from rune.blocks.catalogue import CATALOGUE, find_block
from rune.blocks.in_python import elements_of, source_of
from rune.blocks.shared_path import SharedName, SharedPath, parse_shared_name, parse_shared_path
from rune.blocks.signature import Block
from rune.compiler.building.block_cache import BlockCache
from rune.source.runefile import diagnostic_to_json
from rune.source.runefile.blocks.lock import LOCK_FILE, lock_text
from rune.tensor import ElementType
from rune.tools.cli.failure import CommandFailed, command_failure
from rune.tools.cli.files.allow_outside import allow_outside_option
from rune.tools.cli.files.fetched_blocks import keep, registry_for
from rune.tools.cli.files.input_file import ANY_PATH
from rune.tools.cli.files.project import project_of, show_diagnostics
from rune.tools.cli.registry.remote_errors import explained
from rune.tools.cli.registry.trusted_keys import key_option
from rune.tools.cli.registry.verified_blocks import block_origin_lines, verified_block
from rune.tools.cli.terminal.printing import format_option, print_json
from rune.tools.remote import BlockPublisher, PulledBlock, Registry
from rune.wording import listed, quoted

_NUMBERS = tuple(str(element) for element in ElementType if element not in (ElementType.UTF8, ElementType.U64))

_MAX_VERSIONS_WITH_WARNINGS = 10
"""Versions that are asked for one after the other while the registry warns of each."""

_NO_TESTS = "There are no tests. Write them beside a block, as smooth_test.py beside smooth.py."


@click.group()
def command() -> None:
    """Show or copy a proc-block of the catalogue, test one's own, and take those of other projects."""


@command.command(short_help="Print the page and the source of a block")
@click.argument("name")
def show(name: str) -> None:
    """Print the page of the block NAME, and its source where it is written in Python."""
    block = _catalogue_block(name)
    click.echo(block.documentation.rstrip())
    if block.source is not None:
        click.echo(f"\n## Source\n\n```python\n{source_of(block.source).rstrip()}\n```")


@command.command(short_help="Copy the source of a block into a project")
@click.argument("name")
@click.argument("project", type=click.Path(path_type=Path, file_okay=False, exists=True), default=".")
@click.option("--element", type=click.Choice(_NUMBERS), help="The type of its input, where the block takes several.")
def copy(name: str, project: Path, element: str | None) -> None:
    """Copy the source of the block NAME into the folder PROJECT, as a file of its own."""
    block = _catalogue_block(name)
    if block.source is None:
        names = ", ".join(each.name for each in CATALOGUE.values() if each.source is not None)
        raise CommandFailed(f"{block.name} is written in C, and not in Python. These are in Python: {names}.")
    element_type = None if element is None else ElementType(element)
    element_types = elements_of(block)
    if element_type is not None and element_type not in element_types:
        raise CommandFailed(
            f"{block.name} takes {listed([str(each) for each in element_types])}, and not {element_type}: "
            "there is no source for that."
        )
    target = project / block.source.name
    try:
        with target.open("x", encoding="utf-8", newline="\n") as file:
            file.write(source_of(block.source, element_type))
    except FileExistsError:
        raise CommandFailed(f"{target} already exists. Rename it, or delete it, and copy again.") from None
    except OSError as error:
        raise command_failure(f'Unable to write "{target}"', OSError(error.errno, error.strerror)) from error
    click.echo(f"Wrote {target}. Write `proc-block: ./{target.name}` in the Runefile to use it.")


@command.command(short_help="Take a block of another project")
@click.argument("block")
@click.argument("project", type=click.Path(path_type=Path, file_okay=False, exists=True), default=".")
@click.option("--registry", help="The registry; by default that of the last rune login.")
@click.option("--insecure", is_flag=True, help="Allow plain http to another machine.")
@key_option("Take it only if this key signed it: a file with its public half, or its fingerprint. Can be repeated.")
@explained
def add(block: str, project: Path, registry: str | None, insecure: bool, keys: Sequence[str]) -> None:
    """Fetch a BLOCK of another project, such as acme/sounds#smooth@1.2, and write its digest into PROJECT's rune.lock.

    Without a version the newest is taken that nobody advises against. Then write `proc-block: acme/sounds#smooth@1.2`
    in the Runefile. With --key, nothing is written unless one of these keys signed where the block came from.
    """
    path, name = parse_shared_path(block), parse_shared_name(block)
    if path is None and name is None:
        raise click.UsageError(f"{block} names no block of a project: write it as acme/sounds#smooth@1.2.")
    address, token = registry_for(registry, insecure=insecure)
    with Registry(address, token, insecure=insecure) as remote:
        if path is None:
            assert name is not None  # noqa: S101 (one of the two is)
            path, pulled_block = _best(remote, name)
        else:
            pulled_block = remote.block(path)
        proof = verified_block(remote, address, token, path, pulled_block, keys) if keys else None
    for warning in pulled_block.warnings:
        click.secho(f"warning: {warning}", fg="yellow", err=True)
    _lock(project, path, pulled_block)
    if proof is not None:
        click.echo("\n".join(block_origin_lines(proof)))
    click.echo(f"Wrote {project / LOCK_FILE}. Write `proc-block: {path}` in the Runefile to use it.")


@command.command(short_help="Verify where a block of another project came from")
@click.argument("block")
@click.option("--registry", help="The registry; by default that of the last rune login.")
@click.option("--insecure", is_flag=True, help="Allow plain http to another machine.")
@key_option("A key to trust: a file with its public half, or its fingerprint. Can be repeated.")
@explained
def verify(block: str, registry: str | None, insecure: bool, keys: Sequence[str]) -> None:
    """Verify that one of your keys signed where a BLOCK came from, such as acme/sounds#smooth@1.2.

    The block is fetched, and compared with what was signed. A key that only the registry has is not trusted.
    """
    path = parse_shared_path(block)
    if path is None:
        raise click.UsageError(f"{block} names no version of a block: write it as acme/sounds#smooth@1.2.")
    if not keys:
        raise click.UsageError("Name a key with --key: a signature proves nothing without a key that you trust")
    address, token = registry_for(registry, insecure=insecure)
    with Registry(address, token, insecure=insecure) as remote:
        pulled_block = remote.block(path)
        proof = verified_block(remote, address, token, path, pulled_block, keys)
    for warning in pulled_block.warnings:
        click.secho(f"warning: {warning}", fg="yellow", err=True)
    click.echo(f"{path}: {pulled_block.digest}")
    click.echo("\n".join(block_origin_lines(proof)))


def _best(remote: Registry, name: SharedName) -> tuple[SharedPath, PulledBlock]:
    """The newest version that the registry does not warn of; where it warns of the last ones, the newest."""
    paths = [SharedPath(name, version) for version in remote.block_versions(name)[:_MAX_VERSIONS_WITH_WARNINGS]]
    if not paths:
        raise CommandFailed(f"The registry has no version of {name}.")
    newest = paths[0], remote.block(paths[0])
    others = ((path, remote.block(path)) for path in paths[1:])
    return newest if not newest[1].warnings else next((each for each in others if not each[1].warnings), newest)


@command.command("list", short_help="List the blocks of the catalogue, or of an organisation")
@click.argument("organisation", required=False)
@click.option("--registry", help="The registry; by default that of the last rune login.")
@click.option("--insecure", is_flag=True, help="Allow plain http to another machine.")
@format_option()
@explained
def list_blocks(organisation: str | None, registry: str | None, insecure: bool, form: str) -> None:
    """List the blocks of the catalogue, or the blocks of ORGANISATION's projects that you may see."""
    if organisation is None:
        _list_catalogue(form)
        return
    address, token = registry_for(registry, insecure=insecure)
    with BlockPublisher(address, token) as server:
        blocks = server.of_organisation(organisation)
    if form == "json":
        print_json({"blocks": [asdict(each) for each in blocks]})
        return
    if not blocks:
        click.echo("There are no blocks that you may see. `rune block publish` publishes one of a project.")
    for each in blocks:
        advice = f" (deprecated: {each.deprecation})" if each.deprecation else ""
        click.echo(f"{each.path}  {each.summary}{advice}")


def _list_catalogue(form: str) -> None:
    blocks = [CATALOGUE[name] for name in sorted(CATALOGUE)]
    if form == "json":
        print_json({"blocks": [{"path": block.name, "summary": block.summary} for block in blocks]})
        return
    width = max(len(block.name) for block in blocks)
    for block in blocks:
        click.echo(f"{block.name:{width}}  {block.summary}")


@command.command(short_help="Publish a version of a project's block")
@click.argument("block")
@click.option(
    "--file", help="The path of the source file in the project. The default for the block smooth is smooth.py."
)
@click.option("--note", default="", help="What is new in it.")
@click.option("--registry", help="The registry; by default that of the last rune login.")
@click.option("--insecure", is_flag=True, help="Allow plain http to another machine.")
@explained
def publish(block: str, file: str | None, note: str, registry: str | None, insecure: bool) -> None:
    """Publish a BLOCK of a project as its server has it: acme/sounds#smooth@1.2 is smooth.py of acme/sounds.

    Its tests run first. A published version never changes.
    """
    path = parse_shared_path(block)
    if path is None:
        raise click.UsageError(f"{block} names no version of a block: write it as acme/sounds#smooth@1.2.")
    address, token = registry_for(registry, insecure=insecure)
    with BlockPublisher(address, token) as server:
        published_block = server.publish(path.block, file or f"{path.block.name}.py", path.version, note)
    click.echo(f"Published {published_block.path}, {published_block.digest}")


@command.command(short_help="Run the tests of a project's own blocks")
@click.argument("project", type=ANY_PATH, default=Path())
@click.option("-k", "word", metavar="WORD", help="Run only tests whose own name or file name contains WORD.")
@format_option()
@allow_outside_option
def test(project: Path, word: str | None, form: str) -> None:
    """Run the tests of the blocks of PROJECT, a folder or its Runefile: each `smooth_test.py` beside its `smooth.py`.

    The tests run as compiled code, as blocks do in a rune. The exit status is 1 if a test fails or there is no test.
    """
    from rune.assessment.block_tests.running import run_block_tests
    from rune.compiler.anvil.errors import (
        CompileError,  # what compiles and runs takes a while to load: not for `--help`
    )
    from rune.source.runefile.blocks.checked_tests import read_tests
    from rune.source.runefile.blocks.test_files import find_test_files

    files = project_of(project).files
    test_files = find_test_files(files)
    if not test_files:
        raise CommandFailed(_NO_TESTS)
    try:
        report = run_block_tests(files, only=test_files, pattern=word)
    except CompileError as error:
        raise command_failure("Unable to compile the tests", error) from error
    if not report.outcomes:
        names = [f"{path} {each.name}" for path in test_files for each in read_tests(files, path).tests]
        if not names or word is None:
            raise CommandFailed(_NO_TESTS)
        raise CommandFailed(f"No test has {quoted(word)} in its file or name. There are: {', '.join(names)}.")
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
    sys.exit(1 if report.problems else 0)


def _lock(project: Path, path: SharedPath, pulled_block: PulledBlock) -> None:
    """Keeps a block and writes its line into a project's lock."""
    lock = project / LOCK_FILE
    try:
        keep(BlockCache(), pulled_block)
        before = lock.read_text(encoding="utf-8") if lock.exists() else ""
        lock.write_text(lock_text(before, [(path, pulled_block.digest)]), encoding="utf-8", newline="\n")
    except OSError as error:
        raise command_failure(f'Unable to write "{lock}"', OSError(error.errno, error.strerror)) from error


def _catalogue_block(name: str) -> Block:
    block = find_block(name)
    if block is None:
        raise CommandFailed(f"There is no block {name}. There are: {', '.join(CATALOGUE)}.")
    return block
