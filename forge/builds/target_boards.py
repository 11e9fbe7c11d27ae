"""The boards behind the targets of packages: their names, and the order in which people choose among them."""

from __future__ import annotations

from rune.compiler.targets.lookup import targets
from rune.devices.boards.board import Board
from rune.devices.boards.lookup import boards, find_board
from rune.wording import listed

USUAL = (
    "raspberry-pi-pico",
    "raspberry-pi-pico-2",
    "raspberry-pi-pico-w",
    "arduino-nano-33-ble-sense-rev2",
    "arduino-nano-33-ble-sense",
    "microbit-v2",
    "seeed-xiao-esp32c3",
    "esp32-devkit",
    "seeed-xiao-nrf52840-sense",
    "seeed-xiao-esp32s3",
    "seeed-xiao-esp32s3-sense",
    "esp32-s3-devkitc-1",
    "arduino-uno-r4-wifi",
    "esp32-c3-devkitm-1",
    "arduino-nano-rp2040-connect",
    "microbit-v1",
    "teensy-41",
)
"""The boards that tutorials name and shops sell most, which people look for first; all others follow by name."""

MAX_NAMES = 3
"""Boards that a target names; the number of the others follows."""


def boards_for(target: str) -> str:
    """The boards that take a target, the usual ones by name; empty where none does. One with firmware is for its board
    alone."""
    own = next((each.board for each in targets() if each.name == target and each.board), None)
    if own:
        return f"{find_board(own).name}, with firmware"
    names = [board.name for board in sorted(boards(), key=usual_boards_first) if target in targets_for(board)]
    others = [f"{len(names) - MAX_NAMES} more"] if len(names) > MAX_NAMES else []
    return listed([*names[:MAX_NAMES], *others]) if names else ""


def usual_targets_first(target: str) -> tuple[int, int, str]:
    """A key that sorts targets: those of the boards that most people have first, those without a board last."""
    names = ((usual_boards_first(board)[0], targets_for(board)) for board in boards())
    places = [(place, those.index(target)) for place, those in names if target in those]
    return (*min(places, default=(len(USUAL) + 1, 0)), target)


def usual_boards_first(board: Board) -> tuple[int, str]:
    """A key that sorts boards: those that most people have first, the others by name."""
    place = USUAL.index(board.key) if board.key in USUAL else len(USUAL)
    return (place, board.name.casefold())


def targets_for(board: Board) -> tuple[str, ...]:
    """The targets whose package a board takes: with firmware of its own first, then its core's."""
    with_more = [target for target in targets() if target.package_of == board.target]
    own = [target.name for target in with_more if target.board == board.key]
    others = [target.name for target in with_more if target.board != board.key]
    return (*own, board.target, *others)
