"""The documentation as pages: what stands beside them, and where their links lead."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from itertools import chain
from typing import Any

import pytest

from forge.core.http.markdown import render_page
from forge.search.docs import _files, page_file, picture_file
from forge.search.docs_contents import contents, position_of
from forge.web.docs.block_pictures import picture
from forge.web.docs.pages import block_of, rendered_page
from rune.blocks.catalogue import CATALOGUE
from rune.blocks.signature import Block
from tests.support.cases import each_case


def test_each_entry_of_the_contents_is_a_page() -> None:
    paths = [entry.path for part in contents() for entry in part.entries]
    assert len(paths) > 50
    assert len(set(paths)) == len(paths)
    assert [path for path in paths if page_file(path) is None] == []
    assert all(part.entries for part in contents())


def test_each_guide_and_reference_page_is_listed_or_belongs_to_one_that_is() -> None:
    pages = [path for path in _files() if path.startswith(("guides/", "reference/", "adr/"))]
    assert [path for path in pages if position_of(path).entry is None] == []


def test_pages_follow_each_other_in_the_order_of_the_contents() -> None:
    entries = list(chain.from_iterable(part.entries for part in contents()))
    here, path = entries[0], entries[0].path
    paths = [path]
    while (after := position_of(here.path).after) is not None:
        assert position_of(after.path).before == here
        here = after
        paths.append(here.path)
    assert paths == [entry.path for entry in entries]


def test_a_comment_of_a_page_is_not_shown() -> None:
    page = render_page("# One\n\n<!-- change the code -->\n\nTwo <!-- not this -->\n", lambda target: target, str)
    assert page.html == '<h1 id="One">One</h1>\n<p>Two &lt;!-- not this --&gt;</p>\n'


def test_the_words_of_a_link_to_no_page_stay_without_a_link() -> None:
    page = render_page("[`code`](code.py) and [a page](page.md)", lambda to: None if ".py" in to else to, str)
    assert page.html == '<p><code>code</code> and <a href="page.md">a page</a></p>\n'


def test_the_sections_of_a_page_are_those_below_its_title() -> None:
    page = render_page("# Title\n## A `b`\n### C\n#### D\n", lambda target: target, str.lower)
    assert [(each.words, each.anchor, each.level) for each in page.sections] == [("A b", "a `b`", 2), ("C", "c", 3)]


@pytest.mark.slow
@pytest.mark.django_db
def test_each_block_has_a_page_with_its_picture(client: Any) -> None:
    catalogue = client.get("/docs/reference/blocks").content.decode()
    links = re.findall(r'href="(/docs/reference/blocks/\w+)">More, and an\s+example', catalogue)
    assert len(links) > 60
    assert set(re.findall(r'<img src="([^"]+)"', catalogue)) == {f"{link}.svg" for link in links}
    page = client.get("/docs/reference/blocks/window").content.decode()
    assert client.get("/docs/reference/blocks/window.svg")["Content-Type"] == "image/svg+xml"
    assert '<img src="/docs/reference/blocks/window.svg"' in page
    assert '<a href="/docs/reference/blocks" aria-current="page">' in page


@each_case("block", CATALOGUE.values(), ids=lambda block: block.name)
def test_the_picture_of_a_block_is_an_svg_that_names_it(block: Block) -> None:
    root = ElementTree.fromstring(picture(block))
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert root.attrib["aria-label"].startswith(f"{block.name}: ")
    elements = [each for each in root.iter() if each.tag.rpartition("}")[2] in ("rect", "polyline", "text")]
    assert len(elements) >= 4, "a title and content for the input and for the output"


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["reference/blocks/nothing.svg", "guides/fft.svg", "reference/fft.svg"])
def test_another_address_has_no_picture(client: Any, path: str) -> None:
    assert client.get(f"/docs/{path}").status_code == 404


@pytest.mark.slow
def test_no_link_of_a_page_for_readers_leads_to_nothing() -> None:
    pages = [path for path in _files() if path.startswith(("tutorial", "guides/", "reference/"))]
    pages = [path for path in pages if "diagnostics/RUNE" not in path]
    assert len(pages) > 100
    for path in pages:
        html = rendered_page(path, _files()[path]).html
        links = {link.partition("#")[0] for link in re.findall(r'(?:href|src)="([^"#][^"]*)"', html)}
        wrong = [link for link in links if not _is_there(link)]
        assert wrong == [], path


def _is_there(link: str) -> bool:
    path = link.removeprefix("/docs").removeprefix("/")
    target = page_file(path) or picture_file(path) or block_of(path.removesuffix(".svg"))
    return "://" in link or (link.startswith("/docs") and target is not None)


def test_the_empty_corner_of_a_table_is_no_heading() -> None:
    page = render_page("| | size |\n| --- | --- |\n| a | 1 |\n", lambda target: target, str)
    assert "<th></th>" not in page.html
    assert "<th>size</th>" in page.html
