"""The pages of docs/reference that are generated from the code.

`make reference` writes them. They are committed, so that a reviewer sees what changes; a test fails while one is stale.
"""

from __future__ import annotations

from pathlib import Path

from rune.capabilities import CAPABILITIES, Capability
from rune.capabilities.capability import SOURCE
from tools.generators.contract import description
from tools.reference.blocks import blocks_page
from tools.reference.boards import boards_page
from tools.reference.command import command_page
from tools.reference.device_queries import device_queries_page
from tools.reference.operations import operations_page
from tools.reference.operators import operators_page
from tools.reference.page import REFERENCE, WRITTEN_BY, cell, joined
from tools.reference.settings import settings_page


def generated_files() -> dict[Path, str]:
    """The text of every file that is made from the code."""
    # First: the page of events needs the apps, which the description sets up.
    document = description()
    pages = {
        "command.md": command_page(),
        "blocks.md": blocks_page(),
        "operators.md": operators_page(),
        "boards.md": boards_page(),
        "settings.md": settings_page(),
        "events.md": events_page(),
        "operations.md": operations_page(document),
        "device-queries.md": device_queries_page(),
    }
    tables = {REFERENCE / "runefile.md": capabilities_table()}
    pages_with_tables = {path: with_table(path.read_text("utf-8"), table) for path, table in tables.items()}
    return {REFERENCE / name: text for name, text in pages.items()} | pages_with_tables


_TABLE_START = "<!-- Table written by `make reference`. -->\n"
_TABLE_END = "<!-- End of the table. -->\n"


def with_table(page: str, table: str) -> str:
    """A page that is written by hand, with a generated table between its marks."""
    before, start, rest = page.partition(_TABLE_START)
    _, end, after = rest.partition(_TABLE_END)
    if not start or not end:
        raise ValueError("the page has no place for its table")
    return f"{before}{start}{table}{end}{after}"


def capabilities_table() -> str:
    """The capabilities with their arguments and tensors."""
    rows = [
        f"| `{each.name}` | {cell(each.summary)} | {_arguments_of(each)} | {cell(each.formula)} |"
        for each in CAPABILITIES.values()
    ]
    return "\n".join(["| name | reads | arguments | gives |", "| --- | --- | --- | --- |", *rows]) + "\n"


def _arguments_of(capability: Capability) -> str:
    own = [each for each in capability.parameters if each is not SOURCE]
    return ", ".join(f"`{each.name}`{' (must be given)' if each.is_required else ''}" for each in own)


def events_page() -> str:
    """Writes the page of socket events from the declarations. The web app is set up, as `description` leaves it."""
    from forge.core.events.declarations import StreamKind, declared_types, webhook_topics

    lines = [
        "# Events",
        WRITTEN_BY,
        "What a project, an organisation or a person tells, in a log with numbers without gaps. The state before, "
        "changed by its events, is the state after, read again. A field in brackets goes with the message alone: a "
        "replayed event lacks it, and you read what it would say. What an event does not bring is in the last column; "
        "`everything` is all that your role decides. [The API's description](api.md) has the shape of each type; "
        "`ProjectEvent` is the choice of all of a project. [How to follow them](api.md#sockets).",
    ]
    for kind in StreamKind:
        rows = ["| event | | payload | read again |", "| --- | --- | --- | --- |"]
        for each in declared_types():
            if each.stream == kind:
                keys = [f"[`{name}`]" if name in each.transient else f"`{name}`" for name in each.fields]
                meaning, again = cell(each.payload_type.__doc__ or ""), ", ".join(each.read_again)
                rows.append(f"| `{each.name}` | {meaning} | {', '.join(keys)} | {again} |")
        lines += [f"## {kind.name.capitalize()}", "\n".join(rows)]
    rows = ["| topic | message | sent after |", "| --- | --- | --- |"]
    for topic in webhook_topics().values():
        for each in declared_types():
            if each.webhook is not None and each.webhook.topic is topic:
                rows += [f"| `{topic.name}`: {topic.label} | `{kind}` | `{each.name}` |" for kind in each.webhook.types]
    lines += ["## Messages to webhooks", "[How to receive them](../guides/webhooks.md).", "\n".join(rows)]
    return joined(lines)
