"""The page of the proc-blocks."""

from __future__ import annotations

from collections.abc import Iterator

from rune.blocks.catalogue import CATALOGUE
from rune.blocks.in_python import source_of
from rune.blocks.signature import Argument, Block, Category
from tools.reference.page import WRITTEN_BY, cell, joined
from tools.setup import ROOT


def blocks_page() -> str:
    """Every proc-block with its arguments, and where its own page is."""
    lines = [
        "# Proc-blocks",
        WRITTEN_BY,
        "A Runefile names a block as `hotg-ai/proc-blocks@v0.11.3#fft`, or `fft` for short; `-` and `_` are equal. "
        "Each block's own page describes its inputs and outputs, with an example.",
    ]
    for category in Category:
        blocks = [block for block in CATALOGUE.values() if block.category is category]
        if blocks:
            lines.append(f"## {category.value}")
        for block in blocks:
            lines += list(_block(block))
    return joined(lines)


def _block(block: Block) -> Iterator[str]:
    folder = block.folder.relative_to(ROOT).as_posix()
    yield f"### {block.name}"
    yield f"{block.summary} [More, and an example](../../{folder}/README.md)."
    if block.aliases:
        yield f"Old Runefiles also know it as {', '.join(f'`{alias}`' for alias in block.aliases)}."
    if block.source is not None:
        yield (
            "It is written in Python ([guide](../guides/python-blocks.md)), and "
            f"`rune block copy {block.name}` makes it a file of the project:"
        )
        yield f"```python\n{source_of(block.source).rstrip()}\n```"
    if not block.arguments:
        yield "It has no arguments."
        return
    rows = ["| argument | type | default | allowed | |", "| --- | --- | --- | --- | --- |"]
    for one in block.arguments:
        default = "must be given" if one.default is None else f"{one.default}" or "none"
        rows.append(f"| `{one.name}` | {one.kind.value} | {default} | {_allowed_values(one)} | {cell(one.help)} |")
    yield "\n".join(rows)


def _allowed_values(argument: Argument) -> str:
    if argument.choices:
        return ", ".join(f"`{choice}`" if choice else "none" for choice in argument.choices)
    unit = f" {argument.unit}" if argument.unit else ""
    return f"{_limits(argument)}{unit}"


def _limits(argument: Argument) -> str:
    least, most = (_number(limit) if limit is not None else None for limit in (argument.minimum, argument.maximum))
    if least is not None and most is not None:
        return f"{least} to {most}"
    if least is not None:
        return f"{least} or more"
    return "any" if most is None else f"up to {most}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() and abs(value) < 1e12 else f"{value:g}"
