"""Documentation of blocks, capabilities and their arguments, as Markdown."""

from __future__ import annotations

import re
from functools import lru_cache

from rune.blocks.signature import Argument, ArgumentKind, Block
from rune.capabilities import CAPABILITIES, Capability
from rune.capabilities.capability import Parameter
from rune.wording import plain

_KINDS = {
    ArgumentKind.INTEGER: "whole number",
    ArgumentKind.FLOAT: "number",
    ArgumentKind.TEXT: "text",
    ArgumentKind.LONG_TEXT: "text or `$RESOURCE`",
}


def code(text: str) -> str:
    """A stranger's words as code in Markdown; nothing in them can end it."""
    content = plain(text)
    longest = max((len(run) for run in re.findall("`+", content)), default=0)
    if not longest:
        return f"`{content}`"
    fence = "`" * (longest + 1)
    return f"{fence} {content} {fence}"


def number(value: float) -> str:
    """As a person writes it: `16000`, `0.5`."""
    return f"{value:.0f}" if float(value).is_integer() and abs(value) < 1e15 else f"{value:.9g}"


def limits(minimum: float | None, maximum: float | None) -> str:
    """` from 1 to 5`, ` from 1`, ` up to 5` or nothing."""
    if minimum is not None and maximum is not None:
        return f" from {number(minimum)} to {number(maximum)}"
    if minimum is not None:
        return f" from {number(minimum)}"
    return "" if maximum is None else f" up to {number(maximum)}"


def argument_detail(argument: Argument) -> str:
    """Returns the allowed values of an argument: `whole number from 16 to 4096, default 480`."""
    default = "must be given" if argument.default is None else f"default {_value_text(argument.default)}"
    if argument.choices:
        return f"one of {', '.join(argument.choices)}; {default}"
    unit = f" {argument.unit}" if argument.unit else ""
    kind = _KINDS.get(argument.kind, argument.kind.value)
    return f"{kind}{limits(argument.minimum, argument.maximum)}{unit}, {default}"


def argument_documentation(argument: Argument) -> str:
    """Help, limits and default."""
    return f"**{argument.name}**: {argument_detail(argument)}\n\n{argument.help}"


def parameter_detail(parameter: Parameter) -> str:
    """Returns the allowed values of a capability's argument."""
    requirement = "must be given" if parameter.is_required else "may be left out"
    if parameter.default is not None:
        requirement = f"default {_value_text(parameter.default)}"
    if parameter.choices:
        return f"one of {', '.join(parameter.choices)}; {requirement}"
    unit = f" {parameter.unit}" if parameter.unit else ""
    return f"whole number{limits(parameter.minimum, parameter.maximum)}{unit}, {requirement}"


def parameter_documentation(parameter: Parameter) -> str:
    return f"**{parameter.name}**: {parameter_detail(parameter)}\n\n{parameter.help}"


def capability_documentation(capability: Capability) -> str:
    """Returns the documentation of a capability: its data and its arguments."""
    rows = [f"* `{each.name}`: {each.help} ({parameter_detail(each)})" for each in capability.parameters]
    return "\n".join([f"**{capability.name}**: {capability.summary}", "", f"Gives {capability.formula}.", "", *rows])


@lru_cache(maxsize=256)
def _page(block: Block) -> str:
    try:
        return block.documentation
    except OSError:
        return ""


def block_documentation(block: Block) -> str:
    """The block's page; its summary and arguments where the page is not at hand."""
    page = _page(block)
    if page:
        return page
    rows = [f"* `{each.name}`: {each.help} ({argument_detail(each)})" for each in block.arguments]
    return "\n".join([f"# {block.name}", "", block.summary, "", *rows])


def _value_text(value: object) -> str:
    if isinstance(value, float):
        return number(value)
    text = str(value)
    return text if len(text) <= 40 else f"{text[:39]}…"


CAPABILITY_PAGES = {name: capability_documentation(capability) for name, capability in CAPABILITIES.items()}
"""The pages of capabilities by the capability's name in upper case."""
