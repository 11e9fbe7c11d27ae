"""The documentation as Markdown, for programs: each page with links to other pages as Markdown, and the list of pages
of https://llmstxt.org."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Final

from forge.search.docs import BLOCKS, FIRST, FOR_READERS, page_file, page_paths, summary_of, title_of
from forge.search.docs_contents import ContentsEntry, contents

TYPE: Final = "text/markdown; charset=utf-8"
ENDING: Final = ".md"
LIST_OF_PAGES: Final = "/llms.txt"
_DIAGNOSTICS: Final = "reference/diagnostics"
_TITLE: Final = "Hammer Forge"
_SUMMARY: Final = (
    "A web IDE for machine learning on small devices: a project is a Runefile (a pipeline of sensor, processing "
    "blocks, model and outputs) that is built to the same bytes everywhere, tried in the browser, reviewed and "
    "published."
)
_PARTS: Final = re.compile(
    r"""
    (?P<code>^```.*?^```$ | `[^`\n]+`)
    | (?P<comment>^<!--.*?-->\n*)
    | ^\[(?P<name>[^\]\n]+)\]:[ ](?P<defined>\S+)\n?
    | (?P<mark>!?)\[(?P<words>(?:[^\]`]|`[^`\n]*`)*)\]\((?P<target>[^)\s]+)\)
    """,
    re.DOTALL | re.MULTILINE | re.VERBOSE,
)

AddressOf = Callable[[str], str | None]
"""Returns the address of a link's target; None for a file that is no page."""


def markdown_address(path: str) -> str:
    """Returns the address of a page's Markdown, by the page's path below `/docs`."""
    return f"/docs/{path or FIRST}{ENDING}"


def with_markdown_links(text: str, address_of: AddressOf) -> str:
    """Returns a page whose links lead to the Markdown of other pages. The words of a link to no page stay, and what is
    written for those who change the file goes."""

    def replaced(match: re.Match[str]) -> str:
        if match["code"] is not None:
            return match[0]
        if match["comment"] is not None:
            return ""
        address = address_of(match["target"] or match["defined"])
        if match["name"] is not None:
            return "" if address is None else f"[{match['name']}]: {_as_markdown(address)}\n"
        return match["words"] if address is None else f"{match['mark']}[{match['words']}]({_as_markdown(address)})"

    return _PARTS.sub(replaced, text)


@cache
def list_of_pages(base: str) -> str:
    """Returns the list of all pages for readers, in the form of llms.txt. `base` is the address of the server."""
    sections = [(part.title, [_entry(each) for each in part.entries]) for part in contents()]
    listed_paths = {each.path for part in contents() for each in part.entries}
    others = [each for each in page_paths() if each not in listed_paths and _is_for_readers(each)]
    sections += [
        ("Blocks", [_unlisted(each) for each in others if each.startswith(f"{BLOCKS}/")]),
        ("Diagnostics", [_unlisted(each) for each in others if each.startswith(f"{_DIAGNOSTICS}/")]),
        ("Optional", [_unlisted(each) for each in others if not each.startswith((f"{BLOCKS}/", f"{_DIAGNOSTICS}/"))]),
    ]
    lines = [f"# {_TITLE}", "", f"> {_SUMMARY}", "", *_advice(base)]
    for title, entries in sections:
        if entries:
            lines += ["", f"## {title}", "", *_lines(entries, base)]
    return "\n".join([*lines, ""])


def _advice(base: str) -> Iterator[str]:
    yield "Each page is Markdown at the addresses below, and HTML without the ending `.md`."
    yield f"An assistant connects to {base}/mcp (Model Context Protocol); the API is described at {base}/api/v1/schema."


def _lines(entries: Iterable[tuple[str, str, str]], base: str) -> Iterator[str]:
    for path, title, summary in entries:
        link = f"- [{title}]({base}{markdown_address(path)})"
        yield f"{link}: {summary}" if summary else link


def _entry(entry: ContentsEntry) -> tuple[str, str, str]:
    return entry.path, entry.title, entry.summary or summary_of(entry.path)


def _unlisted(path: str) -> tuple[str, str, str]:
    return path, title_of(path), summary_of(path)


def _is_for_readers(path: str) -> bool:
    return path.split("/")[0] in FOR_READERS and page_file(path) is not None


def _as_markdown(address: str) -> str:
    """Returns the Markdown's address of a page below `/docs`; any other address as it is."""
    page, hash_, anchor = address.partition("#")
    if page != "/docs" and not page.startswith("/docs/"):
        return address
    path = page.removeprefix("/docs").removeprefix("/")
    if page_file(path) is None:
        return address
    return f"{markdown_address(path)}{hash_}{anchor}"
