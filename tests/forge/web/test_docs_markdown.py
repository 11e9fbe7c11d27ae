"""The documentation as Markdown: the list of pages for programs, each page at its address with `.md`, and its links."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from forge.search.docs import page_file, page_paths, picture_file
from forge.search.docs_markdown import list_of_pages, markdown_address, with_markdown_links
from forge.web.docs.pages import block_of, markdown_page
from tests.support.cases import each_case

BASE = "https://forge.example"
_LINK = re.compile(r"^- \[(?P<title>.+?)\]\((?P<address>\S+)\)(?:: \S.*)?$")
_TARGET = re.compile(r"\]\((/docs[^)#\s]*)")
_CODE = re.compile(r"^```.*?^```$|`[^`\n]+`", re.DOTALL | re.MULTILINE)


def listed(text: str) -> dict[str, str]:
    """Returns the titles of a list of pages by their addresses. Fails for a line that is no link."""
    lines = [line for line in text.splitlines() if line.startswith("-")]
    matches = [_LINK.match(line) for line in lines]
    assert None not in matches, lines[matches.index(None)]
    return {each["address"]: each["title"] for each in matches if each is not None}


def address_of(target: str) -> str | None:
    return {"agents.md": "/docs/guides/agents", "code.py": None}.get(target, target)


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("[Agents](agents.md)", "[Agents](/docs/guides/agents.md)"),
        ("[Agents\nand more](agents.md)", "[Agents\nand more](/docs/guides/agents.md)"),
        ("[`a[0]`](agents.md)", "[`a[0]`](/docs/guides/agents.md)"),
        ("f32[1, 3] and [A](https://example.org/x_(y))", "f32[1, 3] and [A](https://example.org/x_(y))"),
        ("See [the code](code.py).", "See the code."),
        ("`[Agents](agents.md)`", "`[Agents](agents.md)`"),
        ("```\n[Agents](agents.md)\n```\n", "```\n[Agents](agents.md)\n```\n"),
        ("<!-- change the code -->\n\n# Title", "# Title"),
        ("[a] and [b]\n\n[a]: agents.md\n[b]: code.py\n", "[a] and [b]\n\n[a]: /docs/guides/agents.md\n"),
        ("![A](/docs/screenshots/a.png)", "![A](/docs/screenshots/a.png)"),
        ("[All](/docs)", "[All](/docs/README.md)"),
        ("[Below](#here)", "[Below](#here)"),
    ],
)
def test_links_lead_to_markdown_and_code_stays_as_it_is(text: str, markdown: str) -> None:
    assert with_markdown_links(text, address_of) == markdown


def test_the_list_of_pages_has_the_form_of_llms_txt() -> None:
    lines = list_of_pages(BASE).splitlines()
    assert lines[0] == "# Hammer Forge"
    assert lines[2].startswith("> ")
    headings = [line for line in lines if line.startswith("#")][1:]
    assert all(line.startswith("## ") for line in headings)
    assert {"## Start", "## Reference", "## Blocks", "## Diagnostics"} <= set(headings)
    pages = listed(list_of_pages(BASE))
    assert pages[f"{BASE}/docs/guides/agents.md"] == "Assistants as team members"
    assert {f"{BASE}{markdown_address(each)}" for each in ("reference/boards", "reference/blocks/window")} <= set(pages)


def test_each_page_for_readers_is_listed_once() -> None:
    addresses = list(listed(list_of_pages("")))
    expected = {markdown_address(each) for each in page_paths() if each.startswith(("guides/", "reference/"))}
    assert expected - set(addresses) == set()
    assert len(addresses) == len(set(addresses))


@pytest.mark.django_db
def test_each_link_of_the_list_answers_with_markdown(client: Client, settings: Any) -> None:
    answer = client.get("/llms.txt")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/markdown; charset=utf-8")
    addresses = list(listed(answer.content.decode()))
    assert len(addresses) > 200
    for address in addresses:
        page = client.get(address.removeprefix(settings.PUBLIC_URL))
        assert (page.status_code, page["Content-Type"]) == (200, "text/markdown; charset=utf-8"), address
        assert page.content.startswith(b"# "), address


@each_case("path", page_paths(), ids=lambda path: path)
def test_each_link_of_a_page_leads_somewhere(path: str) -> None:
    file = page_file(path)
    assert file is not None
    for target in _TARGET.findall(_CODE.sub("", markdown_page(file))):
        place = target.removeprefix("/docs/")
        is_page = target.endswith(".md") and page_file(place.removesuffix(".md")) is not None
        is_drawing = target.endswith(".svg") and block_of(place.removesuffix(".svg")) is not None
        assert is_page or is_drawing or picture_file(place) is not None, target


@pytest.mark.django_db
def test_an_address_answers_who_prefers_markdown_and_browsers_with_the_page(client: Client) -> None:
    markdown = client.get("/docs/guides/agents", headers={"accept": "text/markdown, text/html;q=0.8"})
    browser = client.get("/docs/guides/agents", headers={"accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    anything = client.get("/docs/guides/agents", headers={"accept": "*/*"})
    assert markdown["Content-Type"] == "text/markdown; charset=utf-8"
    assert markdown.content == client.get("/docs/guides/agents.md").content
    assert {each["Content-Type"] for each in (browser, anything)} == {"text/html; charset=utf-8"}
    assert all("Accept" in each["Vary"] for each in (markdown, browser, anything))


@pytest.mark.django_db
def test_a_page_names_its_markdown(client: Client) -> None:
    for address, markdown in (("/docs", "/docs/README.md"), ("/docs/tutorial", "/docs/tutorial.md")):
        assert f'<link rel="alternate" type="text/markdown" href="{markdown}">' in client.get(address).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/llms.txt", "/docs/tutorial.md"])
def test_who_has_the_markdown_already_gets_no_second_copy(client: Client, address: str) -> None:
    answer = client.get(address)
    again = client.get(address, headers={"if-none-match": answer["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", answer["ETag"])
    assert answer["Cache-Control"].startswith("public")
    assert "Cookie" not in answer.get("Vary", ""), "it is the same for everybody"


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["no-such.md", "guides/agents.md.md", ".md", "guides/../../README.md"])
def test_no_other_file_is_sent_as_markdown(client: Client, path: str) -> None:
    assert client.get(f"/docs/{path}").status_code == 404
