"""The tools that look up what the toolchain has, blocks and boards: the same for every project."""

from __future__ import annotations

from typing import Final, Protocol

from pydantic import Field

from rune.blocks.catalogue import CATALOGUE
from rune.blocks.signature import Block
from rune.devices.boards.lookup import boards
from rune.tools.mcp.declarations import NoArguments, ToolAnswer, ToolArguments, tool
from rune.wording import counted

MOST_BLOCKS: Final = 12
"""Blocks that one call describes."""


class LookUp(Protocol):
    """The caller of a tool that looks something up."""

    def note_read(self, summary: str) -> None:
        """Notes what the call read, as the rest of a sentence."""
        ...

    def reference_address(self, page: str, place: str) -> str:
        """Returns the address of a place of a reference."""
        ...


class FindBlocks(ToolArguments):
    """Words to look for in the names, summaries and categories of blocks."""

    words: str = Field(description="some words, such as 'mel sound'; empty for the names of all blocks", default="")


class BlockArgument(ToolAnswer):
    """An argument of a block."""

    name: str
    summary: str


class BlockRow(ToolAnswer):
    """A proc-block of the catalogue."""

    name: str
    category: str
    summary: str
    arguments: list[BlockArgument]
    page: str


class BlocksAnswer(ToolAnswer):
    """The blocks that fit best, and the names of all."""

    blocks: list[BlockRow]
    all_names: list[str]


class BoardRow(ToolAnswer):
    """A board that people own: bytes and MHz. Its `target` is what a build's package is for."""

    key: str
    name: str
    target: str
    ram: int
    flash: int
    clock_mhz: int
    sensors: list[str]


class BoardsAnswer(ToolAnswer):
    """The boards that the toolchain knows."""

    boards: list[BoardRow]


@tool("find_blocks", "Find blocks")
def find_blocks(call: LookUp, arguments: FindBlocks) -> BlocksAnswer:
    """Finds processing blocks by some words, with their arguments. The page of a block has its types and examples."""
    words = arguments.words.lower().split()
    scored = [(_score(block, words), block) for block in CATALOGUE.values()] if words else []
    best = [block for score, block in sorted(scored, key=lambda each: (-each[0], each[1].name)) if score][:MOST_BLOCKS]
    call.note_read(f"looked for blocks: {arguments.words or 'all names'}")
    return BlocksAnswer(blocks=[_row(call, each) for each in best], all_names=list(CATALOGUE))


@tool("find_boards", "Find boards")
def find_boards(call: LookUp, _: NoArguments) -> BoardsAnswer:
    """Lists the boards that people own, with what fits on them."""
    rows = [
        BoardRow(
            key=each.key,
            name=each.name,
            target=each.target,
            ram=each.ram,
            flash=each.flash,
            clock_mhz=each.clock_mhz,
            sensors=sorted(sensor.key for sensor in each.sensors),
        )
        for each in boards()
    ]
    call.note_read(f"listed {counted(len(rows), 'board')}")
    return BoardsAnswer(boards=rows)


def _score(block: Block, words: list[str]) -> int:
    """Returns how well a block fits: a word in its name counts more than one in its summary."""
    text = f"{block.summary} {block.category}".lower()
    return sum(3 * (word in block.name) + (word in text) for word in words)


def _row(call: LookUp, block: Block) -> BlockRow:
    return BlockRow(
        name=block.name,
        category=str(block.category),
        summary=block.summary,
        arguments=[BlockArgument(name=each.name, summary=each.help) for each in block.arguments],
        page=call.reference_address("blocks", block.name),
    )
