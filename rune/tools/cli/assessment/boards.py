"""`rune boards`: the boards that `rune fit` knows."""

from __future__ import annotations

import click

from rune.devices.boards.board import Board
from rune.devices.boards.describing import board_json
from rune.devices.boards.lookup import boards
from rune.devices.emulation.executed import executed_text
from rune.tools.cli.terminal.columns import columns
from rune.tools.cli.terminal.printing import format_option, print_json
from rune.wording import listed, size_text

_HEAD = ("board", "name", "core", "clock", "RAM", "flash", "sensors", "target")


@click.command()
@format_option()
def command(form: str) -> None:
    """List the boards that rune fit knows: what a program may use of their memory, and the target that each takes.

    --format json prints the source of each figure too, and what is executed for the board.
    """
    if form == "json":
        print_json({"boards": [{**board_json(board), "executed": executed_text(board)} for board in boards()]})
    else:
        click.echo(columns([_HEAD, *(_row(board) for board in boards())]))


def _row(board: Board) -> tuple[str, ...]:
    return (
        board.key,
        board.name,
        board.core.title,
        f"{board.clock_mhz} MHz",
        size_text(board.ram),
        size_text(board.flash),
        listed([sensor.key for sensor in board.sensors]) or "none",
        board.target,
    )
